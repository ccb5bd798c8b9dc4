import type { EventRow } from '../event-row.ts'
import { type Names, toFacts } from './facts.ts'

/** What something was called from a row on. */
interface Sighting {
  index: number
  name: string
}

/**
 * What users and roles were called when: events name them, renames give them another name, and who is named by no
 * event is called by its name now. For a history that is told in parts, oldest first.
 */
export class NamesOverTime {
  readonly #now = new Map<string, string>()
  readonly #before = new Map<string, string>()
  #sightings = new Map<string, Sighting[]>()

  /** What something is called now. */
  learn(id: string, name: string): void {
    this.#now.set(id, name)
  }

  has(id: string): boolean {
    return this.#now.has(id) || this.#before.has(id) || this.#sightings.has(id)
  }

  /** Takes up the next part of the history. */
  see(rows: readonly EventRow[]): void {
    for (const [id, sightings] of this.#sightings) this.#before.set(id, sightings.at(-1)?.name as string)
    this.#sightings = new Map()
    for (const [index, row] of rows.entries()) {
      const { RESOURCE_ID: id, RESOURCE_NAME: name } = row
      if (!id || !name) continue
      const later = renamedTo(row)
      this.#add(id, { index, name })
      if (later !== undefined) this.#add(id, { index: index + 1, name: later })
    }
  }

  /** The names at one row of the part. */
  at(index: number): Names {
    return { get: (id) => this.#nameAt(id, index) }
  }

  #add(id: string, sighting: Sighting): void {
    const those = this.#sightings.get(id) ?? []
    those.push(sighting)
    this.#sightings.set(id, those)
  }

  #nameAt(id: string, at: number): string | undefined {
    const those = this.#sightings.get(id) ?? []
    const past = those.findLast(({ index }) => index <= at)?.name
    return past ?? this.#before.get(id) ?? those[0]?.name ?? this.#now.get(id)
  }
}

/** The name that a change gave to its object. */
function renamedTo(row: EventRow): string | undefined {
  const attribute = row.RESOURCE_DOMAIN === 'USER' ? 'userName' : 'displayName'
  const { after } = toFacts(row, {}).changes.find((change) => change.attribute === attribute) ?? {}
  return typeof after === 'string' ? after : undefined
}
