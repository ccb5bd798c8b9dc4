import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from 'vitest'
import type { Brake } from '../../../shared/auth/brake.ts'
import type { Principal } from '../../../shared/auth/principal.ts'
import type { Db } from '../../../shared/store/client.ts'
import { withAwsTable } from '../../factories/aws.ts'
import { openTestDb } from '../../factories/engine.ts'
import { scanAll, scanEvents } from '../../factories/scan.ts'
import { type Call, newGroup, newUser, patchOf, principal, scimApi } from '../../factories/scim-api.ts'
import { settle } from '../../factories/settle.ts'

const db = withAwsTable()
const AT = new Date('2026-08-31T10:15:00.000Z')
let number = 0

/** Metrics are lines of the log. */
let write: MockInstance<typeof process.stdout.write>
beforeEach(() => {
  write = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
})
afterEach(() => {
  vi.restoreAllMocks()
})
const measured = (name: string) => write.mock.calls.map(([text]) => JSON.parse(String(text))[name])

interface Client extends Partial<Principal> {
  table?: Db
  now?: Date
}

/** A client of an account of its own, at a quarter past ten. */
function client(brake: Partial<Brake>, { table = db, now = AT, ...further }: Client = {}) {
  const settings = { mode: 'stop' as const, objects: 25, share: 0, ...brake }
  const caller = principal({ account: `a${++number}`, brake: settings, ...further })
  return { account: caller.account, call: scimApi(table, caller, { now: () => now, remainingMs: () => 60_000 }) }
}

async function createUsers(call: Call, count: number): Promise<string[]> {
  const users = Array.from({ length: count }, (_, n) => newUser(`user-${n}`))
  const answers = await Promise.all(users.map((user) => call('POST', '/Users', user)))
  return answers.map(({ body }) => body.id)
}

const createGroup = async (call: Call, members: string[], name = 'Ops'): Promise<string> => {
  const { body } = await call('POST', '/Groups', newGroup(name, { members: members.map((value) => ({ value })) }))
  return body.id
}

const deactivate = (call: Call, id: string) =>
  call('PATCH', `/Users/${id}`, patchOf({ op: 'replace', path: 'active', value: false }))
const reactivate = (call: Call, id: string) =>
  call('PATCH', `/Users/${id}`, patchOf({ op: 'replace', path: 'active', value: true }))
const removeMembers = (call: Call, group: string, ids: string[]) => {
  const value = ids.map((id) => ({ value: id }))
  return call('PATCH', `/Groups/${group}`, patchOf({ op: 'remove', path: 'members', value }))
}

const statusesOf = (answers: { status: number }[]) => answers.map(({ status }) => status).sort()
const times = (count: number, status: number) => Array.from({ length: count }, () => status)

/** What is counted of an account. */
async function countedOf(account: string): Promise<number> {
  const items = (await scanAll(db)).filter(({ pk }) => String(pk).startsWith(`A#${account}#BRAKE#`))
  return items.reduce((sum, { count }) => sum + Number(count ?? 0), 0)
}

const noticesOf = async (account: string) => (await scanEvents(db, account)).filter(({ method }) => method === 'NOTICE')

