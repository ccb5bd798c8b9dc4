import type { ListedToken } from '../../../shared/resources/views/token.ts'
import { relativeText } from '../parts/time-text.ts'
import { Value } from '../parts/value.tsx'
import { toneOf } from './state.ts'

/** Days that tokens live unless it is said otherwise. */
const LIFE_DAYS = 182

/** A token with the days it has left as a bar of six months, and its last use. */
export function TokenBar({ token, all }: { token: ListedToken; all: readonly ListedToken[] }) {
  const { name, daysLeft, lastUsedAt, usedFrom, rotatedTo } = token
  const tone = toneOf(token, all)
  const days = `${daysLeft} ${daysLeft === 1 ? 'day' : 'days'}`
  const left = rotatedTo ? `ends in ${days}` : `${days} left`
  const [from] = usedFrom
  return (
    <div class="token-bar">
      <div class="token-line">
        <span class="clip">
          <Value text={name} max={28} />
        </span>
        <span class={tone === 'accent' ? 'quiet' : `toned ${tone}`}>{left}</span>
      </div>
      <svg class="days" role="img" aria-label={left}>
        <rect class="days-all" width="100%" height="6" rx="3" />
        <rect class={`days-left ${tone}`} width={`${Math.min(100, (100 * daysLeft) / LIFE_DAYS)}%`} height="6" rx="3" />
      </svg>
      <p class="meta">
        {lastUsedAt ? `used ${relativeText(lastUsedAt)}${from ? ` from ${from.address}` : ''}` : 'never used'}
      </p>
    </div>
  )
}
