import type { Live } from './use-live.ts'

const WORDS = { live: 'Live', resting: 'Live', lost: 'Not connected', off: 'Paused' }

/** Switches following; its dot says whether one hears of what comes. */
export function LiveButton({ live: { state, toggle }, isPossible }: { live: Live; isPossible: boolean }) {
  if (!isPossible) return null
  return (
    <button type="button" class="button" aria-pressed={state !== 'off'} onClick={toggle} title={TITLES[state]}>
      <span class={`dot ${state}`} />
      {WORDS[state]}
    </button>
  )
}

const TITLES = {
  live: 'New events show as they arrive. Press to pause',
  resting: 'New events show when the page is seen again',
  lost: 'The console does not answer; it is tried again',
  off: 'New events do not show. Press to go on',
}

/** Says that something came while one reads further down; a press shows it. */
export const NewPill = ({ count, onShow }: { count: number; onShow: () => void }) =>
  count === 0 ? null : (
    <div class="pill-holder">
      <button type="button" class="pill" onClick={onShow}>
        {count.toLocaleString('en-US')} new
      </button>
    </div>
  )
