import type { Regions } from '../../config.ts'
import type { Fence } from './fence.ts'

/** The region of a process, in a deployment of several, and what the process knows of fences. */
export class Region {
  readonly own: string
  readonly all: readonly string[]
  readonly #known = new Map<string, Fence>()

  constructor({ own, all }: Regions) {
    this.own = own
    this.all = all
  }

  /** Primary of accounts without a fence. */
  get home(): string {
    return this.all[0] ?? this.own
  }

  /** The fence as it was read last: whoever goes by it has to check it in what it writes. */
  known(account: string): Fence | undefined {
    return this.#known.get(account)
  }

  heard(account: string, fence: Fence): Fence {
    this.#known.set(account, fence)
    return fence
  }

  /** Whether something that says who wrote it was written here; what says nothing is of a time with one region. */
  isOwn(wrote: unknown): boolean {
    return regionOf(wrote, this.home) === this.own
  }
}

/** What an item says of who wrote it: region and epoch, or the region alone where no fence was asked. */
export const toWrote = (region: string, { epoch }: Partial<Fence> = {}): string =>
  epoch === undefined ? region : `${region}#${epoch}`

/** The region that wrote something. */
export const regionOf = (wrote: unknown, home: string): string =>
  typeof wrote === 'string' ? (wrote.split('#')[0] ?? home) : home

/** The epoch in which a change was written. */
export const epochOf = (wrote: unknown): number => (typeof wrote === 'string' ? Number(wrote.split('#')[1] ?? 0) : 0)
