import { beforeAll, describe, expect, test } from 'vitest'
import { adminHandler } from '../../shared/http/admin/handler.ts'
import { adminOperations } from '../../shared/http/admin/operations.ts'
import { adminResourceOperations } from '../../shared/http/admin/resource-operations.ts'
import { ADMIN_ROUTES } from '../../shared/http/routes.ts'
import { putEvent } from '../../shared/store/events/write.ts'
import { ADMIN_ARN, apiEvent, type GivenRequest, lambdaContext } from '../factories/api-event.ts'
import { testConfig, withTable } from '../factories/engine.ts'
import { scanEvents } from '../factories/scan.ts'
import { type Answer, newGroup, newUser, principal, scimApi } from '../factories/scim-api.ts'

const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error'
const NOW = new Date('2026-08-31T10:00:00.000Z')
const db = withTable()
const OPERATIONS = { ...adminOperations, ...adminResourceOperations }

async function call(method: string, resource: string, given: Partial<GivenRequest> = {}): Promise<Answer> {
  const options = { config: testConfig(db.tableName), db, putEvent, now: () => NOW }
  const event = apiEvent({ method, resource, userArn: ADMIN_ARN, ...given })
  const result = await adminHandler<'admin' | 'admin-resources'>(options, OPERATIONS)(event, lambdaContext())
  const body = result.body === '' ? undefined : JSON.parse(result.body)
  return { status: result.statusCode, headers: result.headers as Record<string, string>, body }
}

const create = (body: unknown, query?: Record<string, string>) =>
  call('POST', '/admin/integrations', { body, ...(query && { query }) })
const refusal = (status: number, detail: string, scimType?: string) => ({
  status,
  body: { schemas: [ERROR], status: String(status), ...(scimType && { scimType }), detail },
})

beforeAll(async () => {
  await create({ name: 'OKTA', clientKind: 'OKTA' })
})

describe('the operations of administrators', () => {
  test('serve every admin route of the house, with every method it names', () => {
    const routes = ADMIN_ROUTES.filter(({ path }) => path.startsWith('/admin/'))
    const keys = routes.flatMap(({ path, methods }) => methods.map((method) => `${method} ${path}`))
    expect(Object.keys(OPERATIONS).sort()).toEqual(keys.sort())
  })
})

