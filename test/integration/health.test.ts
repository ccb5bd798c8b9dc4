import { PutCommand } from '@aws-sdk/lib-dynamodb'
import { beforeEach, describe, expect, test } from 'vitest'
import type { WhoAmI } from '../../shared/http/who-am-i.ts'
import { countRefusedToken } from '../../shared/store/events/refused-tokens.ts'
import { pendingWorkKey } from '../../shared/store/keys.ts'
import { putFence } from '../../shared/store/regions/put-fence.ts'
import { Region } from '../../shared/store/regions/region.ts'
import { useNoter } from '../../shared/store/token-use.ts'
import { putUse } from '../../shared/store/token-uses.ts'
import { watchAccount } from '../../shared/watch/account.ts'
import { adminApi } from '../factories/admin-api.ts'
import { ADMIN_ARN } from '../factories/api-event.ts'
import { withTable } from '../factories/engine.ts'
import { scanEvents } from '../factories/scan.ts'
import { newUser, patchOf, principal, scimApi } from '../factories/scim-api.ts'
import { watchedDb } from '../factories/watched-db.ts'

const DAY_MS = 86_400_000
const START = Date.parse('2026-08-31T10:30:00.000Z')
const at = (days: number) => new Date(START + days * DAY_MS)
const db = withTable()
let count = 0
let account: string
beforeEach(() => {
  account = `h${count++}`
})

const call = (method: string, resource: string, given: object = {}, days = 0) =>
  adminApi(db, () => at(days))(method, resource, { query: { account }, ...given })
const integrate = (name: string, more: object = {}) =>
  call('POST', '/admin/integrations', { body: { name, clientKind: 'GENERIC', role: `${name}_ROLE`, ...more } })
const issue = (name: string, days = 0, body: object = {}) =>
  call('POST', '/admin/integrations/{name}/tokens', { params: { name }, body: { name: 'mine', ...body } }, days)
const health = async (days = 0) => (await call('GET', '/admin/health', {}, days)).body
const kinds = async (days = 0) =>
  (await health(days)).findings.map(({ kind, integration }: Record<string, string>) => [kind, integration])

