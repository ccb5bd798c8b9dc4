import type { Delivery, Replicator } from './replicator.ts'

export interface TimetableOptions {
  /** How long an item is on its way: half of it at least, half as much again at most, so that items overtake each other. */
  lagMs: number
  random?: () => number
  /** Hears of deliveries that failed; they are tried again. */
  report: (error: unknown) => void
}

/** Makes the deliveries of a replicator by time. */
export class Timetable {
  readonly #options: TimetableOptions
  #replicator: Replicator | undefined
  #stopped = false
  readonly #running = new Set<Promise<void>>()

  constructor(options: TimetableOptions) {
    this.#options = options
  }

  /** Begins with what is on its way. */
  start(replicator: Replicator): void {
    this.#replicator = replicator
    this.resume()
  }

  /** To be called for each new delivery; before the start it waits for that. */
  add(delivery: Delivery): void {
    if (!this.#replicator) return
    const { lagMs, random = Math.random } = this.#options
    setTimeout(() => this.#leave(delivery), lagMs * (0.5 + random())).unref()
  }

  /** To be called when a link is healed: what waited there leaves after a lag. */
  resume(): void {
    for (const delivery of this.#replicator?.pending({ cut: false }) ?? []) this.add(delivery)
  }

  /** Delivers no more; what is being delivered arrives. */
  async stop(): Promise<void> {
    this.#stopped = true
    await Promise.all(this.#running)
  }

  #leave(delivery: Delivery): void {
    if (this.#stopped || !this.#replicator) return
    const made = this.#replicator.deliver(delivery).catch((error) => {
      this.#options.report(error)
      this.add(delivery)
    })
    this.#running.add(made)
    void made.finally(() => this.#running.delete(made))
  }
}
