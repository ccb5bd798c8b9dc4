/** Units a second: what DynamoDB takes for one partition key is 1,000, and others write there too. */
const MAX_RATE = 960
const MIN_RATE = 100
/** Units a second that the rate rises for each unit written without throttling. */
const RISE = 0.1
/** Throttling of batches that were sent together counts once. */
const REACTION_MS = 200
/** Time that was not used, while something else was waited for, is made up for as far as this. */
const CREDIT_MS = 200

/** The pace of writes to one partition: it halves where DynamoDB throttles, and rises again from there. */
export class Pace {
  #rate = MAX_RATE
  #freeAt = 0
  #cutAt = 0

  /** Waits until so many units may be written; false, and at once, where that is more than `mostMs` from now. */
  async take(units: number, mostMs = Number.POSITIVE_INFINITY): Promise<boolean> {
    const now = performance.now()
    this.#freeAt = Math.max(this.#freeAt, now - CREDIT_MS)
    const waitMs = this.#freeAt - now
    if (waitMs > mostMs) return false
    this.#freeAt += (units * 1000) / this.#rate
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs))
    return true
  }

  written(units: number): void {
    this.#rate = Math.min(MAX_RATE, this.#rate + units * RISE)
  }

  throttled(): void {
    const now = performance.now()
    if (now - this.#cutAt < REACTION_MS) return
    this.#cutAt = now
    this.#rate = Math.max(MIN_RATE, this.#rate / 2)
  }
}