describe('what is counted', () => {
  test.each<[string, number, (call: Call, ids: string[], account: string) => Promise<unknown>]>([
    ['who is deactivated by PATCH', 1, (call, [id = '']) => deactivate(call, id)],
    [
      'who is deactivated by PUT',
      1,
      (call, [id = '']) => call('PUT', `/Users/${id}`, newUser('user-0', { active: false })),
    ],
    [
      'who is deactivated twice, once',
      1,
      async (call, [id = '']) => {
        await deactivate(call, id)
        await call('PUT', `/Users/${id}`, newUser('renamed', { active: false }))
      },
    ],
    [
      'who is deactivated again, again',
      2,
      async (call, [id = '']) => {
        await deactivate(call, id)
        await reactivate(call, id)
        await deactivate(call, id)
      },
    ],
    ['who is created inactive, not', 0, (call) => call('POST', '/Users', newUser('new', { active: false }))],
    ['a deleted user', 1, (call, [id = '']) => call('DELETE', `/Users/${id}`)],
    [
      'a deleted user who is a member of groups, once',
      1,
      async (call, ids, account) => {
        await createGroup(call, ids, 'One')
        await createGroup(call, ids, 'Two')
        await call('DELETE', `/Users/${ids[0]}`)
        await settle(db, account)
      },
    ],
    ['a deleted group, once', 1, async (call, ids) => call('DELETE', `/Groups/${await createGroup(call, ids)}`)],
    ['members removed', 2, async (call, ids) => removeMembers(call, await createGroup(call, ids), ids.slice(0, 2))],
    [
      'members left out of a PUT',
      2,
      async (call, ids) => {
        const id = await createGroup(call, ids)
        await call('PUT', `/Groups/${id}`, newGroup('Ops', { members: [{ value: ids[0] }] }))
      },
    ],
    [
      'members replaced',
      2,
      async (call, [one, two, three]) => {
        const id = await createGroup(call, [one ?? '', two ?? ''])
        await call('PATCH', `/Groups/${id}`, patchOf({ op: 'replace', path: 'members', value: [{ value: three }] }))
      },
    ],
    [
      'who is removed and was no member, not',
      1,
      async (call, ids) => removeMembers(call, await createGroup(call, ids.slice(0, 1)), ids),
    ],
    [
      'members added, renames and reads, not',
      0,
      async (call, ids) => {
        const id = await createGroup(call, ids)
        await call('PATCH', `/Groups/${id}`, patchOf({ op: 'replace', path: 'displayName', value: 'Other' }))
        await call('GET', `/Groups/${id}`)
        await reactivate(call, ids[0] ?? '')
      },
    ],
    [
      'each operation of a Bulk request',
      3,
      (call, ids) =>
        call('POST', '/Bulk', {
          schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
          Operations: ids.map((id) => ({ method: 'DELETE', path: `/Users/${id}` })),
        }),
    ],
  ])('%s', async (_what, expected, change) => {
    const { call, account } = client({ objects: 100 })
    await change(call, await createUsers(call, 3), account)
    expect(await countedOf(account)).toBe(expected)
  })

  test('a change that is refused or finds nothing to do counts nothing', async () => {
    const { call, account } = client({})
    const [id = ''] = await createUsers(call, 1)
    const path = `/Users/${id}`
    const off = patchOf({ op: 'replace', path: 'active', value: false })
    expect((await call('PATCH', path, off, { 'If-Match': 'W/"7"' })).status).toBe(412)
    expect((await call('DELETE', '/Users/00000000-0000-7000-8000-000000000000')).status).toBe(404)
    await createUsers(call, 2)
    const taken = patchOf({ op: 'replace', value: { active: false, userName: 'user-1' } })
    expect((await call('PATCH', path, taken)).status).toBe(409)
    expect(await countedOf(account)).toBe(0)
  })

  test('members of a large group, whose change is queued, and with them all that fits one transaction', async () => {
    const { call, account } = client({ objects: 120 })
    const ids = await createUsers(call, 105)
    const members = ids.map((value) => ({ value }))
    const large = await createGroup(call, ids)
    expect((await removeMembers(call, large, ids.slice(0, 60))).status).toBe(204)
    expect(await countedOf(account)).toBe(60)
    await settle(db, account)
    const { body } = await call(
      'POST',
      '/Groups',
      newGroup('Small', { externalId: 's', members: members.slice(0, 45) }),
    )
    const renamed = newGroup('Other', { externalId: 'o', members: [] })
    expect((await call('PUT', `/Groups/${body.id}`, renamed)).status).toBe(200)
    expect(await countedOf(account)).toBe(105)
    expect((await removeMembers(call, large, ids.slice(60))).status).toBe(429)
    expect((await removeMembers(call, large, ids.slice(60, 75))).status).toBeLessThan(300)
    expect(await countedOf(account)).toBe(120)
  })

  test('one user who is deactivated by ten requests at once, once', async () => {
    const { call, account } = client({ objects: 1 })
    const [id = ''] = await createUsers(call, 1)
    const answers = await Promise.all(Array.from({ length: 10 }, () => deactivate(call, id)))
    expect(statusesOf(answers).filter((status) => status !== 429)).toContain(200)
    expect(await countedOf(account)).toBe(1)
    expect((await deactivate(call, id)).status).toBe(200)
  })

  test('a transaction that is sent twice counts once', async () => {
    const twice = openTestDb(db.tableName)
    twice.client.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          if (!commandName?.startsWith('TransactWrite')) return next(args)
          await next({ ...args, input: { ...args.input, ClientRequestToken: undefined } })
          return next({ ...args, input: { ...args.input, ClientRequestToken: undefined } })
        },
      { step: 'initialize', priority: 'low' },
    )
    const { call, account } = client({ objects: 40 }, { table: twice })
    const ids = await createUsers(call, 30)
    const group = await createGroup(call, ids)
    expect((await deactivate(call, ids[0] ?? '')).status).toBe(200)
    expect((await removeMembers(call, group, ids)).status).toBe(200)
    expect((await call('DELETE', `/Users/${ids[1]}`)).status).toBe(204)
    expect(await countedOf(account)).toBe(32)
  })
})

