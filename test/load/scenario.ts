import type { Bed } from './bed.ts'
import type { Figures } from './figures.ts'

/** What a scenario is given. */
export interface Run {
  figures: Figures
  /** A fresh, empty system; closed at the scenario's end. */
  start(): Promise<Bed>
  /** A count at the scale of this run, and no less than `least`. */
  scaled(count: number, least?: number): number
  /** Tells how far it is. */
  say(text: string): void
}

/** Fills in one or more lines of the table of figures. */
export interface Scenario {
  name: string
  /** What it answers, in a line of its help. */
  about: string
  /** What has to come of it, as docs/performance.md says it. */
  goal: string
  run(run: Run): Promise<void>
}
