import { useEffect, useState } from 'preact/hooks'
import { Copy } from '../parts/copy.tsx'
import { Icon } from '../parts/icon.tsx'
import { timeText } from '../parts/time-text.ts'

/** A secret as it is shown to who looks over one's shoulder: its beginning and its end. */
export const masked = (secret: string): string => `${secret.slice(0, 9)}${'•'.repeat(18)}${secret.slice(-4)}`

/** A token or client secret the one time it is shown: masked until asked for, and gone with the page. */
export function Secret({ secret, expiresAt }: { secret: string; expiresAt?: string | undefined }) {
  const [isShown, setShown] = useState(false)
  useLeaveWarning(true)
  return (
    <div class="secret">
      <code>{isShown ? secret : masked(secret)}</code>
      <div class="actions">
        <button type="button" class="button small" aria-pressed={isShown} onClick={() => setShown(!isShown)}>
          <Icon name="eye" />
          {isShown ? 'Hide' : 'Show'}
        </button>
        <Copy text={secret}>Copy</Copy>
      </div>
      <p class="note">
        <Icon name="warning" /> It is shown this once
        {expiresAt ? ` and lives until ${timeText(expiresAt, 'full')}` : ''}. It leaves this page when you do.
      </p>
    </div>
  )
}

/** Asks once before the page is left with something on it that is shown only here. */
export function useLeaveWarning(isNeeded: boolean): void {
  useEffect(() => {
    if (!isNeeded) return
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    addEventListener('beforeunload', warn)
    return () => removeEventListener('beforeunload', warn)
  }, [isNeeded])
}
