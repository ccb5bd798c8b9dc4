import { toText, type Words } from '../../../shared/audit/sentences/parts.ts'
import { safeText } from '../parts/safe-text.ts'
import { Value } from '../parts/value.tsx'
import { emphasize, type Shown } from './emphasis.ts'
import { objectAddress } from './object-address.ts'

interface SentenceProps {
  words: Words
  id?: string
  /** The object on whose own page it stands: it needs no link to itself. */
  own?: string | undefined
}

/** A sentence, its objects as links; said as one text to those who hear it. */
export const Sentence = ({ words, id, own }: SentenceProps) => (
  <span class="sentence" id={id} title={safeText(toText(words))}>
    {emphasize(words).map((part, i) => (
      <Piece key={i} part={part} own={own} />
    ))}
  </span>
)

function Piece({ part, own }: { part: Shown; own: string | undefined }) {
  if (part.is === 'text') return <Toned tone={part.tone}>{part.text}</Toned>
  const value = <Value text={part.text} />
  if (part.is === 'actor') return <b>{value}</b>
  const address = part.is === 'object' && part.id !== own ? objectAddress(part.type, part.id) : undefined
  if (address !== undefined) return <a href={address}>{value}</a>
  return <Toned tone={part.tone}>{value}</Toned>
}

function Toned({ tone, children }: { tone: Shown['tone']; children: preact.ComponentChildren }) {
  if (tone === 'strong') return <b>{children}</b>
  return tone === 'quiet' ? <span class="quiet">{children}</span> : children
}
