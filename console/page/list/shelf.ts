/** Of what is kept: when it was last answered, in milliseconds since 1970. */
interface Dated {
  readonly age: number | undefined
}

const MAX_KEPT = 8
/** What is older is asked for anew. */
const MAX_AGE_MS = 300_000

/** What entries of the browser's history showed, so that Back finds it as it was left; the latest last. */
export class Shelf<Shown extends Dated> {
  readonly #kept = new Map<string, Shown>()

  /** What an entry showed; undefined for another entry that asks the same: a link asks anew. */
  find(key: string, now: number): Shown | undefined {
    const found = this.#kept.get(key)
    return found && now - (found.age ?? now) < MAX_AGE_MS ? found : undefined
  }

  keep(key: string, shown: Shown): void {
    this.#kept.delete(key)
    this.#kept.set(key, shown)
    for (const old of [...this.#kept.keys()].slice(0, -MAX_KEPT)) this.#kept.delete(old)
  }

  /** Something was changed: whatever is kept may be outdated. */
  clear(): void {
    this.#kept.clear()
  }
}
