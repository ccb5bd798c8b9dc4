import { parseEventQuery } from '../../../shared/audit/event-query.ts'
import { mapConcurrently } from '../../../shared/store/batch.ts'
import { listEvents } from '../../../shared/store/events/query.ts'
import { aUser } from '../../bench/seed.ts'
import { newUser, patchOf } from '../../factories/scim-api.ts'
import { ACCOUNT, type Bed } from '../bed.ts'
import { addMembers, groupOf, mustSucceed, removeMembers, rename } from '../requests.ts'
import type { Run, Scenario } from '../scenario.ts'
import { seedEvents, seedGroup, seedSyncedUsers } from '../seed.ts'
import { growthOf, type Units, unitsOf } from '../units.ts'

const GOAL = 1.1

/** The same operations in a small system and in a large one, and on a user of one group and of a thousand. */
export const growth: Scenario = {
  name: 'growth',
  about: '1,000 to 100,000 users, members and events; 1 to 1,000 groups of a user',
  goal: 'at most 1.1 times the units, but for what is returned',
  async run(run) {
    const { figures, scaled, say } = run
    const sizes = [scaled(1000, 300), scaled(100_000, 3000)] as const
    const [small, large] = [await systemOf(run, sizes[0]), await systemOf(run, sizes[1])]
    say('measuring')
    for (const [name, operation] of Object.entries(OPERATIONS)) {
      const units = [await unitsOf(small.bed, operation(small)), await unitsOf(large.bed, operation(large))] as const
      figures.ratio(`${sizes.join(' to ')} objects: ${name}${shown(...units)}`, growthOf(...units), GOAL)
    }
    const counts = [1, scaled(1000, 100)] as const
    const [lonely, popular] = [await userOfGroups(run, small, counts[0]), await userOfGroups(run, small, counts[1])]
    for (const [name, operation] of Object.entries(USER_OPERATIONS)) {
      const units = [await unitsOf(small.bed, operation(lonely)), await unitsOf(small.bed, operation(popular))] as const
      figures.ratio(`${counts.join(' to ')} groups: ${name}${shown(...units)}`, growthOf(...units), GOAL)
    }
  },
}

/** The units themselves: read and written, at either size. */
const shown = (...units: Units[]) => ` (${units.map(({ read, write }) => `${read}/${write}`).join(' → ')})`

/** A system of some size: users, a group of them all, and as many events. */
interface Grown {
  bed: Bed
  users: string[]
  /** The group of all users, and users who are in no group. */
  group: string
  apart: string[]
}

async function systemOf({ say, start }: Run, size: number): Promise<Grown> {
  say(`a system of ${size}`)
  const bed = await start()
  const users = await seedSyncedUsers(bed.store, 1, size)
  const group = await seedGroup(bed.store, 'Everybody', users)
  await seedEvents(bed.store, size)
  const apart = await seedSyncedUsers(bed.store, 900_001, 900_004)
  return { bed, users, group, apart }
}

type Ask = (n: 0 | 1) => Promise<unknown>
let fresh = 0

const get =
  (path: (grown: Grown, n: 0 | 1) => string) =>
  (grown: Grown): Ask =>
  (n) =>
    mustSucceed(grown.bed.request('GET', path(grown, n)))
const send =
  (method: string, path: (grown: Grown, n: 0 | 1) => string, body: (grown: Grown, n: 0 | 1) => object) =>
  (grown: Grown): Ask =>
  (n) =>
    mustSucceed(grown.bed.request(method, path(grown, n), body(grown, n)))

const filtered = (filter: string) => `filter=${encodeURIComponent(filter)}`
const noGroups = 'excludedAttributes=groups'
const noMembers = 'excludedAttributes=members'
const groupPath = ({ group }: Grown) => `/Groups/${group}?${noMembers}`

