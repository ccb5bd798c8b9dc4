import { beforeEach, describe, expect, test } from 'vitest'
import { openDoorkeeper } from '../../shared/http/doorkeeper.ts'
import { createAccount } from '../../shared/resources/accounts.ts'
import { createIntegration } from '../../shared/resources/integrations.ts'
import { issueToken } from '../../shared/resources/tokens.ts'
import { RESOURCE_TYPES } from '../../shared/scim/resource-types.ts'
import type { Db } from '../../shared/store/client.ts'
import { listHeads } from '../../shared/store/groups/heads.ts'
import { collectionKey, membersKey } from '../../shared/store/keys.ts'
import { namedId } from '../../shared/store/new-id.ts'
import { type Fence, GATES, getFence } from '../../shared/store/regions/fence.ts'
import { Fenced, refuseFenced } from '../../shared/store/regions/fenced.ts'
import { putFence } from '../../shared/store/regions/put-fence.ts'
import { Region } from '../../shared/store/regions/region.ts'
import { watchAll } from '../../shared/watch/watch.ts'
import { runSlice, type Work } from '../../shared/worker/work.ts'
import { adminContext } from '../factories/admin.ts'
import { seedMembers } from '../factories/collection.ts'
import { withTable } from '../factories/engine.ts'
import { hookedDb } from '../factories/faulty-db.ts'
import { itemsOf } from '../factories/items.ts'
import { scanEvents } from '../factories/scan.ts'
import { newGroup, newUser, principal, scimApi } from '../factories/scim-api.ts'

const EU = 'eu-central-1'
const US = 'us-east-1'
const NOW = new Date('2026-08-31T10:00:00.000Z')
const db = withTable()
const SEARCH = { schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'], filter: 'userName eq "anna"' }
let count = 0
let account: string

/** A new process of a region: both see one table here, as if everything were replicated at once. */
const inRegion = (own: string, table: Db = db): Db => ({ ...table, region: new Region({ own, all: [EU, US] }) })
const api = (table: Db, now = NOW) =>
  scimApi(table, principal({ account }), { now: () => now, doorkeeper: openDoorkeeper() })
const put = (fence: Fence) => putFence(db, account, fence)
const items = (pk: string) => itemsOf(db, pk)
const users = () => items(collectionKey(account, RESOURCE_TYPES.User))

const refusal = (detail: string) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
  status: '503',
  detail: `${detail}; nothing was changed, retry after the seconds named in Retry-After`,
})
const ELSEWHERE = refusal(`The primary region of the account is ${US}; ${EU} only answers what changes nothing`)
const HANDED_OVER = refusal(`The account is handed over from ${EU} to ${US}: no region takes changes until it is`)

beforeEach(() => {
  account = `f${count++}`
})

describe('an account without a fence', () => {
  test('belongs to the first region, which writes its name into all that it writes', async () => {
    expect((await api(inRegion(EU))('POST', '/Users', newUser('anna'))).status).toBe(201)
    expect(await users()).toMatchObject([{ wrote: `${EU}#0` }])
    expect((await scanEvents(db, account)).map(({ wrote }) => wrote)).toEqual([`${EU}#0`])
  })

  test('is read in the other region and not changed', async () => {
    const { body: user } = await api(inRegion(EU))('POST', '/Users', newUser('anna'))
    const secondary = api(inRegion(US))
    expect(await secondary('GET', `/Users/${user.id}`)).toMatchObject({ status: 200, body: { userName: 'anna' } })
    expect(await secondary('POST', '/Users/.search', SEARCH)).toMatchObject({ status: 200 })
    const answer = await secondary('DELETE', `/Users/${user.id}`)
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '30' } })
    expect(answer.body).toEqual(
      refusal(`The primary region of the account is ${EU}; ${US} only answers what changes nothing`),
    )
    expect((await scanEvents(db, account)).map(({ wrote, status }) => [wrote, status]).sort()).toEqual([
      [`${EU}#0`, 201],
      [US, 200],
      [US, 200],
      [US, 503],
    ])
  })

  test('is one of a deployment of one region as ever: nothing names a region', async () => {
    await api(db)('POST', '/Users', newUser('anna'))
    expect(await users()).toEqual([expect.not.objectContaining({ wrote: expect.anything() })])
  })
})

