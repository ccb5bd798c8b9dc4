import { describe, expect, test } from 'vitest'
import { parseEventQuery } from '../../../shared/audit/event-query.ts'
import type { RestEvent } from '../../../shared/audit/rest-event.ts'
import { RESOURCE_TYPES } from '../../../shared/scim/resource-types.ts'
import { listEvents } from '../../../shared/store/events/query.ts'
import { memberActions } from '../../../shared/store/groups/change.ts'
import { touchGroupAction } from '../../../shared/store/groups/group-item.ts'
import { loseMember } from '../../../shared/store/groups/loss.ts'
import { queueGroupChange } from '../../../shared/store/groups/queue.ts'
import { putVersion } from '../../../shared/store/resource-writes.ts'
import { getResource } from '../../../shared/store/resources.ts'
import { runSlice, type Work } from '../../../shared/worker/work.ts'
import { withTable } from '../../factories/engine.ts'
import { anEvent } from '../../factories/events.ts'
import { scanEvents } from '../../factories/scan.ts'
import { newGroup, newUser, patchOf, scimApi } from '../../factories/scim-api.ts'
import { listUnfinished, settle } from '../../factories/settle.ts'

const ACCOUNT = 'default'
const db = withTable()
const call = scimApi(db)

let names = 0
async function createUsers(count: number): Promise<string[]> {
  const users = Array.from({ length: count }, () => newUser(`Person-${++names}@example.com`))
  return (await Promise.all(users.map((user) => call('POST', '/Users', user)))).map(({ body }) => body.id)
}

const refs = (ids: string[]) => ids.map((value) => ({ value }))
async function createGroup(members: string[] = []) {
  const { body } = await call('POST', '/Groups', newGroup(`History ${++names}`, { members: refs(members) }))
  return { id: String(body.id), name: String(body.displayName) }
}
const patch = (groupId: string, ...operations: object[]) => call('PATCH', `/Groups/${groupId}`, patchOf(...operations))
const add = (ids: string[]) => ({ op: 'add', path: 'members', value: refs(ids) })
const remove = (ids: string[]) => ({ op: 'remove', path: 'members', value: refs(ids) })

/** Time has gone by as fast as it had to for marks of deleted users to end: their losses are as late. */
const SETTLED_MS = 180_000

async function ask(question: object): Promise<RestEvent[]> {
  const now = new Date(Date.now() + SETTLED_MS)
  const { events, unreadable } = await listEvents(
    db,
    ACCOUNT,
    parseEventQuery({ last: '1h', ...question }, now, 90),
    now,
  )
  expect(unreadable).toBe(0)
  return events
}

/** What a question shows of a user's groups: the group, and who came or went of it. */
const grantsIn = (events: RestEvent[]) =>
  events.flatMap(({ resourceDomain, resourceId, changes = [] }) =>
    resourceDomain === 'ROLE'
      ? [[resourceId, changes.filter(({ attribute }) => attribute.startsWith('members.'))]]
      : [],
  )
const came = (groupId: string, userId: string, others = 0) => [
  groupId,
  [{ attribute: 'members.added', after: [userId, ...(others ? [`… (${others} more)`] : [])] }],
]
const went = (groupId: string, userId: string, others = 0) => [
  groupId,
  [{ attribute: 'members.removed', before: [userId, ...(others ? [`… (${others} more)`] : [])] }],
]

const eventsOf = async (groupId: string) => (await scanEvents(db)).filter(({ resourceId }) => resourceId === groupId)
const changesOf = async (groupId: string) => (await eventsOf(groupId)).filter(({ changes }) => changes !== undefined)
const memberCount = async (groupId: string) =>
  (await getResource(db, ACCOUNT, RESOURCE_TYPES.Group, groupId))?.memberCount