describe('GET /admin/health', () => {
  test('finds nothing in an account where all is well, and says what it looked at', async () => {
    await integrate('OKTA')
    await issue('OKTA')
    const answer = await call('GET', '/admin/health')
    expect([answer.status, answer.body]).toEqual([
      200,
      {
        ...{ checkedAt: at(0).toISOString(), findings: [], unfinished: { roles: 0, deletedUsers: 0 } },
        history: { since: at(-1).toISOString(), events: 2 },
      },
    ])
  })

  test('finds tokens that end while no newer one is used, and integrations that have none', async () => {
    await integrate('OKTA', { silentAfterDays: 0 })
    const { tokenId } = (await issue('OKTA')).body
    expect(await kinds(150)).toEqual([])
    expect((await health(160)).findings).toEqual([
      expect.objectContaining({
        kind: 'token-ends',
        integration: 'OKTA',
        command: `rolecall token rotate ${tokenId} --account ${account}`,
      }),
    ])
    const newer = (await issue('OKTA', 160)).body.tokenId
    expect(await kinds(160)).toEqual([['token-ends', 'OKTA']])
    const user = principal({ account, integration: 'OKTA', tokenId: newer })
    await useNoter(putUse)(db, user, '192.0.2.1', at(160))
    expect(await kinds(160)).toEqual([])
    expect(await kinds(400)).toEqual([['no-token', 'OKTA']])
  })

  test('finds who is silent, as the watch does', async () => {
    await integrate('OKTA')
    await issue('OKTA')
    await watchAccount(db, account, at(0), () => {})
    expect(await kinds(6)).toEqual([])
    expect(await kinds(7)).toEqual([['silent', 'OKTA']])
    await call('PATCH', '/admin/integrations/{name}', { params: { name: 'OKTA' }, body: { enabled: false } }, 7)
    expect(await kinds(7)).toEqual([])
  })

  test('finds brakes close to their limit, what was refused, callers turned away, changes by hand, work that waits', async () => {
    await integrate('OKTA', { brake: { mode: 'stop', objects: 2, share: 0 } })
    const brake = { mode: 'stop' as const, objects: 2, share: 0 }
    const caller = principal({ account, integration: 'OKTA', role: 'OKTA_ROLE', brake })
    const scim = scimApi(db, caller, { now: () => at(0) })
    const ids: string[] = []
    for (const name of ['a', 'b', 'c']) ids.push((await scim('POST', '/Users', newUser(name))).body.id)
    expect((await scim('POST', '/Users', newUser('A'))).status).toBe(409)
    for (const id of ids.slice(0, 2)) await scim('DELETE', `/Users/${id}`)
    expect((await scim('DELETE', `/Users/${ids[2]}`)).status).toBe(429)
    await countRefusedToken(db, { account, reason: 'unknown', sourceIp: '198.51.100.7', now: at(0) })
    const token = { tokenId: 't'.repeat(22), integration: 'OKTA', expiresAt: START + DAY_MS }
    await countRefusedToken(db, { account, reason: 'disabled', token, sourceIp: '198.51.100.7', now: at(0) })
    const title = patchOf({ op: 'replace', path: 'title', value: 'CTO' })
    await call('PATCH', '/admin/users/{id}', { params: { id: 'c' }, body: title })
    const head = { epoch: 1, lease: 0, committed: 1, openSince: START - 3_600_000, queued: 1 }
    await db.client.send(
      new PutCommand({ TableName: db.tableName, Item: { ...pendingWorkKey(account, 'GROUP', 'g'), ...head } }),
    )
    const found = (await health()).findings.map(({ severity, kind, integration, count }: Record<string, unknown>) => [
      ...[severity, kind, integration, count],
    ])
    expect(found).toEqual([
      ['problem', 'unfinished-work', undefined, 1],
      ['problem', 'brake', 'OKTA', 2],
      ['attention', 'refused-tokens', undefined, 1],
      ['attention', 'disabled-called', 'OKTA', 1],
      ['attention', 'busy', 'OKTA', 1],
      ['attention', 'conflicts', 'OKTA', 1],
      ['attention', 'changed-by-hand', undefined, 1],
    ])
  })

  test('costs some 20 read units in a quiet account, and no more than 450 where the day was busy', async () => {
    await integrate('OKTA')
    await issue('OKTA')
    const cost = async () => {
      const { db: watched, calls } = watchedDb(db)
      await adminApi(watched, () => at(0))('GET', '/admin/health', { query: { account } })
      const reads = calls.filter(({ command }) => /^(Get|Query|BatchGet)/.test(command))
      return reads.reduce((sum, { units }) => sum + units, 0)
    }
    expect(await cost()).toBeLessThanOrEqual(40)
    const scim = scimApi(db, principal({ account }), { now: () => at(0) })
    for (let n = 0; n < 300; n++) await scim('GET', '/ServiceProviderConfig')
    expect(await cost()).toBeLessThanOrEqual(100)
  })

  test('is 404 for an account that is not there', async () => {
    const { status, body } = await call('GET', '/admin/health', { query: { account: 'nowhere' } })
    expect([status, body.detail]).toEqual([404, expect.stringMatching(/^There is no account "nowhere"/)])
  })
})