describe('a fence', () => {
  const other = { primary: US, epoch: 1, since: NOW.toISOString() }

  test('is heard beside the request: what is not there yet is 503 and not 404', async () => {
    await put(other)
    const answer = await api(inRegion(EU))('PATCH', '/Users/00000000-0000-7000-8000-000000000000', {})
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '30' }, body: ELSEWHERE })
  })

  test('is met by a process that has heard of none', async () => {
    const primary = api(inRegion(EU))
    expect((await primary('POST', '/Users', newUser('anna'))).status).toBe(201)
    await put(other)
    // Within the two seconds that it goes by what it knows.
    expect(await primary('POST', '/Users', newUser('berta'))).toMatchObject({ status: 503, body: ELSEWHERE })
    expect(await users()).toHaveLength(1)
  })

  test('refuses a Bulk request as a whole where nothing of it was done', async () => {
    const primary = api(inRegion(EU))
    expect((await primary('POST', '/Users', newUser('anna'))).status).toBe(201)
    await put(other)
    const bulk = {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
      Operations: ['berta', 'carl'].map((name) => ({
        ...{ method: 'POST', path: '/Users', bulkId: name, data: newUser(name) },
      })),
    }
    const answer = await primary('POST', '/Bulk', bulk)
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '30' }, body: ELSEWHERE })
    expect(await users()).toHaveLength(1)
    const events = (await scanEvents(db, account)).filter(({ endpoint }) => endpoint !== 'scim/v2/Users')
    expect(events.map(({ endpoint, status }) => [endpoint, status])).toEqual([['scim/v2/Bulk', 503]])
  })

  test('tells what of a Bulk request was done before it', async () => {
    let changes = 0
    const late = hookedDb(db, async (command) => {
      if (command === 'TransactWriteItemsCommand' && ++changes === 2) await put(other)
    })
    const answer = await api(inRegion(EU, late))('POST', '/Bulk', {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
      Operations: ['berta', 'carl'].map((name) => ({
        ...{ method: 'POST', path: '/Users', bulkId: name, data: newUser(name) },
      })),
    })
    expect(answer.status).toBe(200)
    expect(answer.body.Operations).toMatchObject([{ status: '201' }, { status: '503', response: ELSEWHERE }])
    expect(await users()).toHaveLength(1)
  })

  test('has the worker of a region stand still before its next batches', async () => {
    const { body: group } = await api(inRegion(EU))('POST', '/Groups', newGroup('Many'))
    const ids = Array.from({ length: 700 }, (_, n) => namedId(NOW.getTime(), `member-${n}`))
    await seedMembers(db, account, group.id, ids)
    await api(inRegion(EU))('DELETE', `/Groups/${group.id}`)
    const [work] = await listHeads(db, account)
    let batches = 0
    const watched = hookedDb(db, async (command) => {
      if (command === 'BatchWriteItemCommand' && ++batches === 1) await put(other)
    })
    expect(await runSlice(inRegion(EU, watched), work as Work, Date.now() + 40_000)).toEqual({ end: 'taken' })
    // The first 500 were under way.
    expect(await items(membersKey(account, group.id))).toHaveLength(200)
  })

  test('stops a change that was on its way', async () => {
    const late = hookedDb(db, async (command) => {
      if (command === 'TransactWriteItemsCommand') await put(other)
    })
    expect(await api(inRegion(EU, late))('POST', '/Users', newUser('anna'))).toMatchObject({
      status: 503,
      body: ELSEWHERE,
    })
    expect(await users()).toEqual([])
  })

  test('lets the region that it names go on in its epoch', async () => {
    const us = api(inRegion(US))
    await put(other)
    expect((await us('POST', '/Users', newUser('anna'))).status).toBe(201)
    await put({ ...other, epoch: 3 })
    expect((await us('POST', '/Users', newUser('berta'))).status).toBe(201)
    expect((await users()).map(({ wrote }) => wrote)).toEqual([`${US}#1`, `${US}#3`])
  })

  test('that is gone again is believed by nobody: the first change after it is made', async () => {
    const eu = api(inRegion(EU))
    await put(other)
    expect((await eu('POST', '/Users', newUser('anna'))).status).toBe(503)
    await put({ primary: EU, epoch: 2 })
    expect((await eu('POST', '/Users', newUser('anna'))).status).toBe(201)
    expect((await users()).map(({ wrote }) => wrote)).toEqual([`${EU}#2`])
  })

  test('of one account says nothing of another', async () => {
    await put(other)
    account = `f${count++}`
    expect((await api(inRegion(EU))('POST', '/Users', newUser('anna'))).status).toBe(201)
  })

  test('is whole once it was put: nothing of a hundred changes at once commits behind it', async () => {
    const tables = Array.from({ length: 10 }, () => inRegion(EU))
    let fenced = false
    const late: number[] = []
    const changes = Array.from({ length: 100 }, async (_, i) => {
      const { status } = await api(tables[i % 10] ?? db)('POST', '/Users', newUser(`user-${i}`))
      return status
    })
    const putting = put(other).then(async () => {
      fenced = true
      late.push((await users()).length)
    })
    const statuses = await Promise.all(changes)
    await putting
    expect(fenced).toBe(true)
    expect(await users()).toHaveLength(late[0] ?? -1)
    expect(statuses.filter((status) => status === 201)).toHaveLength(late[0] ?? -1)
    expect(new Set(statuses.filter((status) => status !== 201))).toEqual(new Set(late[0] === 100 ? [] : [503]))
  })

  test('is met by administrators too, who may read', async () => {
    await put(other)
    await expect(refuseFenced(inRegion(EU), account)).rejects.toBeInstanceOf(Fenced)
    const asked = createIntegration(adminContext(inRegion(EU), { account, now: NOW }), {
      name: 'X',
      clientKind: 'OKTA',
    })
    await expect(asked).rejects.toMatchObject({ status: 503, message: ELSEWHERE.detail })
  })
})

