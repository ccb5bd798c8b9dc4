import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseEventQuery } from '../../../shared/audit/event-query.ts'
import type { RestEvent } from '../../../shared/audit/rest-event.ts'
import { byCommit } from '../../../shared/resources/feed/tell.ts'
import { RESOURCE_TYPES } from '../../../shared/scim/resource-types.ts'
import { listEvents } from '../../../shared/store/events/query.ts'
import { membersKey } from '../../../shared/store/keys.ts'
import { getResource } from '../../../shared/store/resources.ts'
import { runSlice } from '../../../shared/worker/work.ts'
import { withTable } from '../../factories/engine.ts'
import { itemsOf } from '../../factories/items.ts'
import { scanEvents } from '../../factories/scan.ts'
import { type Call, newGroup, newUser, patchOf, principal, scimApi } from '../../factories/scim-api.ts'
import { listUnfinished, settle } from '../../factories/settle.ts'

const db = withTable()

/** More than one transaction takes, so that changes of all are large ones. */
const USERS = 52
const GROUPS = 3

interface Change {
  kind: 'add' | 'remove' | 'replace' | 'put'
  group: number
  users: number[]
}

type Step =
  | Change
  | { kind: 'rename' | 'deleteGroup'; group: number }
  | { kind: 'deleteUser'; user: number }
  | { kind: 'work'; head: number; twice: boolean }

const group = fc.nat(GROUPS - 1)
const few = fc.uniqueArray(fc.nat(USERS - 1), { minLength: 1, maxLength: 5 })
const most = fc.constant(Array.from({ length: USERS }, (_, i) => i))
const users = fc.oneof({ weight: 2, arbitrary: few }, { weight: 1, arbitrary: most })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom('add', 'remove', 'replace', 'put'), group, users }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('rename', 'deleteGroup'), group }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('deleteUser'), user: fc.nat(USERS - 1) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('work'), head: fc.nat(9), twice: fc.boolean() }) },
) as fc.Arbitrary<Step>

/** What should be: who is in which group, and each user's comings and goings in order. */
class Model {
  readonly members = new Map<string, Set<string>>()
  readonly history = new Map<string, string[]>()

  set(groupId: string, wanted: Iterable<string>): void {
    const before = this.members.get(groupId) ?? new Set()
    const after = new Set(wanted)
    for (const id of before) if (!after.has(id)) this.#note(id, `removed ${groupId}`)
    for (const id of after) if (!before.has(id)) this.#note(id, `added ${groupId}`)
    this.members.set(groupId, after)
  }

  #note(userId: string, what: string): void {
    this.history.set(userId, [...(this.history.get(userId) ?? []), what])
  }
}

let runs = 0

async function run(steps: Step[]): Promise<void> {
  const account = `versions-${++runs}`
  const call = scimApi(db, principal({ account }))
  const model = new Model()
  const ids = await Promise.all(
    Array.from({ length: USERS }, async (_, i) => (await call('POST', '/Users', newUser(`user-${i}`))).body.id),
  )
  const everybody = [...ids]
  const groups = await Promise.all(Array.from({ length: GROUPS }, (_, i) => createGroup(call, model, `group-${i}`)))
  const gone: string[] = []
  for (const [n, one] of steps.entries()) await take(call, model, { ids, groups, gone }, one, n)
  await settle(db, account)
  await checkVersions(account, [...groups, ...gone], new Set(gone))
  const histories = await Promise.all(everybody.map((id) => historyOf(account, id)))
  expect(histories).toEqual(everybody.map((id) => [...(model.history.get(id) ?? [])].sort()))
}

interface State {
  ids: (string | undefined)[]
  groups: string[]
  gone: string[]
}

async function createGroup(call: Call, model: Model, name: string): Promise<string> {
  const { body } = await call('POST', '/Groups', newGroup(name))
  model.set(body.id, [])
  return body.id
}

/** Some of what is left to do is done, perhaps by two workers at once. */
async function work({ head, twice }: { head: number; twice: boolean }): Promise<void> {
  const { heads } = await listUnfinished(db)
  const chosen = heads[head % Math.max(1, heads.length)]
  if (!chosen) return
  const workers = Array.from({ length: twice ? 2 : 1 }, () => runSlice(db, chosen, db.clock() + 10_000))
  await Promise.all(workers)
}

