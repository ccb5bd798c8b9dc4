import type { InvariantStep } from '../../../shared/resources/views/invariant-step.ts'
import { ApiError, ask } from '../data/api.ts'

/** How the check of everything comes along. */
export interface CheckState {
  is: 'waiting' | 'running' | 'done' | 'cancelled' | 'failed'
  /** The last step that was answered. */
  step?: InvariantStep
  violations: InvariantStep['violations']
  error?: ApiError
  /** When it ended, in milliseconds since 1970. */
  at?: number
}

/** The check of one account, step after step; its last result is there again when one comes back. */
export class InvariantCheck {
  state: CheckState = { is: 'waiting', violations: [] }
  #stop: AbortController | undefined
  readonly #listeners = new Set<() => void>()

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async run(): Promise<void> {
    const stop = new AbortController()
    this.#stop = stop
    this.#set({ is: 'running', violations: [] })
    try {
      let next: string | undefined
      do {
        const query = { ...(next !== undefined && { next }) }
        const step: InvariantStep = await ask<InvariantStep>({
          ...{ path: ['admin', 'invariants'], query, signal: stop.signal },
        })
        this.#set({ is: 'running', step, violations: [...this.state.violations, ...step.violations] })
        next = step.next
      } while (next !== undefined)
      this.#set({ ...this.state, is: 'done', at: Date.now() })
    } catch (error) {
      const failure = error instanceof ApiError ? error : new ApiError(0, String(error))
      if (stop.signal.aborted) this.#set({ ...this.state, is: 'cancelled', at: Date.now() })
      else this.#set({ ...this.state, is: 'failed', error: failure, at: Date.now() })
    }
  }

  cancel(): void {
    this.#stop?.abort()
  }

  #set(state: CheckState): void {
    this.state = state
    for (const listener of this.#listeners) listener()
  }
}
