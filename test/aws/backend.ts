import { setTimeout as sleep } from 'node:timers/promises'
import type { EngineAnswer, EngineConnection } from '../../local/engine/engine-connection.ts'
import { Buckets } from './buckets.ts'
import type { Change, Charge } from './charges.ts'
import { RunningTransactions } from './conflicts.ts'
import { IndexLag } from './index-lag.ts'
import type { Plan } from './plan.ts'
import { type Random, seededRandom } from './random.ts'
import { TableShapes } from './table-shape.ts'
import type { AwsCall } from './usage.ts'

/** What became of a call: the answer, and what it is charged. */
export interface Outcome extends Pick<AwsCall, 'charges' | 'refused'> {
  answer: EngineAnswer
}

/** Sends the caller's operation to the engine, with this body instead of the one that came. */
export type Send = (body: object) => Promise<EngineAnswer>

/** The engine, and all that stands between it and its callers. */
export class Backend {
  readonly plan: Plan
  readonly engine: EngineConnection
  readonly shapes: TableShapes
  readonly buckets: Buckets
  readonly running = new RunningTransactions()
  readonly lag: IndexLag
  readonly random: Random
  /** Hears of what a call has changed. */
  readonly changed: (changes: readonly Change[]) => void

  constructor(plan: Plan, engine: EngineConnection, changed: (changes: readonly Change[]) => void) {
    this.changed = changed
    this.plan = plan
    this.engine = engine
    this.shapes = new TableShapes(engine)
    this.buckets = new Buckets(plan)
    this.lag = new IndexLag(plan.indexLagMs)
    this.random = seededRandom(plan.seed)
  }

  /** The first of the charges whose partition has nothing left. */
  shortOf<C extends Pick<Charge, 'kind' | 'of' | 'partition'>>(charges: readonly C[]): C | undefined {
    return charges.find((charge) => !this.buckets.hasRoom(charge))
  }

  take(charges: readonly Charge[]): void {
    for (const charge of charges) this.buckets.take(charge)
  }

  /** Charges something else than was taken when the call was admitted. */
  correct(taken: readonly Charge[], right: readonly Charge[]): readonly Charge[] {
    this.take(taken.map((charge) => ({ ...charge, units: -charge.units })))
    this.take(right)
    return right
  }

  async delay(): Promise<void> {
    if (this.plan.latencyMs > 0) await sleep(this.plan.latencyMs)
  }

  /** Whether a fault of this share of all calls is drawn. */
  draws(share: number): boolean {
    return share > 0 && this.random() < share
  }
}

/** Refused for want of capacity. */
export const throttledOutcome = (answer: EngineAnswer): Outcome => ({ answer, charges: [], refused: 'throttled' })
/** Refused for what another call is doing. */
export const conflictOutcome = (answer: EngineAnswer): Outcome => ({ answer, charges: [], refused: 'conflict' })
