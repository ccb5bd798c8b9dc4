import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb'
import { describe, expect, test } from 'vitest'
import { RESOURCE_TYPES } from '../../../shared/scim/resource-types.ts'
import { putEventAction } from '../../../shared/store/events/write.ts'
import { commitIntentActions } from '../../../shared/store/groups/intents.ts'
import { markPendingAction } from '../../../shared/store/groups/pending.ts'
import { membersKey, pendingKey, resourceKey } from '../../../shared/store/keys.ts'
import { toResourceItem } from '../../../shared/store/resource-item.ts'
import { getResource } from '../../../shared/store/resources.ts'
import { transact } from '../../../shared/store/transaction.ts'
import { withAwsTable } from '../../factories/aws.ts'
import { anEvent } from '../../factories/events.ts'
import { newGroup, newUser, patchOf, principal, scimApi } from '../../factories/scim-api.ts'

const { User, Group } = RESOURCE_TYPES

const ACCOUNT = 'default'
const db = withAwsTable()
const call = scimApi(db)

const later = (ms: number) => scimApi(db, principal(), { now: () => new Date(Date.now() + ms) })
const idsOf = (members: { value: string }[]) => members.map(({ value }) => value)

async function itemsOf(pk: string) {
  const { Items = [] } = await db.client.send(
    new QueryCommand({
      TableName: db.tableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': pk },
    }),
  )
  return Items
}

async function users(count: number, prefix: string): Promise<string[]> {
  const created = await Promise.all(
    Array.from({ length: count }, (_, i) => call('POST', '/Users', newUser(`${prefix}-${i}`))),
  )
  return created.map(({ body }) => body.id).sort()
}

/** Leaves a group as a writer does that was killed right after its commit: intents written, nothing applied. */
async function committedNotApplied(name: string): Promise<{ groupId: string; ids: string[] }> {
  const ids = await users(3, name)
  const { body } = await call('POST', '/Groups', newGroup(name, { members: [{ value: ids[0] }] }))
  const before = await getResource(db, ACCOUNT, Group, body.id)
  if (!before) throw new Error('The group is not there')
  const after = { ...before, version: 2, applying: 2, memberCount: 2 }
  const add = [{ userId: ids[1] as string }, { userId: ids[2] as string }]
  const change = { add, remove: [ids[0] as string], displays: [] }
  const group = { Put: { Item: toResourceItem(ACCOUNT, after) } }
  const event = anEvent(new Date(), { resourceId: body.id, changes: [] })
  const intents = commitIntentActions(db, event, after, change, new Date())
  await transact(db, { group, event: putEventAction(db, event), ...intents }, `commit-${name}`)
  return { groupId: body.id, ids }
}

