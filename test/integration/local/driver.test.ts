import { PutCommand } from '@aws-sdk/lib-dynamodb'
import { expect, test } from 'vitest'
import { startDriver } from '../../../local/driver.ts'
import { RESOURCE_TYPES } from '../../../shared/scim/resource-types.ts'
import { ensureAccount } from '../../../shared/store/accounts.ts'
import { membersKey, nameKey } from '../../../shared/store/keys.ts'
import { withTable } from '../../factories/engine.ts'
import { hookedDb } from '../../factories/faulty-db.ts'
import { itemsOf } from '../../factories/items.ts'
import { newGroup, newUser, patchOf, principal, scimApi } from '../../factories/scim-api.ts'
import { listUnfinished } from '../../factories/settle.ts'

const db = withTable()

/** A group of 60 members whose change waits to be applied, in an account of its own. */
async function givenOpenChange(account: string): Promise<string> {
  const call = scimApi(db, principal({ account }))
  await ensureAccount(db, account, new Date())
  const created = await Promise.all(
    Array.from({ length: 60 }, (_, n) => call('POST', '/Users', newUser(`driven-${account}-${n}`))),
  )
  const { body } = await call('POST', '/Groups', newGroup(`Driven ${account}`))
  const value = created.map(({ body: user }) => ({ value: user.id }))
  await call('PATCH', `/Groups/${body.id}`, patchOf({ op: 'add', path: 'members', value }))
  return body.id
}

const kindsIn = async (account: string, groupId: string) => [
  ...new Set((await itemsOf(db, membersKey(account, groupId))).map(({ sk }) => String(sk).split('#')[0])),
]
const headsLeft = async () => (await listUnfinished(db)).heads.length

test('finds the queues of all accounts and works on them, also when each is delivered twice', async () => {
  const groups = await Promise.all(
    ['one', 'two'].map(async (account) => [account, await givenOpenChange(account)] as const),
  )
  const failures: unknown[] = []
  const driver = startDriver(db, { twice: () => true, report: (error) => failures.push(error) })
  await expect.poll(headsLeft, { timeout: 60_000 }).toBe(0)
  await driver.stop()
  for (const [account, id] of groups) expect(await kindsIn(account, id)).toEqual(['MEMBER'])
  expect(failures).toEqual([])
})

test('tries again what failed, tells of it, and takes up nothing once it is stopped', async () => {
  const id = await givenOpenChange('three')
  const failures: unknown[] = []
  let failed = false
  const failing = hookedDb(db, (command) => {
    if (failed || !command.startsWith('BatchWrite')) return
    failed = true
    throw new Error('not now')
  })
  const driver = startDriver(failing, { report: (error) => failures.push(error) })
  await expect.poll(headsLeft, { timeout: 60_000 }).toBe(0)
  await driver.stop()
  expect([await kindsIn('three', id), failures]).toEqual([['MEMBER'], [new Error('not now')]])
  const another = await givenOpenChange('four')
  expect(await kindsIn('four', another)).toEqual(['INTENT'])
})

test('looks for what may never be, and reports each finding', async () => {
  const Item = { ...nameKey('one', RESOURCE_TYPES.User, 'ghost'), id: 'gone', owner: 'HR', eventId: 'x' }
  await db.client.send(new PutCommand({ TableName: db.tableName, Item }))
  const failures: unknown[] = []
  const driver = startDriver(db, { checkMs: 1, report: (error) => failures.push(error) })
  await expect
    .poll(() => failures, { timeout: 60_000 })
    .toEqual([new Error('An invariant is broken: one name USER gone')])
  await driver.stop()
})
