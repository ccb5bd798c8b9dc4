import type { Charge } from './charges.ts'
import type { Plan } from './plan.ts'

/** What a partition key has left, and when that was. */
interface Bucket {
  tokens: number
  at: number
}

type Rates = Pick<Plan, 'writeUnitsPerSecond' | 'readUnitsPerSecond' | 'burstSeconds'>
/** A partition key of a table or an index, for reads or for writes. */
export type Account = Pick<Charge, 'kind' | 'of' | 'partition'>

const SWEEP_AT = 50_000

/**
 * One token bucket for each partition key and kind. A call is admitted while there is anything in it and may take more
 * than there is: then nothing is admitted until that is made good.
 */
export class Buckets {
  readonly #buckets = new Map<string, Bucket>()
  readonly #rates: Rates
  readonly #now: () => number
  #sweepAt = SWEEP_AT

  /** `now` in milliseconds. */
  constructor(rates: Rates, now: () => number = () => performance.now()) {
    this.#rates = rates
    this.#now = now
  }

  hasRoom(account: Account): boolean {
    return this.#fill(account).tokens > 0
  }

  /** Takes the units, or gives back where they are negative. */
  take(charge: Charge): void {
    this.#fill(charge).tokens -= charge.units
    if (this.#buckets.size > this.#sweepAt) this.#sweep()
  }

  #fill(account: Account): Bucket {
    const id = `${account.kind} ${account.of} ${account.partition}`
    const rate = this.#rateOf(account.kind)
    const now = this.#now()
    const bucket = this.#buckets.get(id) ?? { tokens: this.#capacity(rate), at: now }
    bucket.tokens = Math.min(this.#capacity(rate), bucket.tokens + ((now - bucket.at) / 1000) * rate)
    bucket.at = now
    this.#buckets.set(id, bucket)
    return bucket
  }

  #rateOf(kind: Account['kind']): number {
    return kind === 'write' ? this.#rates.writeUnitsPerSecond : this.#rates.readUnitsPerSecond
  }

  /** The second that is running, and what was saved up. */
  #capacity(rate: number): number {
    return rate * (1 + this.#rates.burstSeconds)
  }

  /** A bucket nobody has touched for as long as it takes to fill is like a new one. */
  #sweep(): void {
    const idleMs = 2000 * (1 + this.#rates.burstSeconds)
    for (const [id, { at, tokens }] of this.#buckets)
      if (tokens >= 0 && this.#now() - at > idleMs) this.#buckets.delete(id)
    this.#sweepAt = Math.max(SWEEP_AT, this.#buckets.size * 2)
  }
}