describe('large membership changes', () => {
  test('readers see a committed change whole before any of it is applied', async () => {
    const { groupId, ids } = await committedNotApplied('overlay')
    expect(idsOf((await call('GET', `/Groups/${groupId}`)).body.members)).toEqual([ids[1], ids[2]])
  })

  test('a change whose writer is gone is finished by the next reader, and the mirror follows', async () => {
    const { groupId, ids } = await committedNotApplied('orphan')
    await later(31_000)('GET', `/Groups/${groupId}`)
    const items = await itemsOf(membersKey(ACCOUNT, groupId))
    expect(items.map(({ sk }) => sk)).toEqual([`MEMBER#${ids[1]}`, `MEMBER#${ids[2]}`])
    expect((await getResource(db, ACCOUNT, Group, groupId))?.applying).toBeUndefined()
    const [first, second] = await Promise.all([call('GET', `/Users/${ids[0]}`), call('GET', `/Users/${ids[1]}`)])
    expect([first.body.groups, idsOf(second.body.groups)]).toEqual([[], [groupId]])
  })

  test('of many readers that meet an unfinished change one finishes it, and all see it whole', async () => {
    const { groupId, ids } = await committedNotApplied('crowd')
    const reader = later(31_000)
    const answers = await Promise.all(Array.from({ length: 6 }, () => reader('GET', `/Groups/${groupId}`)))
    for (const { body } of answers) expect(idsOf(body.members)).toEqual([ids[1], ids[2]])
    const left = [...(await itemsOf(membersKey(ACCOUNT, groupId))), ...(await itemsOf(pendingKey(ACCOUNT)))]
    expect(left.filter(({ sk }) => /^(INTENT|CHANGE)#/.test(String(sk)) && String(sk).includes(groupId))).toEqual([])
  })

  test('no change overtakes one that is being applied, and after its time limit a writer finishes it first', async () => {
    const { groupId, ids } = await committedNotApplied('waiting')
    const remove = patchOf({ op: 'remove', path: `members[value eq "${ids[1]}"]` })
    const early = await call('PATCH', `/Groups/${groupId}`, remove)
    expect([early.status, early.headers['retry-after']]).toEqual([429, '2'])
    const late = await later(31_000)('PATCH', `/Groups/${groupId}`, remove)
    expect([late.status, idsOf(late.body.members)]).toEqual([200, [ids[2]]])
  })

  test('a change in 3 parts of a large group is committed by one transaction and applied', async () => {
    const ids = await users(120, 'parts')
    const { body } = await call('POST', '/Groups', newGroup('Parts'))
    const members = ids.map((value) => ({ value, display: 'x'.repeat(8_000) }))
    const { status, headers } = await call(
      'PATCH',
      `/Groups/${body.id}`,
      patchOf({ op: 'add', path: 'members', value: members }),
    )
    expect([status, headers.etag]).toEqual([200, 'W/"2"'])
    expect(await itemsOf(membersKey(ACCOUNT, body.id))).toHaveLength(120)
    expect((await getResource(db, ACCOUNT, Group, body.id))?.memberCount).toBe(120)
  })
})

describe('deleted users', () => {
  test('a membership that the index had not shown yet is hidden at once and swept later', async () => {
    const [id] = (await users(1, 'lagging')) as [string]
    const { body } = await call('POST', '/Groups', newGroup('Lagging', { members: [{ value: id }] }))
    // A delete that did not find the membership: the user is gone, marked, and still a member.
    const cause = anEvent(new Date(), { method: 'DELETE', status: 204, resourceId: id })
    await transact(
      db,
      {
        user: { Delete: { Key: resourceKey(ACCOUNT, User, id) } },
        tombstone: markPendingAction(db, ACCOUNT, { kind: 'USER', id, due: Date.now() + 120_000, cause }),
      },
      'lagging',
    )
    expect((await call('GET', `/Groups/${body.id}`)).body.members).toEqual([])
    await later(121_000)('GET', `/Groups/${body.id}`)
    expect(await itemsOf(membersKey(ACCOUNT, body.id))).toEqual([])
    expect((await itemsOf(pendingKey(ACCOUNT))).filter(({ sk }) => sk === `USER#${id}`)).toEqual([])
    expect((await call('GET', `/Groups/${body.id}`)).body.meta.version).toBe('W/"2"')
  })
})

describe('poisoned data', () => {
  test('F25 an item that is no user fails by its id only: lists go on without it', async () => {
    const other = scimApi(db, principal({ account: 'poisoned', privileges: ['createUser', 'monitorUser'] }))
    const { body } = await other('POST', '/Users', newUser('healthy'))
    const Item = { ...resourceKey('poisoned', User, '00000000-0000-7000-8000-000000000000'), version: 'seven' }
    await db.client.send(new PutCommand({ TableName: db.tableName, Item }))
    const listed = await other('GET', '/Users')
    expect([listed.status, listed.body.Resources.map(({ id }: { id: string }) => id)]).toEqual([200, [body.id]])
    expect((await other('GET', `/Users/${Item.sk}`)).status).toBe(500)
  })
})
