import { cutMiddle, safePieces } from './safe-text.ts'

interface ValueProps {
  text: string
  /** Longer texts lose their middle; the whole of it shows on focus. */
  max?: number | undefined
}

/** One foreign text, made safe to read: it cannot turn the direction of what is around it, nor hide anything. */
export function Value({ text, max }: ValueProps) {
  const short = max === undefined ? undefined : cutMiddle(text, max)
  if (short === undefined) return <Whole text={text} />
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the whole of it shows on focus
    <span class="cut" tabIndex={0}>
      <span class="short" aria-hidden="true">
        <Whole text={short} />
      </span>
      <span class="whole">
        <Whole text={text} />
      </span>
    </span>
  )
}

const Whole = ({ text }: { text: string }) => (
  <bdi>
    {safePieces(text).map(({ text: piece, isCode }, i) =>
      isCode ? (
        <code key={i} class="code-point">
          {piece}
        </code>
      ) : (
        piece
      ),
    )}
  </bdi>
)