describe('a brake that stops', () => {
  test('of 50 deactivations at once exactly as many succeed as the limit says', async () => {
    const { call, account } = client({ objects: 25 })
    const ids = await createUsers(call, 50)
    const answers = await Promise.all(ids.map((id) => deactivate(call, id)))
    expect(statusesOf(answers)).toEqual([...times(25, 200), ...times(25, 429)])
    expect(await countedOf(account)).toBe(25)
    const { body } = await call('GET', '/Users?filter=active eq false')
    expect(body.totalResults).toBe(25)
  })

  test('of several kinds of changes at once, members removed among them, no more than the limit are made', async () => {
    const { call, account } = client({ objects: 60 })
    const ids = await createUsers(call, 40)
    const groups = await Promise.all([0, 1, 2, 3, 4, 5].map((n) => createGroup(call, ids.slice(0, 9), `G${n}`)))
    const changes = [
      ...groups.map((group) => ({ weight: 9, run: () => removeMembers(call, group, ids.slice(0, 9)) })),
      ...ids.slice(0, 20).map((id) => ({ weight: 1, run: () => deactivate(call, id) })),
      ...ids.slice(20).map((id) => ({ weight: 1, run: () => call('DELETE', `/Users/${id}`) })),
    ]
    const answers = await Promise.all(changes.map(async ({ weight, run }) => ({ weight, ...(await run()) })))
    const made = answers.filter(({ status }) => status < 300).reduce((sum, { weight }) => sum + weight, 0)
    expect(answers.filter(({ status }) => status >= 300).every(({ status }) => status === 429)).toBe(true)
    expect(await countedOf(account)).toBe(made)
    const smallest = Math.min(...answers.filter(({ status }) => status === 429).map(({ weight }) => weight))
    expect(made).toBeLessThanOrEqual(60)
    expect(made + smallest).toBeGreaterThan(60)
  })

  test('the refusal says what is counted and what an administrator can do, and when to come again', async () => {
    const { call, account } = client({ objects: 1 })
    const [one = '', two = ''] = await createUsers(call, 2)
    expect((await deactivate(call, one)).status).toBe(200)
    const refused = await deactivate(call, two)
    const found =
      'Integration GENERIC_PROVISIONING may deactivate, delete and take out of groups 1 objects an hour (1, or 0 % of 2): 1 are counted since 10:00 UTC, and 1 more was asked for'
    const release = `rolecall integration release GENERIC_PROVISIONING --for 1h --account ${account}`
    const detail = `${found}; nothing was changed: retry after the seconds named in Retry-After, or have an administrator look at it and run "${release}"`
    expect(refused).toMatchObject({
      status: 429,
      headers: { 'retry-after': '2700' },
      body: { schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], status: '429', detail },
    })
    expect((await call('GET', `/Users/${two}`)).body.active).toBe(true)
    const events = (await scanEvents(db, account)).filter(({ resourceId }) => resourceId === two)
    expect(events.map(({ status, detail }) => [status, detail])).toContainEqual([429, detail])
    expect((await reactivate(call, one)).status).toBe(200)
  })

  test('of more members than are left none is removed', async () => {
    const { call, account } = client({ objects: 25 })
    const ids = await createUsers(call, 30)
    const group = await createGroup(call, ids)
    const refused = await removeMembers(call, group, ids)
    expect(refused.status).toBe(429)
    expect(refused.body.detail).toContain('and 30 more were asked for; nothing was changed: ask for fewer at once, or')
    expect((await call('GET', `/Groups/${group}`)).body.members).toHaveLength(30)
    expect((await removeMembers(call, group, ids.slice(0, 25))).status).toBe(200)
    expect(await countedOf(account)).toBe(25)
  })

  test('the next hour begins at nothing', async () => {
    const { call, account } = client({ objects: 1 })
    const [one = '', two = ''] = await createUsers(call, 2)
    await deactivate(call, one)
    expect((await deactivate(call, two)).status).toBe(429)
    const later = client({ objects: 1 }, { account, now: new Date('2026-08-31T11:00:00.000Z') })
    expect((await deactivate(later.call, two)).status).toBe(200)
  })

  test('a share of what the role owns is the limit where that is more, as it was when the hour came to it', async () => {
    const { call, account } = client({ objects: 2, share: 50 })
    const ids = await createUsers(call, 9)
    await createGroup(call, [])
    await client({}, { account, role: 'OTHER' }).call('POST', '/Users', newUser('stranger'))
    const statuses = []
    for (const id of ids) statuses.push((await call('DELETE', `/Users/${id}`)).status)
    // Ten objects less the two deleted before it was counted: the half of eight.
    expect(statuses).toEqual([...times(4, 204), ...times(5, 429)])
  })

  test('a limit that changes within the hour holds with what was counted before', async () => {
    const { call, account } = client({ objects: 40 })
    const ids = await createUsers(call, 60)
    await Promise.all(ids.slice(0, 30).map((id) => deactivate(call, id)))
    const lower = client({ objects: 33 }, { account })
    const answers = await Promise.all(ids.slice(30, 40).map((id) => deactivate(lower.call, id)))
    expect(statusesOf(answers)).toEqual([...times(3, 200), ...times(7, 429)])
    const higher = client({ objects: 45 }, { account })
    const again = await Promise.all(ids.slice(33).map((id) => deactivate(higher.call, id)))
    expect(await countedOf(account)).toBe(45)
    expect(again.filter(({ status }) => status === 429).length).toBeGreaterThan(0)
  })

  test('administrators are told once, and the refusals are measured', async () => {
    const { call, account } = client({ objects: 3 })
    const ids = await createUsers(call, 12)
    const answers = await Promise.all(ids.map((id) => deactivate(call, id)))
    expect(statusesOf(answers)).toEqual([...times(3, 200), ...times(9, 429)])
    const notices = await noticesOf(account)
    expect(notices).toHaveLength(1)
    const found =
      'Integration GENERIC_PROVISIONING may deactivate, delete and take out of groups 3 objects an hour (3, or 0 % of 12): 3 are counted since 10:00 UTC, and 1 more was asked for'
    const refused = (await scanEvents(db, account)).filter(({ status }) => status === 429)
    expect(notices[0]).toMatchObject({
      ...{ time: AT.toISOString(), type: 'ADMIN', method: 'NOTICE', endpoint: 'notice/brake', status: 200 },
      ...{ actorName: 'rolecall', actorDomain: 'ROLECALL', resourceDomain: 'INTEGRATION' },
      ...{ resourceId: 'GENERIC_PROVISIONING', resourceName: 'GENERIC_PROVISIONING' },
      detail: `${found}: such changes are refused until 11:00 UTC`,
      advice: `rolecall integration release GENERIC_PROVISIONING --for 1h --account ${account}`,
    })
    expect(refused.map(({ eventId }) => eventId)).toContain(notices[0]?.cause)
    expect(measured('BrakeStops')).toEqual(times(9, 1))
  })
})

