import { principal } from '../../factories/scim-api.ts'
import type { Bed } from '../bed.ts'
import type { Run, Scenario } from '../scenario.ts'
import { seedSyncedUsers } from '../seed.ts'
import { growthOf, type Units, unitsOf } from '../units.ts'

const OWNED = 50
/** Who owns little, and sees no more than that. */
const OWNER = 'GENERIC_PROVISIONING'

const QUESTIONS: Readonly<Record<string, string>> = {
  list: '/Users?count=100',
  'list without groups': '/Users?count=100&excludedAttributes=groups',
  'second page': '/Users?startIndex=26&count=25',
  count: '/Users?count=0',
  'filter without index': `/Users?filter=${encodeURIComponent('title eq "Senior Engineer"')}&excludedAttributes=groups`,
  sort: '/Users?sortBy=name.familyName&excludedAttributes=groups',
}

/** How the owner's users stand among those of another role. */
type Layout = 'neighbours' | 'scattered'

/** Neighbours are what a sync makes; scattered ones are read by id, at up to five times the price, and asked for their groups one by one (decision 0023). */
const GOALS: Readonly<Record<Layout, number>> = { neighbours: 1.2, scattered: 7 }

/** A role that owns a few objects among many of others, against the same objects alone. */
export const ownership: Scenario = {
  name: 'ownership',
  about: 'a role owning 50 among 100,000, against an account of 50',
  goal: 'at most 1.2 times what the account of 50 pays, where they came with one sync',
  async run(run) {
    const total = run.scaled(100_000, 2000)
    const alone = await accountOf(run, 0)
    for (const layout of ['neighbours', 'scattered'] as const) {
      const among = await accountOf(run, total, layout)
      for (const [name, path] of Object.entries(QUESTIONS)) {
        const [small, large] = [await askedBy(alone, path), await askedBy(among, path)]
        const missing = [small, large].reduce((sum, { total: shown }) => sum + Math.abs(OWNED - shown), 0)
        const what = `${layout}: ${name}`
        run.figures.count(`${what}: objects that are not counted`, missing)
        const growth = growthOf(small.units, large.units)
        run.figures.ratio(`${what}, among ${total.toLocaleString('en')}`, growth, GOALS[layout])
      }
    }
  },
}

/** The owner's users, alone, or before or between those of another role. */
async function accountOf({ say, start }: Run, others: number, layout: Layout = 'neighbours'): Promise<Bed> {
  say(`${OWNED} of ${others + OWNED}, ${layout}`)
  const bed = await start()
  if (others > 0) await seedSyncedUsers(bed.store, 1, others)
  const spread = layout === 'scattered' ? { perSecond: (100 * OWNED) / others } : { endedAgoMs: others * 10 + 60_000 }
  await seedSyncedUsers(bed.store, 900_001, 900_000 + OWNED, { owner: principal(), ...spread })
  return bed
}

/** What a question costs its owner, and how many objects it counts. */
async function askedBy(bed: Bed, path: string): Promise<{ total: number; units: Units }> {
  let total = 0
  const request = bed.as(OWNER)
  const units = await unitsOf(bed, async () => {
    const { status, body } = await request('GET', path)
    total = status === 200 ? body.totalResults : 0
  })
  return { total, units }
}
