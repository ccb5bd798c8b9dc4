/** What an authorizer decided for one set of identity values. */
interface Entry<Decision> {
  decision: Decision
  expiresAt: number
}

const MAX_ENTRIES = 10_000

/**
 * Keeps authorizers' answers as API Gateway does: by the values of the identity sources, whatever the method or path.
 * The key is the JSON of those values, so that no two lists of values share one (SECURITY: cache confusion).
 */
export class AuthorizerCache<Decision> {
  readonly #entries = new Map<string, Entry<Decision>>()
  readonly #now: () => number

  /** `now` in epoch milliseconds. */
  constructor(now: () => number) {
    this.#now = now
  }

  get(authorizerId: string, identity: readonly string[]): Decision | undefined {
    const entry = this.#entries.get(keyOf(authorizerId, identity))
    return entry && entry.expiresAt > this.#now() ? entry.decision : undefined
  }

  put(authorizerId: string, identity: readonly string[], decision: Decision, ttlSeconds: number): void {
    if (ttlSeconds <= 0) return
    const key = keyOf(authorizerId, identity)
    this.#entries.delete(key)
    const [oldest] = this.#entries.keys()
    if (oldest !== undefined && this.#entries.size >= MAX_ENTRIES) this.#entries.delete(oldest)
    this.#entries.set(key, { decision, expiresAt: this.#now() + ttlSeconds * 1000 })
  }

  /** Forgets everything, as FlushStageAuthorizersCache does. */
  flush(): void {
    this.#entries.clear()
  }
}

const keyOf = (authorizerId: string, identity: readonly string[]) => JSON.stringify([authorizerId, ...identity])