describe('the groups of a user, under the user', () => {
  test('every way to come and to go is found by id and by name, with and without the reads', async () => {
    const [id = '', other = ''] = await createUsers(2)
    const { userName } = (await call('GET', `/Users/${id}`)).body
    const created = await createGroup([id, other])
    const patched = await createGroup()
    await patch(patched.id, add([id]))
    await patch(patched.id, remove([id]))
    await patch(patched.id, { op: 'replace', path: 'members', value: refs([other, id]) })
    await call('PUT', `/Groups/${patched.id}`, newGroup(patched.name, { members: refs([other]) }))
    await call('DELETE', `/Groups/${created.id}`)
    const expected = [
      came(created.id, id, 1),
      came(patched.id, id),
      went(patched.id, id),
      came(patched.id, id, 1),
      went(patched.id, id),
      went(created.id, id, 1),
    ]
    for (const resource of [id, userName, String(userName).toUpperCase()]) {
      const all = await ask({ resource })
      expect(grantsIn(all)).toEqual(expected)
      const changed = all.filter(({ changes }) => changes !== undefined)
      expect(await ask({ resource, changesOnly: true })).toEqual(changed)
      expect(changed.map(({ method }) => method)).toEqual(['POST', 'POST', 'PATCH', 'PATCH', 'PATCH', 'PUT', 'DELETE'])
    }
    expect(grantsIn(await ask({ resource: id, method: 'PUT' }))).toEqual([went(patched.id, id)])
  })

  test('a change that does not touch the user is not there, and the group itself shows all of it', async () => {
    const [id = '', other = ''] = await createUsers(2)
    const group = await createGroup([id])
    await patch(group.id, add([other]))
    expect(grantsIn(await ask({ resource: id }))).toEqual([came(group.id, id)])
    expect(grantsIn(await ask({ resource: group.id }))).toEqual([came(group.id, id), came(group.id, other)])
  })

  test('each of 130 members finds its own change, though the event lists 100, and the next question goes on', async () => {
    const ids = await createUsers(130)
    const group = await createGroup()
    await patch(group.id, add(ids))
    await patch(group.id, {
      op: 'replace',
      value: { displayName: `${group.name} renamed`, members: refs(ids.slice(0, 1)) },
    })
    await settle(db)
    for (const id of [ids[0] as string, ids[129] as string]) {
      const expected = [came(group.id, id, 129), ...(id === ids[0] ? [] : [went(group.id, id, 128)])]
      expect(grantsIn(await ask({ resource: id, changesOnly: true }))).toEqual(expected)
    }
    const id = ids[129] as string
    const [newest] = await ask({ resource: id, changesOnly: true, limit: 1 })
    expect(newest?.changes).toContainEqual({
      attribute: 'displayName',
      before: group.name,
      after: `${group.name} renamed`,
    })
    const before = `${newest?.time}#${newest?.eventId}`
    expect(grantsIn(await ask({ resource: id, changesOnly: true, limit: 1, before }))).toEqual([
      came(group.id, id, 129),
    ])
  })

  test('a large group that is deleted is in the history of each who was in it', async () => {
    const ids = await createUsers(60)
    const group = await createGroup(ids)
    expect((await call('DELETE', `/Groups/${group.id}`)).status).toBe(204)
    await settle(db)
    for (const id of [ids[0] as string, ids[59] as string]) {
      expect(grantsIn(await ask({ resource: id }))).toEqual([came(group.id, id, 59), went(group.id, id, 59)])
    }
  })

  test('a user who is gone is found by the name it had, groups included', async () => {
    const [id = ''] = await createUsers(1)
    const { userName } = (await call('GET', `/Users/${id}`)).body
    const group = await createGroup([id])
    await call('DELETE', `/Users/${id}`)
    await settle(db)
    const events = await ask({ resource: userName })
    expect(grantsIn(events)).toEqual([came(group.id, id), went(group.id, id)])
    expect(events.at(0)).toMatchObject({ method: 'POST', resourceId: id })
  })
})