describe('a limit that is changed within the hour', () => {
  test('is told of again when it is passed, once for each limit', async () => {
    const none = client({ objects: 0 })
    const { account } = none
    const ids = await createUsers(none.call, 5)
    const [one = '', two = '', three = ''] = ids
    const refused = await deactivate(none.call, one)
    const found =
      'Integration GENERIC_PROVISIONING may deactivate, delete and take out of groups 0 objects an hour (0, or 0 % of 5): 0 are counted since 10:00 UTC, and 1 more was asked for'
    const look = `have an administrator look at it and run "rolecall integration release GENERIC_PROVISIONING --for 1h --account ${account}"`
    expect([refused.status, refused.body.detail]).toEqual([429, `${found}; nothing was changed: ${look}`])
    const raised = client({ objects: 1 }, { account })
    expect((await deactivate(raised.call, one)).status).toBe(200)
    for (const id of [two, three]) expect((await deactivate(raised.call, id)).status).toBe(429)
    expect((await deactivate(none.call, two)).status).toBe(429)
    expect((await noticesOf(account)).map(({ detail }) => detail).sort()).toEqual([
      `${found}: such changes are refused until 11:00 UTC`,
      'Integration GENERIC_PROVISIONING may deactivate, delete and take out of groups 1 objects an hour (1, or 0 % of 5): 1 are counted since 10:00 UTC, and 1 more was asked for: such changes are refused until 11:00 UTC',
    ])
  })
})