describe('/admin/integrations', () => {
  test('creates, describes, changes and lists', async () => {
    const query = { account: 'life' }
    const created = await create({ name: 'entra', clientKind: 'azure', comment: 'HR' }, query)
    expect(created).toMatchObject({
      status: 201,
      body: { name: 'ENTRA', clientKind: 'AZURE', role: 'AAD_PROVISIONER' },
    })
    const { outcome, ...made } = created.body
    expect(outcome).toBe('created')
    expect(created.headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' })
    const one = { params: { name: 'entra' }, query }
    const resource = '/admin/integrations/{name}'
    expect(await call('GET', resource, one)).toMatchObject({ status: 200, body: made })
    const changed = await call('PATCH', resource, { ...one, body: { enabled: false } })
    const { changes, ...after } = changed.body
    expect([changed.status, after]).toEqual([200, { ...made, enabled: false }])
    expect(changes).toEqual([{ attribute: 'enabled', before: true, after: false }])
    const listed = await call('GET', '/admin/integrations', { query })
    expect(listed).toMatchObject({ status: 200, body: { integrations: [after] } })
  })

  test.each(['/admin/integrations', '/admin/users', '/admin/roles'])(
    'GET %s of an account that is not there is 404, naming those that are',
    async (resource) => {
      await create({ name: 'X', clientKind: 'OKTA' }, { account: 'life' })
      const answer = await call('GET', resource, { query: { account: 'lief' } })
      expect(answer).toMatchObject(refusal(404, 'There is no account "lief": there is default, life'))
    },
  )

  test.each<[string, unknown, ReturnType<typeof refusal>]>([
    [
      'a taken name',
      { name: 'okta', clientKind: 'GENERIC' },
      refusal(
        409,
        'An integration "OKTA" exists: choose another name, or say whether to replace it (--or-replace, in the API mode orReplace) or to leave it as it is (--if-not-exists, ifNotExists)',
        'uniqueness',
      ),
    ],
    [
      'an unknown setting',
      { name: 'X', clientKind: 'OKTA', __proto__: null, owner: 'me' },
      refusal(400, 'Cannot read the input: there is no setting "owner"', 'invalidValue'),
    ],
    [
      'a prototype name',
      '{"name":"X","clientKind":"OKTA","__proto__":{"enabled":false}}',
      refusal(400, 'Cannot read the input: there is no setting "__proto__"', 'invalidValue'),
    ],
    ['an array', [], refusal(400, 'Cannot read the body: send a JSON object', 'invalidSyntax')],
  ])('refuses %s with a SCIM error', async (_name, body, expected) => {
    expect(await create(body)).toMatchObject(expected)
  })

  test('refuses broken JSON, a wrong media type and an account that is none', async () => {
    expect(await create('{"name":')).toMatchObject({ status: 400, body: { scimType: 'invalidSyntax' } })
    const headers = { 'Content-Type': 'text/plain' }
    expect(await call('POST', '/admin/integrations', { body: {}, headers })).toMatchObject({ status: 415 })
    expect(await create({ name: 'X', clientKind: 'OKTA' }, { account: 'A#B' })).toMatchObject({ status: 400 })
  })

  test('answers 404 for an integration that is not there', async () => {
    const given = { params: { name: 'NOBODY' } }
    expect(await call('GET', '/admin/integrations/{name}', given)).toMatchObject(
      refusal(404, 'There is no integration "NOBODY" in account "default": there is OKTA'),
    )
  })
})

describe('tokens', () => {
  const tokens = '/admin/integrations/{name}/tokens'
  const okta = { params: { name: 'OKTA' } }

  test('are issued once, listed without their text, and revoked for good', async () => {
    const issued = await call('POST', tokens, { ...okta, body: { name: 'first' } })
    expect(issued).toMatchObject({ status: 201, headers: { 'cache-control': 'no-store' } })
    const { tokenId, token } = issued.body
    expect(token).toContain(`rolecall_${tokenId}_`)
    const listed = await call('GET', tokens, okta)
    expect(listed.body.tokens).toMatchObject([{ tokenId, name: 'first', status: 'live', daysLeft: 181 }])
    expect(JSON.stringify(listed.body)).not.toContain('rolecall_')
    const revoke = () => call('DELETE', '/admin/tokens/{id}', { params: { id: tokenId } })
    for (const outcome of ['revoked', 'unchanged']) {
      expect(await revoke()).toMatchObject({ status: 200, body: { tokenId, status: 'revoked', outcome } })
    }
    expect((await call('GET', tokens, okta)).body.tokens).toMatchObject([{ tokenId, status: 'revoked', daysLeft: 0 }])
  })

  test('are refused to integrations and ids that are not there', async () => {
    expect(await call('POST', tokens, { params: { name: 'NOBODY' }, body: {} })).toMatchObject({ status: 404 })
    expect(await call('GET', tokens, { params: { name: 'NOBODY' } })).toMatchObject({ status: 404 })
    const id = 'x'.repeat(22)
    expect(await call('DELETE', '/admin/tokens/{id}', { params: { id } })).toMatchObject(
      refusal(404, `There is no token with id "${id}" in account "default": list the integration's tokens`),
    )
  })

  test('are refused for what else the body asks', async () => {
    expect(await call('POST', tokens, { ...okta, body: { secret: 'mine' } })).toMatchObject(
      refusal(400, 'Cannot read the input: there is no setting "secret"', 'invalidValue'),
    )
  })
})

describe('/admin/users and /admin/roles', () => {
  test('show everybody in the account, whoever owns them, by id or by name', async () => {
    const okta = scimApi(db, principal({ role: 'OKTA_PROVISIONER' }))
    const other = scimApi(db, principal({ role: 'OTHER_ROLE' }))
    const ada = (await okta('POST', '/Users', newUser('Ada@Example.com'))).body
    const bob = (await other('POST', '/Users', newUser('bob@example.com'))).body
    const group = (await other('POST', '/Groups', newGroup('Night / Shift', { members: [{ value: bob.id }] }))).body

    const users = await call('GET', '/admin/users', { query: { sortBy: 'userName' } })
    expect(users).toMatchObject({
      status: 200,
      body: {
        totalResults: 2,
        Resources: [
          { id: ada.id, userName: 'Ada@Example.com', owner: 'OKTA_PROVISIONER' },
          { id: bob.id, userName: 'bob@example.com', owner: 'OTHER_ROLE', groups: [{ value: group.id }] },
        ],
      },
    })
    const filtered = await call('GET', '/admin/users', {
      query: { filter: 'userName eq "BOB@example.com"', count: '5' },
    })
    expect(filtered.body.Resources.map(({ id }: { id: string }) => id)).toEqual([bob.id])
    for (const id of [ada.id, 'ada@example.COM']) {
      const shown = await call('GET', '/admin/users/{id}', { params: { id } })
      expect(shown).toMatchObject({ status: 200, body: { id: ada.id, owner: 'OKTA_PROVISIONER' } })
    }
    for (const id of [group.id, 'night / shift']) {
      const shown = await call('GET', '/admin/roles/{id}', { params: { id } })
      expect(shown).toMatchObject({
        status: 200,
        body: { id: group.id, owner: 'OTHER_ROLE', members: [{ value: bob.id }] },
      })
    }
    const query = { excludedAttributes: 'members' }
    const roles = await call('GET', '/admin/roles', { query })
    expect(roles.body.Resources).toEqual([expect.not.objectContaining({ members: expect.anything() })])
    await create({ name: 'X', clientKind: 'OKTA' }, { account: 'bare' })
    expect(await call('GET', '/admin/users', { query: { account: 'bare' } })).toMatchObject({
      body: { totalResults: 0 },
    })
  })

  test('page one after the other, by index', async () => {
    const query = { account: 'paged' }
    const api = scimApi(db, principal({ account: 'paged' }))
    for (const name of ['one', 'two', 'three']) await api('POST', '/Users', newUser(name))
    const page = async (startIndex: string) => {
      const { body } = await call('GET', '/admin/users', { query: { ...query, startIndex, count: '2' } })
      return [body.totalResults, body.Resources.map(({ userName }: { userName: string }) => userName)]
    }
    expect(await page('1')).toEqual([3, ['one', 'two']])
    expect(await page('3')).toEqual([3, ['three']])
    expect(await page('4')).toEqual([3, []])
  })

  test('answer 404 for nobody, and 400 for a filter that cannot be read', async () => {
    expect(await call('GET', '/admin/users/{id}', { params: { id: 'nobody' } })).toMatchObject(
      refusal(404, 'There is no user with id or name "nobody" in account "default"'),
    )
    expect(
      await call('GET', '/admin/roles/{id}', { params: { id: '019a0000-0000-7000-8000-000000000000' } }),
    ).toMatchObject({ status: 404 })
    expect(await call('GET', '/admin/users', { query: { filter: 'userName' } })).toMatchObject({
      status: 400,
      body: { scimType: 'invalidFilter' },
    })
  })
})

describe('every admin request', () => {
  test('is one event with the IAM principal, refusals and reads included (R2, R3)', async () => {
    const query = { account: 'audited' }
    await create({ name: 'A', clientKind: 'OKTA' }, query)
    await create({ name: 'A', clientKind: 'OKTA' }, query)
    await call('GET', '/admin/integrations/{name}', { params: { name: 'A' }, query })
    await call('DELETE', '/admin/integrations/{name}', { params: { name: 'A' }, query })
    const events = await scanEvents(db, 'audited')
    expect(
      events.map((event) => [
        event.method,
        event.endpoint,
        event.status,
        event.actorName,
        event.actorDomain,
        event.resourceName,
      ]),
    ).toEqual([
      ['POST', 'admin/integrations', 201, ADMIN_ARN, 'IAM', 'A'],
      ['POST', 'admin/integrations', 409, ADMIN_ARN, 'IAM', 'A'],
      ['GET', 'admin/integrations/A', 200, ADMIN_ARN, 'IAM', 'A'],
      ['DELETE', 'admin/integrations/A', 200, ADMIN_ARN, 'IAM', 'A'],
    ])
  })
})
