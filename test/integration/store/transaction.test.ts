import { GetCommand } from '@aws-sdk/lib-dynamodb'
import { describe, expect, test } from 'vitest'
import { RESOURCE_TYPES } from '../../../shared/scim/resource-types.ts'
import { batchGet } from '../../../shared/store/batch.ts'
import { batchWrite } from '../../../shared/store/batch-write.ts'
import type { Db } from '../../../shared/store/client.ts'
import { resourceKey } from '../../../shared/store/keys.ts'
import { type Action, ConditionsFailed, SHOW_MET, transact } from '../../../shared/store/transaction.ts'
import { openTestDb, withTable } from '../../factories/engine.ts'
import { newUser, principal, scimApi } from '../../factories/scim-api.ts'

const { User } = RESOURCE_TYPES
const db = withTable()

/** The same table, where each transaction is refused `times` as AWS does when another one holds its items. */
function conflicting(times: number): { db: Db; attempts: () => number } {
  const contended = openTestDb(db.tableName)
  let attempts = 0
  contended.client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName !== 'TransactWriteCommand' && commandName !== 'TransactWriteItemsCommand') return next(args)
        if (attempts++ >= times) return next(args)
        const error = new Error('Transaction cancelled')
        throw Object.assign(error, {
          name: 'TransactionCanceledException',
          CancellationReasons: [{ Code: 'None' }, { Code: 'TransactionConflict' }],
        })
      },
    { step: 'initialize', priority: 'low' },
  )
  return { db: contended, attempts: () => attempts }
}

const put = (sk: string): Action => ({ Put: { Item: { pk: 'T', sk } } })

describe('transact()', () => {
  test('F8 a conflict with another transaction is tried again until it passes', async () => {
    const { db: contended, attempts } = conflicting(3)
    await transact(contended, { put: put('conflict') }, 'conflict')
    const Key = { pk: 'T', sk: 'conflict' }
    const { Item } = await db.client.send(new GetCommand({ TableName: db.tableName, Key }))
    expect([Item, attempts()]).toEqual([Key, 4])
  })

  test('F8 a storm of conflicts is answered 429 with Retry-After, and nothing is stored', async () => {
    const { db: contended } = conflicting(Number.POSITIVE_INFINITY)
    const call = scimApi(contended, principal({ account: 'storm' }))
    const { status, headers, body } = await call('POST', '/Users', newUser('stormy'))
    expect({ status, body, retryAfter: headers['retry-after'] }).toEqual({
      status: 429,
      retryAfter: '2',
      body: {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
        status: '429',
        detail: 'Too many requests at this moment; retry after the seconds named in Retry-After',
      },
    })
    const calm = scimApi(db, principal({ account: 'storm' }))
    expect((await calm('GET', '/Users')).body.totalResults).toBe(0)
  })

  test('a failed condition tells by name which action it was', async () => {
    await transact(db, { held: put('held') }, 'hold')
    const taken: Action = { Put: { Item: { pk: 'T', sk: 'held' }, ConditionExpression: 'attribute_not_exists(pk)' } }
    const failed = await transact(db, { other: put('other'), taken }, 'take').catch((error) => error)
    expect(failed).toBeInstanceOf(ConditionsFailed)
    expect([...failed.failures]).toEqual([['taken', undefined]])
  })

  test('a failed condition shows the item it met to an action that asked for it', async () => {
    await transact(db, { met: put('met') }, 'meet')
    const Item = { pk: 'T', sk: 'met' }
    const taken: Action = { Put: { Item, ConditionExpression: 'attribute_not_exists(pk)', ...SHOW_MET } }
    const failed = await transact(db, { taken }, 'met').catch((error) => error)
    expect([...failed.failures]).toEqual([['taken', { pk: { S: 'T' }, sk: { S: 'met' } }]])
  })

  test('what AWS refuses, and not every engine does, is refused before it is sent', async () => {
    await expect(transact(db, { first: put('twice'), second: put('twice') }, 'x')).rejects.toThrow(
      'A transaction names one item twice',
    )
    const many = Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`many-${i}`, put(`many-${i}`)]))
    await expect(transact(db, many, 'y')).rejects.toThrow('A transaction of 101 actions')
  })

  test('sending the same actions again under the same token changes nothing', async () => {
    const add: Action = {
      Update: {
        Key: { pk: 'T', sk: 'once' },
        UpdateExpression: 'ADD n :one',
        ExpressionAttributeValues: { ':one': 1 },
      },
    }
    await transact(db, { add }, 'same')
    await transact(db, { add }, 'same')
    const { Item } = await db.client.send(new GetCommand({ TableName: db.tableName, Key: { pk: 'T', sk: 'once' } }))
    expect(Item?.n).toBe(1)
  })
})

test('a batch of writes stops when its time is over, by the clock of the table: nothing is sent after it', async () => {
  const request = (sk: string) => [{ PutRequest: { Item: { pk: 'deadline', sk } } }]
  let now = 1000
  const timed = { ...db, clock: () => now }
  expect(await batchWrite(timed, request('in-time'), { until: 1001 })).toBe(true)
  now = 1001
  expect(await batchWrite(timed, request('late'), { until: 1001 })).toBe(false)
  const keys = ['in-time', 'late'].map((sk) => ({ pk: 'deadline', sk }))
  expect(await batchGet(db, keys)).toEqual([{ pk: 'deadline', sk: 'in-time' }])
})

describe('bounded scans', () => {
  test('ERR-3 a filter without an index over more than 10,000 objects is 400 tooMany, an indexed one is not', async () => {
    const created = '2026-01-01T00:00:00.000Z'
    const items = Array.from({ length: 10_001 }, (_, i) => {
      const id = `00000000-0000-7000-8000-${String(i).padStart(12, '0')}`
      const attributes = { userName: `user-${i}` }
      const resource = { owner: 'GENERIC_SCIM_PROVISIONER', version: 1, created, lastModified: created, attributes }
      return { PutRequest: { Item: { ...resourceKey('crowd', User, id), ...resource } } }
    })
    await batchWrite(db, items)
    const call = scimApi(db, principal({ account: 'crowd' }))
    const { status, body } = await call('GET', '/Users?filter=title pr&count=1')
    expect([status, body.scimType, body.detail]).toEqual([
      400,
      'tooMany',
      'More than 10000 of the resources you see would have to be examined: filter by one of id, userName, externalId, emails.value, or list without filter and sort',
    ])
    expect((await call('GET', '/Users?sortBy=title&count=1')).body.scimType).toBe('tooMany')
    const byId = await call('GET', '/Users?filter=id eq "00000000-0000-7000-8000-000000000077"')
    expect(byId.body.Resources.map(({ userName }: { userName: string }) => userName)).toEqual(['user-77'])
  }, 120_000)
})
