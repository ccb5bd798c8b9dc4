import { DeleteCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { beforeEach, describe, expect, test } from 'vitest'
import { RESOURCE_TYPES } from '../../../shared/scim/resource-types.ts'
import { toMemberItem } from '../../../shared/store/groups/member-item.ts'
import { checkAll } from '../../../shared/store/invariants/check.ts'
import {
  collectionKey,
  countKey,
  type Key,
  lookupKey,
  memberKey,
  membersKey,
  nameKey,
  pendingWorkKey,
  resourceKey,
} from '../../../shared/store/keys.ts'
import { putProvisionerAction } from '../../../shared/store/provisioners.ts'
import { transact } from '../../../shared/store/transaction.ts'
import { adminApi } from '../../factories/admin-api.ts'
import { withTable } from '../../factories/engine.ts'
import { itemsOf } from '../../factories/items.ts'
import { type Call, newGroup, newUser, patchOf, principal, scimApi } from '../../factories/scim-api.ts'
import { settle } from '../../factories/settle.ts'

const db = withTable()
const { User, Group } = RESOURCE_TYPES
let count = 0
let account: string
let call: Call
let ids: { ada: string; bob: string; ops: string }

const put = (Item: Record<string, unknown>) => db.client.send(new PutCommand({ TableName: db.tableName, Item }))
const drop = (Key: Key) => db.client.send(new DeleteCommand({ TableName: db.tableName, Key }))
const set = (Key: Key, name: string, value: unknown) =>
  db.client.send(
    new UpdateCommand({
      ...{ TableName: db.tableName, Key, UpdateExpression: 'SET #name = :value' },
      ...{ ExpressionAttributeNames: { '#name': name }, ExpressionAttributeValues: { ':value': value } },
    }),
  )
const putProvisioner = (role: Parameters<typeof putProvisionerAction>[1]) =>
  transact(db, { role: putProvisionerAction(account, role) }, `role-${account}`)
const messages = async () => (await checkAll(db, account)).map(({ message }) => message)

beforeEach(async () => {
  account = `a${count++}`
  call = scimApi(db, principal({ account }))
  const user = (name: string) =>
    newUser(name, { externalId: `e-${name}`, emails: [{ value: `${name}@mail.org`, primary: true }] })
  const ada = (await call('POST', '/Users', user('Ada'))).body.id
  const bob = (await call('POST', '/Users', user('bob'))).body.id
  const members = [{ value: ada }, { value: bob }]
  const ops = (await call('POST', '/Groups', newGroup('Ops', { members, externalId: 'e-ops' }))).body.id
  ids = { ada, bob, ops }
})

describe('what requests leave behind', () => {
  test('is whole: changes, names that moved, deletes, queued changes before and after they are applied', async () => {
    await call('PATCH', `/Users/${ids.ada}`, patchOf({ op: 'replace', path: 'userName', value: 'Adam' }))
    await call('DELETE', `/Users/${ids.bob}`)
    const many: string[] = []
    for (let n = 0; n < 60; n++) many.push((await call('POST', '/Users', newUser(`u${n}`))).body.id)
    const members = [...many, ids.ada].map((value) => ({ value }))
    await call('PATCH', `/Groups/${ids.ops}`, patchOf({ op: 'replace', path: 'members', value: members }))
    await call('DELETE', `/Users/${many[3]}`)
    expect(await messages()).toEqual([])
    await settle(db)
    expect(await messages()).toEqual([])
    await call('DELETE', `/Groups/${ids.ops}`)
    await settle(db)
    expect(await messages()).toEqual([])
  })

  test('is no finding while it changes under the eyes of who looks', async () => {
    let isOver = false
    const write = async (worker: number) => {
      for (let n = 0; n < 12; n++) {
        const { body } = await call('POST', '/Users', newUser(`w${worker}-${n}`, { externalId: `w${worker}-${n}` }))
        await call('PATCH', `/Groups/${ids.ops}`, patchOf({ op: 'add', path: 'members', value: [{ value: body.id }] }))
        await call('PATCH', `/Users/${body.id}`, patchOf({ op: 'replace', path: 'userName', value: `v${worker}-${n}` }))
        if (n % 2 === 0) await call('DELETE', `/Users/${body.id}`)
      }
    }
    const look = async () => {
      const found: string[][] = []
      while (!isOver) found.push(await messages())
      return found.flat()
    }
    const looking = look()
    await Promise.all([0, 1, 2].map(write))
    isOver = true
    expect(await looking).toEqual([])
    await settle(db)
    expect(await messages()).toEqual([])
  })
})

describe('what is broken by hand is told in a sentence', () => {
  const of = (name: string, type: 'Ada' | 'Ops') => `${type === 'Ops' ? 'Role' : 'User'} "${type}" (${name})`

  test('a name that is gone, of another, of another owner', async () => {
    await drop(nameKey(account, User, 'ada'))
    await put({ ...nameKey(account, User, 'bob'), id: ids.ada, owner: 'HR', eventId: 'x' })
    await set(nameKey(account, Group, 'ops'), 'owner', 'HR')
    expect(await messages()).toEqual([
      `${of(ids.ada, 'Ada')}: its name "ada" is not kept for it`,
      `User "bob" (${ids.bob}): its name "bob" is kept for ${ids.ada}`,
      `${of(ids.ops, 'Ops')}: it belongs to GENERIC_SCIM_PROVISIONER, and its name "ops" to HR`,
      `The userName "bob" is kept for user ${ids.ada}, whose userName is "Ada"`,
    ])
  })

  test('a name of nobody', async () => {
    await put({ ...nameKey(account, User, 'ghost'), id: 'gone', owner: 'HR', eventId: 'x' })
    await put({ ...nameKey(account, { collection: 'USER.snowflakeUserName' }, 'snow'), id: ids.ada, owner: 'HR' })
    expect(await checkAll(db, account)).toEqual([
      {
        ...{ invariant: 'name', type: 'USER', id: 'gone', name: 'ghost' },
        message: 'The userName "ghost" is kept for user gone, which is not there: nobody can have it',
      },
      {
        ...{ invariant: 'name', type: 'USER', id: ids.ada, name: 'snow' },
        message: `The snowflakeUserName "snow" is kept for user ${ids.ada}, whose snowflakeUserName is not set`,
      },
    ])
  })

  test('what an object is looked up by, its event, its place in the index, and what is no object', async () => {
    await drop(lookupKey(account, User, 'externalId', 'e-Ada', ids.ada))
    await drop(lookupKey(account, User, 'emails.value', 'ada@mail.org', ids.ada))
    await set(resourceKey(account, User, ids.bob), 'gsi1pk', 'A#elsewhere')
    await set(resourceKey(account, Group, ids.ops), 'eventId', ids.ops)
    await put({ pk: collectionKey(account, Group), sk: 'poisoned' })
    const [{ lastModified }] = (await itemsOf(db, collectionKey(account, Group))) as [{ lastModified: string }]
    expect(await messages()).toEqual([
      `${of(ids.ada, 'Ada')}: it cannot be found by its externalId`,
      `${of(ids.ada, 'Ada')}: it cannot be found by its emails.value`,
      `User "bob" (${ids.bob}): the index does not know that it belongs to GENERIC_SCIM_PROVISIONER`,
      `${of(ids.ops, 'Ops')}: its last change, at ${lastModified}, has no event`,
      'The item poisoned among Groups lacks what every Group has',
    ])
  })

  test('members who are no users, whom the index does not tell, and a count that is off', async () => {
    await put({ ...memberKey(account, ids.ops, 'ghost') })
    await set(memberKey(account, ids.ops, ids.bob), 'gsi1sk', 'elsewhere')
    expect(await messages()).toEqual([
      `Role ${ids.ops} has user ${ids.bob} as a member, and the user's roles do not tell it`,
      `Role ${ids.ops} has user ghost as a member, and the user's roles do not tell it`,
      `Role ${ids.ops} has ghost as a member, who is no user`,
      `${of(ids.ops, 'Ops')} counts 2 members, and there are 3`,
    ])
  })

  test('changes that wait and nobody knows of, and work for what is gone or not deleted', async () => {
    const intent = { pk: membersKey(account, ids.ops), sk: 'INTENT#000000000009#0000' }
    await put(intent)
    const lane = { epoch: 1, lease: 0 }
    await put({ ...pendingWorkKey(account, 'GROUP', 'gone'), ...lane, committed: 1, openSince: 1, queued: 1 })
    const deleted = { cause: { time: 'x', eventId: 'y' }, deletedAt: 1, due: 1 }
    await put({ ...pendingWorkKey(account, 'USER', ids.ada), ...lane, ...deleted })
    expect(await messages()).toEqual([
      `${of(ids.ops, 'Ops')} has changes of members that wait, and nothing tells the worker of them`,
      'Changes of members wait for role gone, which is neither there nor known to be deleted',
      `User ${ids.ada} is marked as deleted and there: readers of members hide a user who is not gone`,
    ])
    await drop(intent)
  })

  test('memberships of a role that is gone', async () => {
    await put({ ...toMemberItem(account, 'gone', { userId: ids.ada }) })
    expect(await checkAll(db, account)).toEqual([
      {
        ...{ invariant: 'membership', type: 'ROLE', id: 'gone' },
        message: `User ${ids.ada} is a member of role gone, which is not there`,
      },
    ])
  })

  test('names of provisioner roles that are kept for nobody, and that are not kept', async () => {
    await putProvisioner({ role: 'HR', privileges: [], createdAt: 'x', createdBy: 'x', version: 1 })
    await put({ ...nameKey(account, Group, 'gone'), role: 'GONE' })
    const about = (id: string) => ({ invariant: 'name', type: 'PROVISIONER', id, name: id })
    expect(await checkAll(db, account)).toEqual([
      {
        ...about('GONE'),
        message:
          'The name "GONE" is kept for the provisioner role GONE, which is not there: no role of users can have it',
      },
      { ...about('HR'), message: 'The name of the provisioner role HR is not kept from roles of users' },
    ])
  })

  test('counters that are off', async () => {
    await put({ pk: countKey(account, User), sk: 'wrong', all: 5, 'own#HR': 5 })
    expect(await messages()).toEqual([
      'The counter of users says 7, and there are 2',
      'The counter of users of HR says 5, and there are 0',
    ])
  })
})

describe('GET /admin/invariants', () => {
  const ask = (query: Record<string, string> = {}) =>
    adminApi(db)('GET', '/admin/invariants', { query: { account, ...query } })

  test('goes on where the last step ended, and says how far it came', async () => {
    await adminApi(db)('POST', '/admin/accounts', { body: { name: account } })
    for (let n = 0; n < 420; n++) await call('POST', '/Users', newUser(`u${n}`))
    await drop(nameKey(account, User, 'u400'))
    await adminApi(db)('PATCH', '/admin/users/{id}', {
      ...{ params: { id: 'bob' }, query: { account } },
      body: patchOf({ op: 'replace', path: 'title', value: 'CTO' }),
    })
    const first = await ask()
    expect([first.status, first.body]).toEqual([
      200,
      {
        violations: [expect.objectContaining({ type: 'USER', name: 'u400' })],
        ...{ checked: 523, changedByHand: 1, next: expect.any(String) },
        part: { name: 'names (userName)', number: 3, of: 8 },
      },
    ])
    const second = await ask({ next: first.body.next })
    expect(second.body).toEqual({
      ...{ violations: [], checked: 848, changedByHand: 1 },
      part: { name: 'unfinished work', number: 8, of: 8 },
    })
  })

  test.each([
    ['x', 'Cannot read next "x": expected the value of "next" of an earlier answer'],
    ['e30', 'Cannot read next "e30": expected the value of "next" of an earlier answer'],
  ])('refuses a place that it did not name: %s', async (next, detail) => {
    const { status, body } = await ask({ next })
    expect([status, body.detail]).toEqual([400, detail])
  })
})