describe('a deleted user', () => {
  test('each group that loses it has its version, its count and its event, by who deleted the user', async () => {
    const [id = '', stays = ''] = await createUsers(2)
    const groups = [await createGroup([id, stays]), await createGroup([id])]
    const headers = { 'User-Agent': 'curl/8' }
    expect((await call('DELETE', `/Users/${id}`, undefined, headers)).status).toBe(204)
    const deleted = (await scanEvents(db)).find(({ resourceId, method }) => resourceId === id && method === 'DELETE')
    const { changes: _changes, act: _act, version: _version, durationMs: _ms, ...cause } = deleted as RestEvent
    await settle(db)
    for (const group of groups) {
      const { body } = await call('GET', `/Groups/${group.id}`)
      expect([body.meta.version, await memberCount(group.id)]).toEqual(['W/"2"', group === groups[0] ? 1 : 0])
      const [, lost] = await changesOf(group.id)
      expect(lost).toEqual({
        ...cause,
        ...{ cause: cause.eventId, eventId: expect.any(String), time: expect.any(String), turn: expect.any(Number) },
        ...{ resourceId: group.id, resourceName: group.name, resourceDomain: 'ROLE' },
        changes: [{ attribute: 'members.removed', before: [id] }],
      })
      expect(lost?.time.localeCompare(cause.time)).toBe(1)
      expect(lost?.eventId).not.toBe(cause.eventId)
    }
  })

  test('a sweep that is repeated, also by many at once, moves and writes nothing more', async () => {
    const [id = '', stays = ''] = await createUsers(2)
    const group = await createGroup([id, stays])
    await call('DELETE', `/Users/${id}`)
    const cause = (await scanEvents(db)).find(({ resourceId }) => resourceId === id) as RestEvent
    await Promise.all(Array.from({ length: 4 }, () => loseMember(db, group.id, id, cause, Number.POSITIVE_INFINITY)))
    await settle(db)
    expect(await changesOf(group.id)).toHaveLength(2)
    expect((await call('GET', `/Groups/${group.id}`)).body.meta.version).toBe('W/"2"')
    expect(await listUnfinished(db)).toEqual({ heads: [], intents: [] })
  })

  test('who is added by a request that was under way is swept again, and each version has its event', async () => {
    const [id = ''] = await createUsers(1)
    const group = await createGroup([id])
    await call('DELETE', `/Users/${id}`)
    const [work] = (await listUnfinished(db)).heads as [Work]
    await runSlice(db, work, db.clock() + 10_000)
    const before = await requireGroup(group.id)
    const event = anEvent(new Date(), { method: 'PATCH', resourceId: group.id, resourceDomain: 'ROLE', changes: [] })
    const after = { ...before, version: 3, memberCount: 1, eventId: event.eventId }
    const delta = { add: [{ userId: id }], remove: [], displays: [] }
    const touch = (turn: number) => touchGroupAction(ACCOUNT, { before, after }, turn)
    await putVersion(db, ACCOUNT, { before, after, touch, further: memberActions(db, after, delta, event) }, event)
    const { body } = await call('GET', `/Groups/${group.id}`)
    expect([body.members, body.meta.version]).toEqual([[], 'W/"3"'])
    await settle(db)
    expect([(await requireGroup(group.id)).version, await memberCount(group.id)]).toEqual([4, 0])
    expect(await changesOf(group.id)).toHaveLength(4)
    const kinds = (await ask({ resource: id, changesOnly: true })).flatMap(({ changes = [] }) =>
      changes.flatMap(({ attribute }) => (attribute.startsWith('members.') ? [attribute] : [])),
    )
    expect(kinds.sort()).toEqual(['members.added', 'members.added', 'members.removed', 'members.removed'])
  })

  test.each([
    ['comes', 1],
    ['goes', 0],
  ])('a member that %s with a large change which is still open is counted and told once', async (way, applied) => {
    const [id = '', other = ''] = await createUsers(2)
    const group = await createGroup(way === 'goes' ? [id] : [])
    const before = await requireGroup(group.id)
    const event = anEvent(new Date(), { method: 'PATCH', resourceId: group.id, resourceDomain: 'ROLE', changes: [] })
    const come = way === 'goes' ? [{ userId: other }] : [{ userId: id }, { userId: other }]
    const delta = { add: come, remove: way === 'goes' ? [id] : [], displays: [] }
    const after = { ...before, version: 2, memberCount: 1 + applied, eventId: event.eventId }
    await queueGroupChange(db, ACCOUNT, { before, after, ...delta }, event)
    expect((await call('DELETE', `/Users/${id}`)).status).toBe(204)
    await settle(db)
    const { version, memberCount: count, applying } = await requireGroup(group.id)
    expect([version, count, applying]).toEqual([2 + applied, 1, undefined])
    expect(await changesOf(group.id)).toHaveLength(version)
    expect((await call('GET', `/Groups/${group.id}`)).body.members).toHaveLength(1)
    expect(grantsIn(await ask({ resource: id, changesOnly: true }))).toEqual([came(group.id, id), went(group.id, id)])
  })
})

async function requireGroup(id: string) {
  const group = await getResource(db, ACCOUNT, RESOURCE_TYPES.Group, id)
  if (!group) throw new Error('The group is not there')
  return group
}
