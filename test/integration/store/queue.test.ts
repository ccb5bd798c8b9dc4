import { PutCommand } from '@aws-sdk/lib-dynamodb'
import { describe, expect, test } from 'vitest'
import { RESOURCE_TYPES } from '../../../shared/scim/resource-types.ts'
import { membersKey, pendingKey, resourceKey } from '../../../shared/store/keys.ts'
import { getResource } from '../../../shared/store/resources.ts'
import { withTable } from '../../factories/engine.ts'
import { itemsOf } from '../../factories/items.ts'
import { newGroup, newUser, patchOf, principal, scimApi } from '../../factories/scim-api.ts'
import { listUnfinished, settle } from '../../factories/settle.ts'

const { User, Group } = RESOURCE_TYPES

const ACCOUNT = 'default'
const db = withTable()
const call = scimApi(db)

const idsOf = (members: { value: string }[]) => members.map(({ value }) => value).sort()
const refs = (ids: string[]) => ids.map((value) => ({ value }))
const add = (ids: string[]) => patchOf({ op: 'add', path: 'members', value: refs(ids) })
const remove = (ids: string[]) => patchOf({ op: 'remove', path: 'members', value: refs(ids) })

let names = 0
async function createUsers(count: number): Promise<string[]> {
  const users = Array.from({ length: count }, () => newUser(`queued-${++names}`))
  const created = await Promise.all(users.map((user) => call('POST', '/Users', user)))
  return created.map(({ body }) => body.id).sort()
}

async function createGroup(members: string[] = []): Promise<string> {
  const { body } = await call('POST', '/Groups', newGroup(`Queue ${++names}`, { members: refs(members) }))
  return body.id
}

const stored = async (groupId: string) => {
  const group = await getResource(db, ACCOUNT, Group, groupId)
  return { version: group?.version, memberCount: group?.memberCount, applying: group?.applying }
}

const itemsIn = async (groupId: string) =>
  (await itemsOf(db, membersKey(ACCOUNT, groupId))).map(({ sk }) => String(sk).replace(/#.*/s, ''))

describe('a large change', () => {
  test('is seen whole before any of it is applied, and is the same when it is', async () => {
    const ids = await createUsers(60)
    const groupId = await createGroup(ids.slice(0, 2))
    expect((await call('PATCH', `/Groups/${groupId}`, add(ids))).status).toBe(200)
    expect(await itemsIn(groupId)).toEqual(['INTENT', 'MEMBER', 'MEMBER'])
    expect(await stored(groupId)).toEqual({ version: 2, memberCount: 60, applying: 2 })
    expect(idsOf((await call('GET', `/Groups/${groupId}`)).body.members)).toEqual(ids)
    await settle(db)
    expect(await itemsIn(groupId)).toEqual(ids.map(() => 'MEMBER'))
    expect(await stored(groupId)).toEqual({ version: 2, memberCount: 60, applying: undefined })
    expect(await itemsOf(db, pendingKey(ACCOUNT))).toEqual([])
    expect((await call('GET', `/Users/${ids[59]}`)).body.groups[0].value).toBe(groupId)
  })

  test('in several parts, by their bytes, is committed by one transaction and applied', async () => {
    const ids = await createUsers(120)
    const groupId = await createGroup()
    const value = ids.map((id) => ({ value: id, display: `${id} ${'x'.repeat(8_000)}` }))
    const { status, headers } = await call(
      'PATCH',
      `/Groups/${groupId}`,
      patchOf({ op: 'add', path: 'members', value }),
    )
    expect([status, headers.etag]).toEqual([204, 'W/"2"'])
    expect(await itemsIn(groupId)).toEqual(['INTENT', 'INTENT', 'INTENT', 'INTENT'])
    await settle(db)
    const { body } = await call('GET', `/Groups/${groupId}`)
    expect(body.members.map(({ value, display }: { value: string; display: string }) => [value, display])).toEqual(
      value.map((sent) => [sent.value, sent.display]),
    )
  })
})

test('F25 an item that is no user fails by its id only: lists go on without it', async () => {
  const other = scimApi(db, principal({ account: 'poisoned', privileges: ['createUser', 'monitorUser'] }))
  const { body } = await other('POST', '/Users', newUser('healthy'))
  const Item = { ...resourceKey('poisoned', User, '00000000-0000-7000-8000-000000000000'), version: 'seven' }
  await db.client.send(new PutCommand({ TableName: db.tableName, Item }))
  const listed = await other('GET', '/Users')
  expect([listed.status, listed.body.Resources.map(({ id }: { id: string }) => id)]).toEqual([200, [body.id]])
  expect((await other('GET', `/Users/${Item.sk}`)).status).toBe(500)
})