describe('an account that is handed over', () => {
  const handedOver = { draining: EU, to: US, epoch: 1 }

  test('takes changes nowhere, and soon again', async () => {
    await put(handedOver)
    for (const own of [EU, US])
      expect(await api(inRegion(own))('POST', '/Users', newUser('anna'))).toMatchObject({
        status: 503,
        headers: { 'retry-after': '5' },
        body: HANDED_OVER,
      })
  })

  test('is worked to its end by the region that has it, and by no other', async () => {
    const eu = inRegion(EU)
    const members = []
    for (let i = 0; i < 60; i++) members.push((await api(eu)('POST', '/Users', newUser(`m-${i}`))).body)
    const { body: group } = await api(eu)(
      'POST',
      '/Groups',
      newGroup('Large', { members: members.map(({ id }) => ({ value: id })) }),
    )
    await put(handedOver)
    const work = { account, kind: 'GROUP' as const, id: group.id }
    const soon = () => db.clock() + 60_000
    expect(await runSlice(inRegion(US), work, soon())).toEqual({ end: 'taken' })
    expect(await listHeads(db, account)).toHaveLength(1)
    expect(await runSlice(inRegion(EU), work, soon())).toEqual({ end: 'done' })
    expect(await listHeads(db, account)).toEqual([])
    const wrote = (await items(membersKey(account, group.id))).map((item) => item.wrote)
    expect(new Set(wrote)).toEqual(new Set([`${EU}#1`]))
    await put({ primary: US, epoch: 2 })
    expect(await runSlice(inRegion(EU), work, soon())).toEqual({ end: 'taken' })
  })
})

test('a change of 45 members, name and external id has room for its gate', async () => {
  const eu = inRegion(EU)
  const members = []
  for (let i = 0; i < 45; i++) members.push((await api(eu)('POST', '/Users', newUser(`m-${i}`))).body)
  const { body: group } = await api(eu)('POST', '/Groups', newGroup('Before', { externalId: 'before' }))
  const after = newGroup('After', { externalId: 'after', members: members.map(({ id }) => ({ value: id })) })
  expect((await api(eu)('PUT', `/Groups/${group.id}`, after)).status).toBe(200)
  expect(await listHeads(db, account)).toEqual([])
})

describe('an account that is made', () => {
  const make = (own: string, name: string) =>
    createAccount(adminContext(inRegion(own), { account: 'default', now: NOW }), { name })

  test('has the fence of the default account, where that has one, and is made in its primary region only', async () => {
    await make(EU, 'made-first')
    expect(await getFence(db, 'made-first', EU)).toEqual({ primary: EU, epoch: 0 })
    await expect(make(US, 'made-aside')).rejects.toBeInstanceOf(Fenced)
    await putFence(db, 'default', { primary: US, epoch: 4 })
    await make(US, 'made-later')
    expect(await items('A#made-later#FENCE')).toHaveLength(GATES)
    expect(await getFence(db, 'made-later', EU)).toEqual({ primary: US, epoch: 4 })
    await expect(make(EU, 'made-wrong')).rejects.toBeInstanceOf(Fenced)
    await putFence(db, 'default', { primary: EU, epoch: 5 })
  })
})

test('only the primary region watches an account', async () => {
  account = 'watched'
  const admin = () => adminContext(db, { account, now: NOW })
  await createAccount(admin(), { name: account })
  await createIntegration(admin(), { name: 'OKTA', clientKind: 'OKTA' })
  await issueToken(admin(), { integration: 'OKTA' })
  const measured: string[] = []
  const watch = (own: string) =>
    watchAll(
      inRegion(own),
      NOW,
      { measure: (name, _, of) => measured.push(`${own} ${name} ${of.account}`), report: console.error },
      Number.POSITIVE_INFINITY,
    )
  await watch(US)
  expect(measured.filter((one) => one.endsWith('watched'))).toEqual([])
  await watch(EU)
  expect(measured.filter((one) => one.endsWith('watched'))).not.toEqual([])
})
