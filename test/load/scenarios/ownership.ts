import { principal } from '../../factories/scim-api.ts'
import type { Bed } from '../bed.ts'
import type { Run, Scenario } from '../scenario.ts'
import { seedSyncedUsers } from '../seed.ts'
import { growthOf, type Units, unitsOf } from '../units.ts'

const OWNED = 50
const GOAL = 1.2
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

/** A role that owns a few objects among many of others, against the same objects alone. */
export const ownership: Scenario = {
  name: 'ownership',
  about: 'a role owning 50 among 100,000, against an account of 50',
  goal: 'at most 1.2 times what the account of 50 pays',
  async run(run) {
    const total = run.scaled(100_000, 2000)
    const alone = await accountOf(run, 0)
    const among = await accountOf(run, total)
    for (const [name, path] of Object.entries(QUESTIONS)) {
      const [small, large] = [await askedBy(alone, path), await askedBy(among, path)]
      const missing = [small, large].reduce((sum, { total: shown }) => sum + Math.abs(OWNED - shown), 0)
      run.figures.count(`${name}: objects that are not counted`, missing)
      run.figures.ratio(`${name}, among ${total.toLocaleString('en')}`, growthOf(small.units, large.units), GOAL)
    }
  },
}

/** The owner's users, spread over those of another role. */
async function accountOf({ say, start }: Run, others: number): Promise<Bed> {
  say(`${OWNED} of ${others + OWNED}`)
  const bed = await start()
  if (others > 0) await seedSyncedUsers(bed.store, 1, others)
  const perSecond = others > 0 ? (100 * OWNED) / others : 100
  await seedSyncedUsers(bed.store, 900_001, 900_000 + OWNED, { owner: principal(), perSecond })
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
