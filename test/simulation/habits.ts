import type { Random } from '../aws/random.ts'
import { newGroup, newUser, patchOf } from '../factories/scim-event.ts'
import type { Fixture } from './fixture.ts'
import type { Asked, Heard } from './lambda.ts'

/** What clients of a run know of: ids of the fixture and of what they have made. */
export interface Objects {
  users: string[]
  groups: string[]
  /** Events of changes. */
  changes: string[]
}

/** How somebody uses the service: draws what comes next. */
export type Habit = (random: Random, known: Objects) => Asked

/** As few names as make clients get in each other's way. */
const NAMES = 12
/** Of users: one change in so many deletes. */
const one = <T>(random: Random, of: readonly T[]): T => of[Math.floor(random() * of.length)] as T
const userName = (random: Random) => `user-${Math.floor(random() * NAMES)}@example.com`
const groupName = (random: Random) => `Group ${Math.floor(random() * NAMES)}`
const title = (random: Random) => `Title ${Math.floor(random() * 1000)}`
const some = (random: Random, ids: readonly string[]) => ids.filter(() => random() < 0.3).map((value) => ({ value }))

const get = (path: string): Asked => ({ method: 'GET', path })
const remove = (path: string): Asked => ({ method: 'DELETE', path })
const post = (path: string, body: unknown): Asked => ({ method: 'POST', path, body })
const put = (path: string, body: unknown): Asked => ({ method: 'PUT', path, body })
const patch = (path: string, ...operations: object[]): Asked => ({
  method: 'PATCH',
  path,
  body: patchOf(...operations),
})
const set = (path: string, value: unknown) => ({ op: 'replace', path, value })
const members = (op: string, value: unknown) => ({ op, path: 'members', value })

type Draw = (random: Random, known: Objects) => Asked
const among =
  (...draws: Draw[]): Habit =>
  (random, known) =>
    one(random, draws)(random, known)

const aUser = (random: Random, { users }: Objects) => `/Users/${one(random, users)}`
const aGroup = (random: Random, { groups }: Objects) => `/Groups/${one(random, groups)}`

const createUser: Draw = (random) => post('/Users', newUser(userName(random), { title: title(random) }))
const createGroup: Draw = (random, { users }) =>
  post('/Groups', newGroup(groupName(random), { members: some(random, users) }))
const addMembers: Draw = (random, known) => patch(aGroup(random, known), members('add', some(random, known.users)))
const removeMembers: Draw = (random, known) =>
  patch(aGroup(random, known), members('remove', some(random, known.users)))

/** Reads before it writes, replaces users whole, and hands over members in PATCHes. */
const okta = among(
  createUser,
  (random) => get(`/Users?filter=userName eq "${userName(random)}"`),
  (random, known) => put(aUser(random, known), newUser(userName(random), { title: title(random) })),
  (random, known) => patch(aUser(random, known), set('active', random() < 0.5)),
  (random, known) => get(aUser(random, known)),
  createGroup,
  addMembers,
  removeMembers,
  (random, known) => get(aGroup(random, known)),
)

/** Changes attributes one by one, renames, and deletes. */
const entra = among(
  createUser,
  (random, known) => patch(aUser(random, known), set('title', title(random))),
  (random, known) => patch(aUser(random, known), set('title', title(random)), set('active', random() < 0.5)),
  (random, known) => patch(aUser(random, known), set('userName', userName(random))),
  (random, known) => remove(aUser(random, known)),
  addMembers,
  removeMembers,
  (random, known) => patch(aGroup(random, known), set('displayName', groupName(random))),
  (random, known) => put(aGroup(random, known), newGroup(groupName(random), { members: some(random, known.users) })),
  (random, known) => (random() < 0.2 ? remove(aGroup(random, known)) : get(aGroup(random, known))),
)

const admin = among(
  (random, known) => patch(`/admin${aUser(random, known).toLowerCase()}`, set('title', title(random))),
  (random, { users }) =>
    post('/admin/ownership', { to: one(random, ['ADMIN', 'GENERIC_SCIM_PROVISIONER']), users: [one(random, users)] }),
  () => ({ method: 'GET', path: '/admin/users' }),
  (random) => post('/admin/integrations/GENERIC_PROVISIONING/tokens', { name: title(random) }),
)

const auditor = among(
  () => get('/Users?count=3'),
  () => get('/Groups?excludedAttributes=members'),
  (random, known) => get(aUser(random, known)),
  () => post('/.search', { schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'], count: 3 }),
)

/** Who uses the service at once. */
export const HABITS: readonly { name: string; habit: Habit }[] = [
  { name: 'okta', habit: okta },
  { name: 'entra', habit: entra },
  { name: 'another okta', habit: okta },
  { name: 'another entra', habit: entra },
  { name: 'admin', habit: admin },
  { name: 'auditor', habit: auditor },
]

export const knownOf = ({ ann, bob, cid, many, ops, dev, large, changed }: Fixture): Objects => ({
  users: [ann, bob, cid, ...many],
  groups: [ops, dev, large],
  changes: [changed],
})

/** What an answer teaches. */
export function learn(known: Objects, { method, path }: Asked, heard: Heard): void {
  if (method !== 'POST' || heard?.status !== 201 || !/^\/(Users|Groups)$/.test(path)) return
  known[path === '/Users' ? 'users' : 'groups'].push(heard.body.id)
}