describe('a brake that warns', () => {
  test('refuses nothing, counts all, and tells administrators once', async () => {
    const { call, account } = client({ mode: 'warn', objects: 10 })
    const ids = await createUsers(call, 30)
    const answers = await Promise.all(ids.map((id) => deactivate(call, id)))
    expect(statusesOf(answers)).toEqual(times(30, 200))
    expect(await countedOf(account)).toBe(30)
    const notices = await noticesOf(account)
    expect(notices).toHaveLength(1)
    expect(notices[0]?.detail).toMatch(
      /^Integration GENERIC_PROVISIONING may .* 10 objects an hour \(10, or 0 % of 30\): 1\d are counted since 10:00 UTC, and 1 more was asked for: nothing is refused, since its brake only warns$/,
    )
    expect(notices[0]?.advice).toBe(`rolecall integration alter GENERIC_PROVISIONING --brake stop --account ${account}`)
    expect(measured('BrakeWarnings')).toEqual(times(20, 1))
  })

  test('tells nobody up to the limit', async () => {
    const { call, account } = client({ mode: 'warn', objects: 10 })
    const ids = await createUsers(call, 10)
    await Promise.all(ids.map((id) => deactivate(call, id)))
    expect(await noticesOf(account)).toEqual([])
  })
})

describe('without a brake', () => {
  test.each<[string, Partial<Brake>, Partial<Principal>]>([
    ['one that is off', { mode: 'off' }, {}],
    ['one that is released', {}, { brakeReleasedUntil: AT.getTime() + 1 }],
    ['an administrator', {}, { isAdministrator: true }],
  ])('%s refuses nothing and counts nothing', async (_what, brake, further) => {
    const { call, account } = client({ objects: 0, ...brake }, further)
    const [id = ''] = await createUsers(call, 1)
    expect((await deactivate(call, id)).status).toBe(200)
    expect(await countedOf(account)).toBe(0)
  })

  test('a release ends at its instant', async () => {
    const { call } = client({ objects: 0 }, { brakeReleasedUntil: AT.getTime() })
    const [id = ''] = await createUsers(call, 1)
    expect((await deactivate(call, id)).status).toBe(429)
  })
})