const OPERATIONS: Readonly<Record<string, (grown: Grown) => Ask>> = {
  'GET user': get(({ users }, n) => `/Users/${users[n]}`),
  'GET user without groups': get(({ users }, n) => `/Users/${users[n]}?${noGroups}`),
  'list with groups': get(() => '/Users?count=100'),
  'list without groups': get(() => `/Users?count=100&${noGroups}`),
  'second page with groups': get(() => '/Users?startIndex=101&count=100'),
  'second page without groups': get(() => `/Users?startIndex=101&count=100&${noGroups}`),
  'count of users': get(() => '/Users?count=0'),
  'userName eq': get(() => `/Users?${filtered(`userName eq "${aUser(7).userName}"`)}`),
  'userName sw': get(() => `/Users?${filtered('userName sw "person.77@"')}`),
  'externalId eq': get(() => `/Users?${filtered(`externalId eq "${aUser(7).externalId}"`)}`),
  'emails.value eq': get(() => `/Users?${filtered(`emails.value eq "${aUser(7).userName}"`)}`),
  'POST user': send(
    'POST',
    () => '/Users',
    () => newUser(`fresh.${fresh++}@example.com`),
  ),
  'PATCH user': send(
    'PATCH',
    ({ users }) => `/Users/${users[5]}?${noGroups}`,
    (_, n) => title(n),
  ),
  'PATCH user, answered with groups': send(
    'PATCH',
    ({ users }) => `/Users/${users[6]}`,
    (_, n) => title(n),
  ),
  'GET group without members': get(groupPath),
  'displayName eq': get(() => `/Groups?${filtered('displayName eq "Everybody"')}&${noMembers}`),
  'members.value eq': get(({ users }, n) => `/Groups?${filtered(`members.value eq "${users[n]}"`)}&${noMembers}`),
  'PATCH group, add 1': send('PATCH', groupPath, ({ apart }, n) => addMembers([apart[n] ?? ''])),
  'PATCH group, remove 1': send('PATCH', groupPath, ({ apart }, n) => removeMembers([apart[n] ?? ''])),
  'rename group': send('PATCH', groupPath, (_, n) => rename(n === 0 ? 'Somebody' : 'Everybody')),
  'POST group with 10 members': send(
    'POST',
    () => '/Groups',
    ({ users }) => groupOf(`Fresh ${fresh++}`, users.slice(20, 30)),
  ),
  'event history, last 5 minutes':
    ({ bed }) =>
    () =>
      askHistory(bed),
  'DELETE user':
    ({ bed, apart }) =>
    (n) =>
      mustSucceed(bed.request('DELETE', `/Users/${apart[2 + n]}`)),
}

const title = (n: number) => patchOf({ op: 'replace', path: 'title', value: `Title ${n} ${fresh++}` })

async function askHistory({ db }: Bed): Promise<void> {
  const now = new Date()
  const { events } = await listEvents(db, ACCOUNT, parseEventQuery({ last: '5m', limit: 200 }, now, 90), now)
  if (events.length !== 200) throw new Error(`The event history showed ${events.length} rows`)
}

/** A user of so many groups; in `group` it is not. */
async function userOfGroups({ say }: Run, { bed, group }: Grown, count: number): Promise<Grown> {
  say(`a user of ${count} groups`)
  const first = 950_000 + 2 * fresh++
  const [user = '', other = ''] = await seedSyncedUsers(bed.store, first, first + 1)
  const names = Array.from({ length: count }, (_, n) => `Of ${first}, ${n}`)
  await mapConcurrently(names, 8, (name) => seedGroup(bed.store, name, [user]))
  return { bed, users: [user], group, apart: [user, other] }
}

const ofUser = ({ users }: Grown) => `/Users/${users[0]}?${noGroups}`

/** What does not show the groups. */
const USER_OPERATIONS: Readonly<Record<string, (grown: Grown) => Ask>> = {
  'GET user without groups': get(ofUser),
  'PATCH user': send('PATCH', ofUser, (_, n) => title(n)),
  'replace user':
    ({ bed, users }) =>
    async (n) => {
      const { body } = await bed.request('GET', ofUser({ users } as Grown))
      await mustSucceed(bed.request('PUT', ofUser({ users } as Grown), { ...body, title: `Replaced ${n}` }))
    },
  'one group more and less':
    ({ bed, group, users }) =>
    async () => {
      const path = groupPath({ group } as Grown)
      await mustSucceed(bed.request('PATCH', path, addMembers(users)))
      await mustSucceed(bed.request('PATCH', path, removeMembers(users)))
    },
}
