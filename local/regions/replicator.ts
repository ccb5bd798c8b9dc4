import { mapConcurrently } from '../../shared/store/batch.ts'
import type { Item } from '../engine/wire.ts'
import type { ItemKey } from './item-key.ts'
import { Turns } from './turns.ts'

/** The table of a region, as far as the replicator needs it. */
export interface Replica {
  region: string
  get(key: ItemKey): Promise<Item | undefined>
  /** Puts the item; deletes where there is none. */
  set(key: ItemKey, item: Item | undefined): Promise<void>
}

/** From one region to another. */
export interface Direction {
  from: string
  to: string
}

/** One item on its way: it is read when it leaves, so that several writes of it arrive as one. */
export interface Delivery extends Direction {
  key: ItemKey
}

/** What is known of a key as long as something of it is on its way. */
export interface Underway {
  key: ItemKey
  /** When each region's copy was last written, by the clock that nobody sees. */
  written: Readonly<Record<string, number>>
  directions: readonly Direction[]
}

export interface ReplicatorOptions {
  /** From 0 up to 1: which delivery is next. */
  random?: () => number
  /** What was on its way when an earlier one ended. */
  underway?: readonly Underway[]
  /** Hears of what is on its way of a key, each time that this changes; nothing when all has arrived. */
  changed?: (key: ItemKey, underway: Underway | undefined) => void
  /** Hears of each new delivery. */
  added?: (delivery: Delivery) => void
}

/** Deliveries at once when all are made. */
const PARALLEL = 16

/**
 * Carries what each region's table is written to the others, item by item, as DynamoDB's asynchronous global tables do: in
 * no order, late, several writes of an item as one; of an item that two regions wrote, the last writer wins, deletes
 * included. Nothing is delivered by itself: who holds it says what is delivered when.
 */
export class Replicator {
  readonly regions: readonly string[]
  readonly #replicas: ReadonlyMap<string, Replica>
  readonly #options: ReplicatorOptions
  readonly #turns = new Turns()
  readonly #written = new Map<ItemKey, Record<string, number>>()
  readonly #pending = new Map<string, Delivery>()
  readonly #cut = new Set<string>()
  readonly #away = new Set<string>()
  #clock = 0

