import { useEffect, useState } from 'preact/hooks'
import { Copy } from '../parts/copy.tsx'
import { Icon } from '../parts/icon.tsx'
import { timeText } from '../parts/time-text.ts'
import { keepUntilTaken, taken } from '../router/leaving.ts'

/** A secret as it is shown to who looks over one's shoulder: its beginning and its end. */
export const masked = (secret: string): string => `${secret.slice(0, 9)}${'•'.repeat(18)}${secret.slice(-4)}`

/** A token or client secret the one time it is shown: masked until asked for, and gone with the page, which asks once. */
export function Secret({ secret, expiresAt }: { secret: string; expiresAt?: string | undefined }) {
  const [isShown, setShown] = useState(false)
  const [go, setGo] = useState<() => void>()
  useEffect(() => keepUntilTaken(secret, (asked) => setGo(() => asked)), [secret])
  const show = () => {
    taken(secret)
    setShown(!isShown)
  }
  return (
    <div class="secret">
      <code>{isShown ? secret : masked(secret)}</code>
      <div class="actions">
        <button type="button" class="button small" aria-pressed={isShown} onClick={show}>
          <Icon name="eye" />
          {isShown ? 'Hide' : 'Show'}
        </button>
        <Copy text={secret}>Copy</Copy>
        {go ? (
          <button type="button" class="button small" onClick={go}>
            Close anyway
          </button>
        ) : null}
      </div>
      {go ? (
        <p class="strong" role="alert">
          It has not been copied. Close and lose it?
        </p>
      ) : null}
      <p class="note">
        <Icon name="warning" /> It is shown this once
        {expiresAt ? ` and lives until ${timeText(expiresAt, 'full')}` : ''}. It leaves this page when you do.
      </p>
    </div>
  )
}
