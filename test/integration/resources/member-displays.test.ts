import { describe, expect, test } from 'vitest'
import { withTable } from '../../factories/engine.ts'
import { scanEvents } from '../../factories/scan.ts'
import { newGroup, newUser, patchOf, scimApi } from '../../factories/scim-api.ts'
import { settle } from '../../factories/settle.ts'

const db = withTable()
const call = scimApi(db)

let names = 0
async function createUsers(count: number): Promise<string[]> {
  const users = Array.from({ length: count }, () => newUser(`shown-${++names}`, { displayName: `Name ${names}` }))
  const created = await Promise.all(users.map((user) => call('POST', '/Users', user)))
  return created.map(({ body }) => body.id)
}

interface Sent {
  value: string | undefined
  display?: string
}
async function createGroup(members: Sent[]): Promise<string> {
  return (await call('POST', '/Groups', newGroup(`Shown ${++names}`, { members }))).body.id
}

/** The display of each member, and the version. */
async function shown(groupId: string) {
  const { body } = await call('GET', `/Groups/${groupId}`)
  const displays = body.members.map(({ value, display }: Sent) => [value, display])
  return { displays: Object.fromEntries(displays), version: body.meta.version }
}

const changesOf = async (groupId: string) =>
  (await scanEvents(db)).flatMap(({ resourceId, changes }) => (resourceId === groupId && changes ? [changes] : []))

const ways: [string, (groupId: string, members: Sent[]) => ReturnType<typeof call>][] = [
  ['PATCH add', (id, value) => call('PATCH', `/Groups/${id}`, patchOf({ op: 'add', path: 'members', value }))],
  ['PATCH replace', (id, value) => call('PATCH', `/Groups/${id}`, patchOf({ op: 'replace', path: 'members', value }))],
  [
    'PUT',
    async (id, members) => {
      const { body } = await call('GET', `/Groups/${id}?attributes=displayName`)
      return call('PUT', `/Groups/${id}`, newGroup(body.displayName, { members }))
    },
  ],
]

describe("a member's display", () => {
  test('is what the client sent and nothing else: none is taken from the user, so none goes stale', async () => {
    const [sent, bare] = (await createUsers(2)) as [string, string]
    const groupId = await createGroup([{ value: sent, display: 'As sent' }, { value: bare }])
    await call('PATCH', `/Users/${bare}`, patchOf({ op: 'replace', path: 'displayName', value: 'Renamed' }))
    expect(await shown(groupId)).toEqual({ displays: { [sent]: 'As sent', [bare]: undefined }, version: 'W/"1"' })
  })

  test.each(ways)('that is sent again by %s replaces the old one, in the answer and for good', async (_way, send) => {
    const [value] = await createUsers(1)
    const groupId = await createGroup([{ value, display: 'Old' }])
    const { status, body } = await send(groupId, [{ value, display: 'New' }])
    expect([status, body.members[0].display]).toEqual([200, 'New'])
    expect(await shown(groupId)).toEqual({ displays: { [String(value)]: 'New' }, version: 'W/"2"' })
    const again = await send(groupId, [{ value, display: 'New' }])
    expect([again.status, again.body.meta.version]).toEqual([200, 'W/"2"'])
    expect((await changesOf(groupId)).slice(1)).toEqual([
      [{ attribute: 'members.display', before: [{ value, display: 'Old' }], after: [{ value, display: 'New' }] }],
    ])
  })

  test('that is sent for a member who had none is kept from then on', async () => {
    const [value] = await createUsers(1)
    const groupId = await createGroup([{ value }])
    await ways[0]?.[1](groupId, [{ value, display: 'First' }])
    expect(await shown(groupId)).toEqual({ displays: { [String(value)]: 'First' }, version: 'W/"2"' })
    expect((await changesOf(groupId)).at(-1)).toEqual([
      { attribute: 'members.display', before: [{ value }], after: [{ value, display: 'First' }] },
    ])
  })

  test('stays where a member is added again without one, and goes where the whole set is sent without it', async () => {
    const [value = ''] = await createUsers(1)
    for (const [way, kept] of [
      ['PATCH add', 'Kept'],
      ['PATCH replace', undefined],
      ['PUT', undefined],
    ]) {
      const groupId = await createGroup([{ value, display: 'Kept' }])
      const send = ways.find(([name]) => name === way)?.[1]
      expect((await send?.(groupId, [{ value }]))?.status).toBe(200)
      const version = kept ? 'W/"1"' : 'W/"2"'
      expect([way, await shown(groupId)]).toEqual([way, { displays: { [value]: kept }, version }])
    }
  })

  test('is replaced by large changes too, beside members who come', async () => {
    const ids = await createUsers(120)
    const groupId = await createGroup(ids.slice(0, 60).map((value) => ({ value, display: 'Old' })))
    const members = ids.map((value) => ({ value, display: 'New' }))
    expect((await ways[0]?.[1](groupId, members))?.status).toBe(204)
    await settle(db)
    const { displays, version } = await shown(groupId)
    expect([new Set(Object.values(displays)), Object.keys(displays).length]).toEqual([new Set(['New']), 120])
    expect(version).toBe('W/"2"')
    const [, changes = []] = await changesOf(groupId)
    expect(changes.map(({ attribute }) => attribute)).toEqual(['members.added', 'members.display'])
    const bare = ids.map((value) => ({ value }))
    expect((await ways[2]?.[1](groupId, bare))?.status).toBe(200)
    expect(new Set(Object.values((await shown(groupId)).displays))).toEqual(new Set([undefined]))
  })

  test('changed by many at once is one of theirs, and every change counts', async () => {
    const [value] = await createUsers(1)
    const groupId = await createGroup([{ value, display: 'Old' }])
    const sent = Array.from({ length: 6 }, (_, i) => `Display ${i}`)
    const answers = await Promise.all(sent.map((display) => ways[0]?.[1](groupId, [{ value, display }])))
    expect(answers.filter((answer) => answer?.status !== 200 && answer?.status !== 204)).toEqual([])
    const { displays, version } = await shown(groupId)
    expect(sent).toContain(displays[String(value)])
    expect(version).toBe('W/"7"')
    expect(await changesOf(groupId)).toHaveLength(7)
  })

  test('is what filters find', async () => {
    const [value] = await createUsers(1)
    const groupId = await createGroup([{ value, display: 'Old found' }])
    await ways[0]?.[1](groupId, [{ value, display: 'New found' }])
    const find = async (display: string) => {
      const filter = encodeURIComponent(`members.display eq "${display}"`)
      return (await call('GET', `/Groups?filter=${filter}`)).body.Resources.map(({ id }: { id: string }) => id)
    }
    expect([await find('Old found'), await find('new FOUND')]).toEqual([[], [groupId]])
  })
})
