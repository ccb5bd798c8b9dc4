import { createAccount } from '../../shared/resources/accounts.ts'
import { getFence } from '../../shared/store/regions/fence.ts'
import { mayChange } from '../../shared/store/regions/fenced.ts'
import { listDue, runSlice } from '../../shared/worker/work.ts'
import { type Random, seededRandom } from '../aws/random.ts'
import { adminContext } from '../factories/admin.ts'
import { operation, operatorDb } from '../factories/failover.ts'
import type { TestRegion, TwoRegions } from '../factories/two-regions.ts'
import { openClient } from './client.ts'
import type { Scenario, Sizes } from './scenario.ts'

/** Calls of its table after which a worker is stopped: a slice of a large change, and all of a small one. */
const CALLS_OF_SLICE = 40

/** An account of two regions, which scenarios are played in. */
export interface World {
  regions: TwoRegions
  account: string
  sizes: Sizes
  random: Random
  /** How often clients heard 503. */
  refused: number
  /** Whether a region was lost with something since the scenarios began. */
  hasLost: boolean
  /** Events that any report has named. */
  reported: Set<string>
}

export async function startWorld(regions: TwoRegions, seed: number, sizes: Sizes): Promise<World> {
  const account = `campaign-${seed}`
  await createAccount(adminContext(regions.home.db, { account: 'default' }), { name: account })
  const known = { refused: 0, hasLost: false, reported: new Set<string>() }
  return { regions, account, sizes, random: seededRandom(seed), ...known }
}

/** Who plays a scenario: at the region that its fence names, or at one that it is told. */
export const clientOf = (world: World, { kind }: Scenario, domain = (isRead: boolean) => primaryOf(world, isRead)) =>
  openClient({
    ...{ account: world.account, random: world.random, domain },
    isStrict: () => !world.hasLost,
    refused: () => world.refused++,
    ...(kind && { kind }),
  })

/** Where the domain leads: where the newest fence that any table has does, for changes at times some time later. */
async function primaryOf({ regions: { home, other }, account, random }: World, isRead: boolean): Promise<TestRegion> {
  const fences = await Promise.all([home, other].map((region) => getFence(operatorDb(region), account, home.name)))
  const newest = fences.reduce((last, one) => (one.epoch > last.epoch ? one : last))
  const seen = isRead || random() < 0.9 ? newest : (fences[Math.floor(random() * 2)] ?? newest)
  const name = seen.primary ?? seen.draining
  return name === other.name ? other : home
}

/** What scenarios have before them, each a step at a time, as chance has it. */
export class Play {
  #open: AsyncGenerator<void, void>[]
  readonly #random: Random

  constructor(random: Random, open: AsyncGenerator<void, void>[]) {
    this.#random = random
    this.#open = open
  }

  get isOver(): boolean {
    return this.#open.length === 0
  }

  async step(count = 1): Promise<void> {
    for (let n = 0; n < count && !this.isOver; n++) {
      const next = this.#open[Math.floor(this.#random() * this.#open.length)]
      if (next && (await next.next()).done) this.#open = this.#open.filter((one) => one !== next)
    }
  }
}

/** A slice of each queue of a region, as far as its fence lets it; what it cannot go on with waits for a repair. */
export async function workSlice({ account }: World, { db }: TestRegion): Promise<void> {
  for (const due of await listDue(db, account)) {
    const stop = new AbortController()
    let calls = 0
    const send = (...args: unknown[]) => {
      if (++calls > CALLS_OF_SLICE) stop.abort()
      return (db.client.send as (...given: unknown[]) => unknown)(...args)
    }
    const counted = { ...db, client: Object.create(db.client, { send: { value: send } }) }
    await runSlice(counted, due, db.clock() + 30_000, stop.signal).catch((error: Error) => {
      if (!/^There is no event .* to go by$/.test(error.message)) throw error
    })
  }
}

/** More slices than any queue has. */
const MOST_SLICES = 1000

/** All that is on its way arrives, and all that is queued is worked off, in whichever region. */
export async function settle(world: World): Promise<void> {
  const { home, other } = world.regions
  await world.regions.replicateAll()
  for (const region of [home, other]) await workOff(world, region)
  await world.regions.replicateAll()
}

/** All that is queued in a region is worked off, as far as its fence lets it. */
export async function workOff(world: World, region: TestRegion): Promise<void> {
  for (let slice = 0; slice < MOST_SLICES; slice++) {
    if (!(await mayChange(region.db, world.account))) return
    if ((await listDue(region.db, world.account)).length === 0) return
    await workSlice(world, region)
  }
}

/** An operator while whose waits others go on: clients, workers, and what is on its way. */
export function operatorOf(world: World, play?: Play) {
  const given = operation(world.regions, { works: false })
  const { home, other } = world.regions
  return {
    ...given,
    async pause(ms: number) {
      await play?.step(2)
      for (const region of [home, other]) await workSlice(world, region)
      await given.pause(ms)
    },
  }
}
