import type { Live } from './use-live.ts'

const WORDS = { live: 'Live', resting: 'Live', lost: 'Not connected', off: 'Paused' }

/** Switches following; its dot says whether one hears of what comes. */
export function LiveButton({ live: { state, toggle }, isPossible }: { live: Live; isPossible: boolean }) {
  if (!isPossible) return null
  return (
    <button
      type="button"
      class="button"
      aria-pressed={state !== 'off'}
      onClick={toggle}
      title={state === 'off' ? 'Press to go on' : 'Press to pause'}
    >
      <span class={`dot ${state}`} />
      {WORDS[state]}
    </button>
  )
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
