import { describe, expect, test } from 'vitest'
import { withTable } from '../../factories/engine.ts'
import { scanEvents } from '../../factories/scan.ts'
import { newGroup, newUser, patchOf, principal, scimApi } from '../../factories/scim-api.ts'

const db = withTable()
const skipping = scimApi(db, principal({ unknownMembers: 'skip' }))
const refusing = scimApi(db)
const stranger = scimApi(db, principal({ role: 'OTHER', integration: 'OTHER' }))

let names = 0
const createUser = async (call = skipping): Promise<string> =>
  (await call('POST', '/Users', newUser(`known-${++names}`))).body.id

const refs = (ids: string[]) => ids.map((value) => ({ value }))
const createGroup = async (members: string[] = []): Promise<string> =>
  (await skipping('POST', '/Groups', newGroup(`Skips ${++names}`, { members: refs(members) }))).body.id

const membersOf = (body: { members: { value: string }[] }) => body.members.map(({ value }) => value).sort()
const lastEvent = async (groupId: string) =>
  (await scanEvents(db)).filter(({ resourceId }) => resourceId === groupId).at(-1)

type Send = (call: typeof skipping, groupId: string, members: string[]) => ReturnType<typeof skipping>
const ways: [string, Send][] = [
  ...['add', 'replace'].map((op): [string, Send] => [
    `PATCH ${op}`,
    (call, id, ids) => call('PATCH', `/Groups/${id}`, patchOf({ op, path: 'members', value: refs(ids) })),
  ]),
  [
    'PUT',
    async (call, id, ids) => {
      const { displayName } = (await call('GET', `/Groups/${id}`)).body
      return call('PUT', `/Groups/${id}`, newGroup(displayName, { members: refs(ids) }))
    },
  ],
]
const refusalOf = (...ids: string[]) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
  status: '400',
  scimType: 'invalidValue',
  detail: `Cannot add ${ids.map((id) => `"${id}"`).join(', ')} as member: there is no such user; create the user first`,
})

describe('an integration that skips unknown members', () => {
  test.each(ways)('goes on without them by %s, and the event names them', async (_way, send) => {
    const [known, foreign] = [await createUser(), await createUser(stranger)]
    const groupId = await createGroup()
    const { status, body } = await send(skipping, groupId, ['gone', known, foreign])
    expect([status, membersOf(body), body.meta.version]).toEqual([200, [known], 'W/"2"'])
    expect(await lastEvent(groupId)).toMatchObject({
      changes: [{ attribute: 'members.added', after: [known] }],
      skipped: `gone, ${foreign}`,
    })
  })

  test('creates a group without them', async () => {
    const known = await createUser()
    const group = newGroup(`Skips ${++names}`, { members: refs(['gone', known]) })
    const { status, body } = await skipping('POST', '/Groups', group)
    expect([status, membersOf(body)]).toEqual([201, [known]])
    expect(await lastEvent(body.id)).toMatchObject({ status: 201, skipped: 'gone' })
  })

  test.each(ways)(
    'changes nothing by %s where the others are members already, and tells it all the same',
    async (_way, send) => {
      const known = await createUser()
      const groupId = await createGroup([known])
      const { status, body } = await send(skipping, groupId, ['gone', known])
      expect([status, membersOf(body), body.meta.version]).toEqual([200, [known], 'W/"1"'])
      const event = await lastEvent(groupId)
      expect([event?.status, event?.changes, event?.skipped]).toEqual([200, undefined, 'gone'])
    },
  )

  test.each(ways)('refuses a %s of which nobody would be left, and the group keeps its members', async (_way, send) => {
    const known = await createUser()
    const groupId = await createGroup([known])
    const { status, body } = await send(skipping, groupId, ['gone', 'lost'])
    expect({ status, body }).toEqual({ status: 400, body: refusalOf('gone', 'lost') })
    const { body: kept } = await skipping('GET', `/Groups/${groupId}`)
    expect([membersOf(kept), kept.meta.version]).toEqual([[known], 'W/"1"'])
  })

  test('refuses a new group of which nobody would be left, and empties one that is to be empty', async () => {
    const name = `Skips ${++names}`
    const { status, body } = await skipping('POST', '/Groups', newGroup(name, { members: refs(['gone']) }))
    expect({ status, body }).toEqual({ status: 400, body: refusalOf('gone') })
    const groupId = await createGroup([await createUser()])
    const emptied = await skipping('PUT', `/Groups/${groupId}`, newGroup(name))
    expect([emptied.status, emptied.body.members]).toEqual([200, []])
  })

  test('skips those of a large change, and its event names a hundred of them', async () => {
    const ids = await Promise.all(Array.from({ length: 60 }, () => createUser()))
    const gone = Array.from({ length: 130 }, (_, i) => `gone-${i}`)
    const groupId = await createGroup()
    const add = { op: 'add', path: 'members', value: refs([...gone, ...ids]) }
    const { status, body } = await skipping('PATCH', `/Groups/${groupId}`, patchOf(add))
    expect([status, membersOf(body)]).toEqual([200, [...ids].sort()])
    expect((await lastEvent(groupId))?.skipped).toBe([...gone.slice(0, 100), '… (30 more)'].join(', '))
  })

  test('passes over who is taken out again by the same request', async () => {
    const groupId = await createGroup()
    const add = { op: 'add', path: 'members', value: refs(['gone']) }
    const { status } = await skipping(
      'PATCH',
      `/Groups/${groupId}`,
      patchOf(add, { op: 'remove', path: 'members[value eq "gone"]' }),
    )
    expect([status, (await lastEvent(groupId))?.skipped]).toEqual([200, undefined])
  })
})

test.each(ways)('an integration that refuses them does so by %s, and nothing is changed', async (_way, send) => {
  const known = await createUser()
  const groupId = await createGroup()
  const { status, body } = await send(refusing, groupId, ['gone', known])
  expect({ status, body }).toEqual({ status: 400, body: refusalOf('gone') })
  expect((await refusing('GET', `/Groups/${groupId}`)).body.members).toEqual([])
})
