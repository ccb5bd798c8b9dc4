/** A place in the line of a key. */
interface Turn {
  shared: boolean
  /** What it waits for: the same for all that share. */
  before: Promise<unknown>
  /** It is over, and so are those before it with whom it shares. */
  over: Promise<unknown>
}

/**
 * Gives turns at keys, first come, first served: some share theirs with those who share too, others want it alone. Places in
 * the lines of all keys are taken at once, so that no two ever wait for each other.
 */
export class Turns {
  readonly #last = new Map<string, Turn>()

  /** Does it beside others that share. */
  shared<T>(keys: readonly string[], act: () => Promise<T>): Promise<T> {
    return this.#take(keys, true, act)
  }

  /** Does it while nobody else is at the key. */
  alone<T>(key: string, act: () => Promise<T>): Promise<T> {
    return this.#take([key], false, act)
  }

  async #take<T>(keys: readonly string[], shared: boolean, act: () => Promise<T>): Promise<T> {
    const own = Promise.withResolvers<void>()
    const places = [...new Set(keys)].map((key) => this.#join(key, shared, own.promise))
    try {
      for (const before of places) await before
      return await act()
    } finally {
      own.resolve()
    }
  }

  #join(key: string, shared: boolean, own: Promise<void>): Promise<unknown> {
    const last = this.#last.get(key)
    const together = shared && last?.shared === true
    const before = together ? last.before : (last?.over ?? Promise.resolve())
    const turn = { shared, before, over: together ? Promise.all([last.over, own]) : own }
    this.#last.set(key, turn)
    void turn.over.then(() => {
      if (this.#last.get(key) === turn) this.#last.delete(key)
    })
    return before
  }
}