async function take(call: Call, model: Model, state: State, one: Step, n: number): Promise<void> {
  if (one.kind === 'work') return work(one)
  if (one.kind === 'deleteUser') return deleteUser(call, model, state, one.user)
  if ('users' in one) return changeMembers(call, model, state, one)
  const groupId = state.groups[one.group] as string
  if (one.kind === 'deleteGroup') {
    expect((await call('DELETE', `/Groups/${groupId}`)).status).toBe(204)
    model.set(groupId, [])
    state.gone.push(groupId)
    state.groups[one.group] = await createGroup(call, model, `group-${n}-anew`)
    return
  }
  const rename = { op: 'replace', value: { displayName: `renamed-${n}` } }
  expect((await call('PATCH', `/Groups/${groupId}`, patchOf(rename))).status).toBe(200)
}

async function changeMembers(call: Call, model: Model, state: State, one: Change): Promise<void> {
  const groupId = state.groups[one.group] as string
  const named = one.users.flatMap((i) => state.ids[i] ?? [])
  if (named.length === 0) return
  const value = named.map((id) => ({ value: id }))
  const { displayName } = (await call('GET', `/Groups/${groupId}?attributes=displayName`)).body
  const { status } =
    one.kind === 'put'
      ? await call('PUT', `/Groups/${groupId}`, newGroup(displayName, { members: value }))
      : await call('PATCH', `/Groups/${groupId}`, patchOf({ op: one.kind, path: 'members', value }))
  expect(status).toBe(200)
  const before = model.members.get(groupId) ?? new Set<string>()
  const left = one.kind === 'remove' ? [...before].filter((id) => !named.includes(id)) : named
  model.set(groupId, one.kind === 'add' ? [...before, ...named] : left)
}

async function deleteUser(call: Call, model: Model, { ids }: State, user: number): Promise<void> {
  const id = ids[user]
  if (id === undefined) return
  ids[user] = undefined
  expect((await call('DELETE', `/Users/${id}`)).status).toBe(204)
  for (const [groupId, members] of model.members)
    model.set(
      groupId,
      [...members].filter((member) => member !== id),
    )
}

/** In the order that events tell each is a version more; losses and writes beside others know a turn only. */
function expectVersionsInOrder(events: RestEvent[]): void {
  const stored = events.map((event) => ({ event, sortKey: `${event.time}#${event.eventId}`, ttlSeconds: 0 }))
  for (const [i, { event }] of stored.sort(byCommit).entries()) {
    expect(event.version ?? (event.turn === undefined ? 'no place' : i + 1)).toBe(i + 1)
  }
}

/** Each version of a group is one event that changed something, and its delete is one more. */
async function checkVersions(account: string, groups: string[], gone: Set<string>): Promise<void> {
  const changes = (await scanEvents(db, account)).filter((event) => event.changes !== undefined)
  for (const id of groups) {
    const events = changes.filter(({ resourceId }) => resourceId === id)
    const stored = await getResource(db, account, RESOURCE_TYPES.Group, id)
    const members = await itemsOf(db, membersKey(account, id))
    expect([id, members.length]).toEqual([id, stored?.memberCount ?? 0])
    expect(new Set(events.map(({ eventId }) => eventId)).size).toBe(events.length)
    expectVersionsInOrder(events)
    if (gone.has(id)) expect(events.at(-1)).toMatchObject({ method: 'DELETE' })
    else expect([id, events.length]).toEqual([id, stored?.version])
  }
}

/** What a user's own history says of its groups; sorted, since what is done at one instant has no order. */
async function historyOf(account: string, userId: string): Promise<string[]> {
  const now = new Date()
  const question = parseEventQuery({ last: '1h', resource: userId, changesOnly: true, limit: 1000 }, now, 90)
  const { events } = await listEvents(db, account, question, now)
  return events.flatMap((event) => toNotes(event, userId)).sort()
}

const toNotes = ({ resourceId, changes = [] }: RestEvent, userId: string): string[] =>
  changes.flatMap(({ attribute, before, after }) => {
    if (!attribute.startsWith('members.')) return []
    expect([before ?? after].flat()).toContain(userId)
    return [`${attribute.slice('members.'.length)} ${resourceId}`]
  })

test('invariant 4: every version of every group has one event, and each user knows all its groups', async () => {
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 12, maxLength: 25 }), run), {
    numRuns: 4,
    endOnFailure: true,
  })
})
