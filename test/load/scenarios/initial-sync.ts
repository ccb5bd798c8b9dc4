import { mapConcurrently } from '../../../shared/store/batch.ts'
import { seededRandom } from '../../aws/random.ts'
import { aUser } from '../../bench/seed.ts'
import type { Bed } from '../bed.ts'
import { addMembers, groupOf, patient, Tally, tallied } from '../requests.ts'
import type { Run, Scenario } from '../scenario.ts'
import { untilSettled, wrongMembers } from '../settled.ts'

/** At the scale of 1. */
const IN_FLIGHT = 25
const [LEAST, MOST] = [20, 100]

/** An identity provider's first push: all users, all groups, then the memberships in PATCHes side by side. */
export const initialSync: Scenario = {
  name: 'initial-sync',
  about: '10,000 users, 200 groups, 50,000 memberships in PATCHes of 20 to 100, 25 in flight',
  goal: 'no 5xx, no final 429; totals and members exact',
  async run(run) {
    const bed = await run.start()
    const finals = new Tally()
    const inFlight = run.scaled(IN_FLIGHT, 5)
    const request = tallied(patient(bed.request), finals)
    const create = async (path: string, bodies: object[]): Promise<string[]> => {
      run.say(`${bodies.length} × POST ${path}`)
      const answers = await mapConcurrently(bodies, inFlight, (body) => request('POST', path, body))
      return answers.map(({ body }) => String(body?.id))
    }
    const users = await create(
      '/Users',
      Array.from({ length: run.scaled(10_000, 100) }, (_, i) => aUser(i)),
    )
    const names = Array.from({ length: run.scaled(200, 4) }, (_, i) => groupOf(`Team ${i}`))
    const groups = await create('/Groups', names)
    const patches = drawPatches(users, groups, run.scaled(50_000, 400))
    run.say(`${patches.length} × PATCH /Groups`)
    await mapConcurrently(patches, inFlight, ({ group, members }) =>
      request('PATCH', `/Groups/${group}?excludedAttributes=members`, addMembers(members)),
    )
    await report(run, bed, finals, { users, groups, patches })
  },
}

interface Patch {
  group: string
  members: string[]
}

/** Random members for random groups, each once in a group. */
function drawPatches(users: string[], groups: string[], memberships: number): Patch[] {
  const random = seededRandom(42)
  const patches: Patch[] = []
  const next = new Map<string, number>()
  for (let left = memberships; left > 0; ) {
    const group = groups[Math.floor(random() * groups.length)] ?? ''
    const from = next.get(group) ?? Math.floor(random() * users.length)
    const size = Math.min(left, LEAST + Math.floor(random() * (MOST - LEAST + 1)))
    const members = Array.from({ length: size }, (_, i) => users[(from + i) % users.length] ?? '')
    next.set(group, from + size)
    patches.push({ group, members })
    left -= size
  }
  return patches
}

interface Synced {
  users: string[]
  groups: string[]
  patches: Patch[]
}

async function report({ figures, say }: Run, bed: Bed, finals: Tally, synced: Synced): Promise<void> {
  say('settling')
  const settled = await untilSettled(bed, synced.groups, 180_000)
  figures.count('left unfinished', settled === undefined ? 1 : 0)
  figures.count('5xx', finals.serverErrors)
  figures.count('final 429', finals.of(429))
  figures.count('users that totalResults misses', await missing(bed, '/Users', synced.users.length))
  figures.count('groups that totalResults misses', await missing(bed, '/Groups', synced.groups.length))
  const wrong = await mapConcurrently(synced.groups, 8, async (group) => {
    const members = synced.patches.flatMap((patch) => (patch.group === group ? patch.members : []))
    return wrongMembers(bed, group, new Set(members))
  })
  figures.count(
    'wrong members',
    wrong.reduce((sum, one) => sum + one, 0),
  )
}

async function missing(bed: Bed, path: string, expected: number): Promise<number> {
  const { body } = await patient(bed.request)('GET', `${path}?count=0`)
  return Math.abs(expected - Number(body?.totalResults ?? 0))
}
