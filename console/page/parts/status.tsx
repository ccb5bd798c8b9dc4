import type { Tone } from './tone.ts'

/** One HTTP status: grey where it succeeded, red where it was refused or failed. */
export const Status = ({ status }: { status: number | null }) => (
  <span class={(status ?? 0) >= 400 ? 'status bad' : 'status'}>{status ?? ''}</span>
)

/** A word in a coloured box: the state of something. */
export const Tag = ({ tone = 'plain', children }: { tone?: Tone; children: preact.ComponentChildren }) => (
  <span class={`tag ${tone}`}>{children}</span>
)
