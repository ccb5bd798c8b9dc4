/**
 * The items that running transactions hold. DynamoDB cancels whoever comes second: a transaction whole, a plain write by
 * itself; plain reads pass.
 */
export class RunningTransactions {
  readonly #held = new Set<string>()
  readonly #tokens = new Set<string>()

  isHeld(id: string): boolean {
    return this.#held.has(id)
  }

  /** Whether the same request, sent again, is still under way. */
  isRunning(token: string | undefined): boolean {
    return token !== undefined && this.#tokens.has(token)
  }

  /** Holds items, none of which is held, until the result is called. */
  hold(ids: readonly string[], token: string | undefined): () => void {
    for (const id of ids) this.#held.add(id)
    if (token !== undefined) this.#tokens.add(token)
    return () => {
      for (const id of ids) this.#held.delete(id)
      if (token !== undefined) this.#tokens.delete(token)
    }
  }
}