describe('GET /admin/integrations/{name}', () => {
  test('says what is left of the brake in this hour, which begins anew', async () => {
    await integrate('OKTA', { brake: { mode: 'warn', objects: 2, share: 50 } })
    const okta = principal({
      account,
      integration: 'OKTA',
      role: 'OKTA_ROLE',
      brake: { mode: 'warn', objects: 2, share: 50 },
    })
    const scim = scimApi(db, okta, { now: () => at(0) })
    const ids: string[] = []
    for (let user = 0; user < 6; user++) ids.push((await scim('POST', '/Users', newUser(`u${user}`))).body.id)
    const hour = async (days = 0) =>
      (await call('GET', '/admin/integrations/{name}', { params: { name: 'OKTA' } }, days)).body.brakeHour
    const until = '2026-08-31T11:00:00.000Z'
    expect(await hour()).toEqual({ limit: 3, used: 0, left: 3, until })
    // Half of what is owned is less by then, until the hour keeps it.
    for (const [i, left] of [1, 0, 0, 0].entries()) {
      await scim('DELETE', `/Users/${ids[i]}`)
      expect(await hour()).toMatchObject({ used: i + 1, left })
    }
    expect(await hour(1)).toEqual({ limit: 2, used: 0, left: 2, until: '2026-09-01T11:00:00.000Z' })
    await call('PATCH', '/admin/integrations/{name}', { params: { name: 'OKTA' }, body: { brake: { mode: 'off' } } })
    expect(await hour()).toBeUndefined()
  })
})

describe('/admin/whoami', () => {
  test('says who asks, and POST does nothing: each stands once an hour in the history', async () => {
    await integrate('OKTA')
    const ask = (method: string, minutes: number) =>
      adminApi(db, () => new Date(START + minutes * 60_000))(method, '/admin/whoami', { query: { account } })
    const answers = [await ask('GET', 0), await ask('POST', 1), await ask('GET', 5), await ask('POST', 29)]
    expect(answers.map(({ status, body }) => [status, body])).toEqual([
      [200, { principal: ADMIN_ARN, account, retentionDays: 90 }],
      [204, undefined],
      [200, { principal: ADMIN_ARN, account, retentionDays: 90 }],
      [204, undefined],
    ])
    await ask('GET', 30)
    const events = (await scanEvents(db, account)).filter(({ endpoint }) => endpoint === 'admin/whoami')
    expect(events.map(({ method, time, status }) => [method, time, status]).sort()).toEqual([
      ['GET', '2026-08-31T10:30:00.000Z', 200],
      ['GET', '2026-08-31T11:00:00.000Z', 200],
      ['POST', '2026-08-31T10:31:00.000Z', 204],
    ])
  })
})

test('/admin/whoami says of several regions which one answered, and which takes changes', async () => {
  const all = ['eu-central-1', 'eu-west-1']
  const ask = async (own: string) => {
    const regional = { ...db, region: new Region({ own, all }) }
    const { body } = await adminApi(regional, () => at(0))('GET', '/admin/whoami', { query: { account } })
    return (body as WhoAmI).region
  }
  expect(await ask('eu-west-1')).toEqual({ own: 'eu-west-1', primary: 'eu-central-1', all })
  await putFence(db, account, { primary: 'eu-west-1', epoch: 1 })
  expect(await ask('eu-west-1')).toEqual({ own: 'eu-west-1', primary: 'eu-west-1', all })
  await putFence(db, account, { draining: 'eu-west-1', to: 'eu-central-1', epoch: 2 })
  expect(await ask('eu-central-1')).toEqual({ own: 'eu-central-1', all })
})

test('what a console asks for its frame stands once an hour in the history, as that it was opened', async () => {
  await integrate('OKTA')
  const before = (await scanEvents(db, account)).length
  const ask = (resource: string, minutes: number, query: object = { purpose: 'console' }) =>
    adminApi(db, () => new Date(START + minutes * 60_000))('GET', resource, { query: { account, ...query } })
  const routes = ['/admin/accounts', '/admin/integrations', '/admin/tokens', '/admin/health']
  const answers = []
  for (const [minute, route] of routes.entries()) answers.push(await ask(route, minute))
  answers.push(await ask('/admin/tokens', 30), await ask('/admin/tokens', 31, {}))
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200])
  const events = (await scanEvents(db, account)).slice(before).map(({ endpoint, query }) => [endpoint, query])
  expect(events).toEqual([
    ['admin/accounts', 'purpose=console'],
    ['admin/tokens', 'purpose=console'],
    ['admin/tokens', `account=${account}`],
  ])
})
