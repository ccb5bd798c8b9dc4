import { expect, test } from 'vitest'
import { Meter } from '../../bench/meter.ts'
import { aUser } from '../../bench/seed.ts'
import { adminApi } from '../../factories/admin-api.ts'
import { withAwsTable } from '../../factories/aws.ts'
import { scanAll } from '../../factories/scan.ts'
import { newGroup, newUser, patchOf, scimApi } from '../../factories/scim-api.ts'
import { settle } from '../../factories/settle.ts'

// Exact figures: one that grows is paid for by every request, one that shrinks belongs into docs/performance.md.

const db = withAwsTable()
const meter = new Meter(db, db.aws)
const call = scimApi(db)

/** What a request costs, and what came of it. */
async function costOf(...request: Parameters<typeof call>) {
  const { result, usage } = await meter.measure(() => call(...request))
  const { calls, readUnits, writeUnits } = usage
  return { status: result.status, calls, readUnits, writeUnits }
}

const kindOf = ({ pk }: Record<string, unknown>) => String(pk).split('#').slice(2, 5).join('#')

test('one create is one call that writes five items: 12 units with the index entries of its event and its owner', async () => {
  const cost = await costOf('POST', '/Users', aUser(1))
  expect(cost).toEqual({ status: 201, calls: 1, readUnits: 0, writeUnits: 12 })
  expect((await scanAll(db)).map(kindOf).sort()).toEqual([
    'COUNT#USER',
    expect.stringMatching(/^EVENT#/),
    'LOOKUP#USER#externalId',
    'NAME#USER',
    'USER',
  ])
})

test('a user without externalId costs two units less, with another address than its name as much', async () => {
  expect(await costOf('POST', '/Users', newUser('bare'))).toMatchObject({ calls: 1, writeUnits: 10 })
  const reachable = newUser('reachable', { emails: [{ value: 'reachable@example.com' }] })
  expect(await costOf('POST', '/Users', reachable)).toMatchObject({ calls: 1, writeUnits: 12 })
})

test('a changed attribute writes the user and its event; what changes nothing, the event alone', async () => {
  const { body } = await call('POST', '/Users', newUser('changed', { title: 'Engineer' }))
  const path = `/Users/${body.id}?excludedAttributes=groups`
  const patch = patchOf({ op: 'replace', path: 'title', value: 'Chief' })
  const changed = await costOf('PATCH', path, patch)
  expect(changed).toEqual({ status: 200, calls: 2, readUnits: 1, writeUnits: 5 })
  expect(await costOf('PATCH', path, patch)).toMatchObject({ status: 200, writeUnits: 1 })
  expect(await costOf('PUT', path, newUser('changed', { title: 'Chief' }))).toMatchObject({
    status: 200,
    writeUnits: 1,
  })
})

test('adding a member costs 10 units at any size of the group: two of them are the row in its own history', async () => {
  const ids = await Promise.all([1, 2].map(async (n) => (await call('POST', '/Users', newUser(`member-${n}`))).body.id))
  const { body } = await call('POST', '/Groups', newGroup('Costs', { members: [{ value: ids[0] }] }))
  const add = patchOf({ op: 'add', path: 'members', value: [{ value: ids[1] }] })
  const cost = await costOf('PATCH', `/Groups/${body.id}?excludedAttributes=members`, add)
  expect(cost).toEqual({ status: 200, calls: 3, readUnits: 2, writeUnits: 10 })
})

test('a change of 120 members reads half a unit for each user, and its commit writes 15 units', async () => {
  const create = async (n: number) => (await call('POST', '/Users', newUser(`many-${n}`))).body.id
  const ids: string[] = await Promise.all(Array.from({ length: 120 }, (_, n) => create(n)))
  const { body } = await call('POST', '/Groups', newGroup('Many'))
  const add = patchOf({ op: 'add', path: 'members', value: ids.map((value) => ({ value })) })
  const path = `/Groups/${body.id}?excludedAttributes=members`
  const { status, readUnits, writeUnits } = await costOf('PATCH', path, add)
  // The group, and 120 users; group, event with its entry in the index, an intent of 2 KB, the queue head.
  expect({ status, readUnits, writeUnits }).toEqual({ status: 200, readUnits: 61, writeUnits: 15 })
  await settle(db)
  const again = await costOf('PATCH', path, add)
  // The range of 120 memberships tells that there is nothing to do.
  expect(again.writeUnits).toBe(1)
  expect(again.readUnits).toBeLessThan(61 + 12)
})

test('a transfer to another owner takes 13 units, index entries and event included, and one for its request', async () => {
  const { body } = await call('POST', '/Users', newUser('handed', { title: 'x'.repeat(100) }))
  const admin = adminApi(db)
  const { usage } = await meter.measure(() =>
    admin('POST', '/admin/ownership', { body: { to: 'ADMIN', users: [body.id] }, query: { account: 'default' } }),
  )
  expect(usage).toMatchObject({ calls: 3, readUnits: 1, writeUnits: 14 })
})