  constructor(replicas: readonly Replica[], options: ReplicatorOptions = {}) {
    this.#replicas = new Map(replicas.map((replica) => [replica.region, replica]))
    this.regions = [...this.#replicas.keys()]
    this.#options = options
    for (const { key, written, directions } of options.underway ?? []) {
      this.#written.set(key, { ...written })
      this.#clock = Math.max(this.#clock, ...Object.values(written))
      for (const direction of directions) this.#add({ ...direction, key })
    }
  }

  /**
   * Lets a region write: no delivery touches these keys meanwhile. `act` says what was written in the end.
   */
  async write<T>(region: string, keys: readonly ItemKey[], act: () => Promise<Written<T>>): Promise<T> {
    return this.#turns.shared(keys, async () => {
      const { answer, written } = await act()
      for (const key of written) this.wrote(region, key)
      return answer
    })
  }

  /** A region has written an item, or deleted it: what is there has to go to all others. */
  wrote(region: string, key: ItemKey): void {
    this.#clock += 1
    this.#written.set(key, { ...this.#written.get(key), [region]: this.#clock })
    for (const to of this.regions) if (to !== region) this.#add({ from: region, to, key })
    this.#tell(key)
  }

  /** What is on its way, the oldest first; of those only that a link lets through, or all. */
  pending({ cut = true } = {}): Delivery[] {
    const all = [...this.#pending.values()]
    return cut ? all : all.filter((delivery) => this.#isOpen(delivery))
  }

  /** Makes one delivery, unless the link is cut or it was made already. */
  async deliver(delivery: Delivery): Promise<void> {
    const { from, to, key } = delivery
    await this.#turns.alone(key, async () => {
      if (!this.#isOpen(delivery) || !this.#pending.delete(idOf(delivery))) return
      try {
        await this.#carry(from, to, key)
      } catch (error) {
        this.#pending.set(idOf(delivery), delivery)
        throw error
      }
      this.#tell(key)
    })
  }

  /** Makes so many deliveries of those that can be made, chosen by chance, one after the other. @returns how many. */
  async deliverSome(count: number): Promise<number> {
    const chosen = this.#shuffled().slice(0, count)
    for (const delivery of chosen) await this.deliver(delivery)
    return chosen.length
  }

  /** Makes all deliveries that can be made, those of writes meanwhile included. */
  async drain(): Promise<void> {
    for (let all = this.#shuffled(); all.length > 0; all = this.#shuffled()) {
      await mapConcurrently(all, PARALLEL, (delivery) => this.deliver(delivery))
    }
  }

  /** Nothing is delivered this way any more, or either way, until it is healed. */
  cut(direction?: Direction): void {
    for (const one of direction ? [direction] : this.directions()) this.#cut.add(linkOf(one))
  }

  heal(direction?: Direction): void {
    for (const one of direction ? [direction] : this.directions()) this.#cut.delete(linkOf(one))
  }

  /** A region is lost: nothing goes there or comes from there until it is back. */
  lose(region: string): void {
    this.#away.add(region)
  }

  regain(region: string): void {
    this.#away.delete(region)
  }

  isLost(region: string): boolean {
    return this.#away.has(region)
  }

  isCut(direction: Direction): boolean {
    return this.#cut.has(linkOf(direction))
  }

  /** What the target has is left alone where it is newer: then that is on its way here. */
  async #carry(from: string, to: string, key: ItemKey): Promise<void> {
    const written = this.#written.get(key) ?? {}
    const at = written[from] ?? 0
    if (at <= (written[to] ?? 0)) return
    await this.#replica(to).set(key, await this.#replica(from).get(key))
    this.#written.set(key, { ...written, [to]: at })
  }

  #replica(region: string): Replica {
    const replica = this.#replicas.get(region)
    if (!replica) throw new Error(`There is no region "${region}"`)
    return replica
  }

  #add(delivery: Delivery): void {
    const id = idOf(delivery)
    if (this.#pending.has(id)) return
    this.#pending.set(id, delivery)
    this.#options.added?.(delivery)
  }

  /** Where nothing of a key is on its way all copies are the same, and when they were written does not matter any more. */
  #tell(key: ItemKey): void {
    const directions = this.directions().filter((direction) => this.#pending.has(idOf({ ...direction, key })))
    const written = this.#written.get(key) ?? {}
    if (directions.length === 0) this.#written.delete(key)
    this.#options.changed?.(key, directions.length === 0 ? undefined : { key, written, directions })
  }

  /** Every region to every other. */
  directions(): Direction[] {
    return this.regions.flatMap((from) => this.regions.filter((to) => to !== from).map((to) => ({ from, to })))
  }

  #isOpen(delivery: Delivery): boolean {
    return !this.isCut(delivery) && !this.isLost(delivery.from) && !this.isLost(delivery.to)
  }

  /** All that can be delivered, in an order drawn by chance (Fisher and Yates). */
  #shuffled(): Delivery[] {
    const { random = Math.random } = this.#options
    const all = this.pending({ cut: false })
    for (let i = all.length - 1; i > 0; i--) {
      const j = Math.floor(random() * (i + 1))
      const [a, b] = [all[i], all[j]] as [Delivery, Delivery]
      all[i] = b
      all[j] = a
    }
    return all
  }
}

/** What a write was answered, and the items that it has written. */
export interface Written<T> {
  answer: T
  written: readonly ItemKey[]
}

const linkOf = ({ from, to }: Direction): string => `${from}>${to}`
const idOf = ({ key, ...direction }: Delivery): string => `${linkOf(direction)} ${key}`
