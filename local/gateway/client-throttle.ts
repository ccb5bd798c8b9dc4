import { GatewayError } from './gateway-error.ts'
import type { ClientLimits } from './template.ts'

interface Bucket {
  tokens: number
  /** Epoch milliseconds. */
  at: number
}

/** The usage plan: who has a key in it, and how much is left for each key; a bucket of tokens that fills with time. */
export class ClientThrottle {
  readonly #limits: ClientLimits
  readonly #now: () => number
  readonly #buckets = new Map<string, Bucket>()

  /** `now` in epoch milliseconds. */
  constructor(limits: ClientLimits, now: () => number) {
    this.#limits = limits
    this.#now = now
  }

  /** The id of a key. @throws {GatewayError} INVALID_API_KEY where the plan has no such key. */
  requireKey(key: string | undefined): string {
    const id = key === undefined ? undefined : this.#limits.keys.get(key)
    if (id === undefined) throw new GatewayError('INVALID_API_KEY')
    return id
  }

  /** Takes a request off what is left for a key. @throws {GatewayError} THROTTLED where nothing is. */
  take(keyId: string): void {
    const { requestsPerSecond, burst } = this.#limits
    const now = this.#now()
    const { tokens, at } = this.#buckets.get(keyId) ?? { tokens: burst, at: now }
    const filled = Math.min(burst, tokens + (Math.max(0, now - at) / 1000) * requestsPerSecond)
    this.#buckets.set(keyId, { tokens: filled < 1 ? filled : filled - 1, at: now })
    if (filled < 1) throw new GatewayError('THROTTLED')
  }
}
