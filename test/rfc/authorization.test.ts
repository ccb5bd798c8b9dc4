import { beforeAll, describe, expect, test } from 'vitest'
import { sixMonthsAfter } from '../../shared/auth/six-months.ts'
import { newToken } from '../../shared/auth/token.ts'
import { ADMIN_ROUTES, SCIM_METHODS, scimRoutes } from '../../shared/http/routes.ts'
import { changeIntegration } from '../../shared/resources/change-integration.ts'
import type { IntegrationInput } from '../../shared/resources/integration-input.ts'
import { createIntegration } from '../../shared/resources/integrations.ts'
import { issueToken, revokeToken } from '../../shared/resources/tokens.ts'
import { RESOURCE_TYPES } from '../../shared/scim/resource-types.ts'
import { adminContext } from '../factories/admin.ts'
import { scanAll } from '../factories/scan.ts'
import { newGroup, newUser, patchOf } from '../factories/scim-api.ts'
import { withSystem } from '../factories/system.ts'
import { type Body, client, type Headers, type Request } from './client.ts'
import { expectRefused } from './refusal.ts'

const system = withSystem()
const { request: generic } = client(system)
const { request: okta } = client(system, 'OKTA_PROVISIONING')
let user: Body
let group: Body
beforeAll(async () => {
  user = (await generic('POST', '/Users', newUser('owned'))).body
  const members = [{ value: user.id }]
  group = (await generic('POST', '/Groups', newGroup('Owned', { members }))).body
  user = (await generic('GET', `/Users/${user.id}`)).body
})

const bearer = (token: string): Headers => ({ authorization: `Bearer ${token}` })
const NO_TOKEN =
  'The bearer token is missing, malformed, unknown, expired or revoked: send Authorization: Bearer <token>'
const monthsAgo = (months: number) => new Date(Date.now() - months * 31 * 86_400_000)

async function newIntegration(input: IntegrationInput): Promise<Request> {
  await createIntegration(adminContext(system.db), input)
  const { token } = await issueToken(adminContext(system.db), { integration: input.name })
  return (method, path, body, headers) => generic(method, path, body, { ...bearer(token), ...headers })
}

describe('credentials that are no good', () => {
  const good = () => system.tokens.GENERIC_PROVISIONING
  test.each<[string, () => Headers | Promise<Headers>]>([
    ['none', () => ({ authorization: undefined })],
    ['an empty header', () => ({ authorization: '' })],
    ['a scheme alone', () => ({ authorization: 'Bearer' })],
    ['the token without its scheme', () => ({ authorization: good() })],
    ['another scheme', () => ({ authorization: `Basic ${btoa(`rolecall:${good()}`)}` })],
    ['a truncated token', () => bearer(good().slice(0, -1))],
    ['a longer token', () => bearer(`${good()}0`)],
    ['a token in other letter case', () => bearer(good().toUpperCase())],
    ['a token nobody issued', () => bearer(newToken().token)],
    ['words', () => bearer('let me in')],
    ['two of them', () => ({ authorization: [`Bearer ${good()}`, `Bearer ${good()}`] })],
    ['a very long one', () => bearer('x'.repeat(4000))],
    [
      'an expired token',
      async () => {
        const context = adminContext(system.db, { now: monthsAgo(7) })
        return bearer((await issueToken(context, { integration: 'GENERIC_PROVISIONING' })).token)
      },
    ],
    [
      'a revoked token',
      async () => {
        const issued = await issueToken(adminContext(system.db), { integration: 'GENERIC_PROVISIONING' })
        await revokeToken(adminContext(system.db), issued.tokenId)
        return bearer(issued.token)
      },
    ],
  ])('AUT-1 %s: 401 with a SCIM error and WWW-Authenticate', async (_name, headers) => {
    const answer = await generic('GET', `/Users/${user.id}`, undefined, await headers())
    expectRefused(answer, 401, undefined, NO_TOKEN)
    expect(answer.headers['www-authenticate']).toBe('Bearer')
  })

  test('AUT-2 AUT-3 every method of every endpoint is 401, also of what does not exist, and nothing is changed', async () => {
    const paths = scimRoutes(RESOURCE_TYPES).flatMap(({ path }) => {
      const id = path.startsWith('/Groups') ? group.id : path.startsWith('/Users') ? user.id : 'User'
      return [path.replace('{id}', id)]
    })
    const unknown = ['/Users/nobody', '/Groups/nobody', '/Devices', '/Devices/1', '/Bulk/1', '/nowhere/at/all']
    const strange = bearer(newToken().token)
    for (const path of [...paths, ...unknown]) {
      for (const method of SCIM_METHODS) {
        const body = method === 'GET' || method === 'DELETE' ? undefined : { ...newUser('intruder'), active: false }
        expectRefused(await generic(method, path, body, strange), 401, undefined, NO_TOKEN)
      }
    }
    expect((await generic('GET', `/Users/${user.id}`)).body).toEqual(user)
    expect((await generic('GET', `/Groups/${group.id}`)).body).toEqual(group)
    expect((await generic('GET', '/Users')).body.totalResults).toBe(1)
  })

  test('AUT-2 Bulk and .search without credentials are refused below an endpoint id as well', async () => {
    const none = { authorization: undefined }
    for (const path of ['/Bulk', '/.search', '/some-endpoint-id/Bulk', '/some-endpoint-id/Users/.search']) {
      expectRefused(await generic('POST', path, {}, none), 401, undefined, NO_TOKEN)
    }
  })

  test('AUT-3 the token is neither told back nor kept', async () => {
    const refused = `${system.tokens.GENERIC_PROVISIONING}x`
    const answers = [
      await generic('GET', '/Users', undefined, bearer(refused)),
      await generic('GET', '/Users'),
      await generic('GET', '/nowhere'),
    ]
    const secret = system.tokens.GENERIC_PROVISIONING.split('_')[2] as string
    expect(JSON.stringify(answers)).not.toContain(secret)
    expect(JSON.stringify(await scanAll(system.db))).not.toContain(secret)
  })

  test.each(['bearer', 'BEARER', 'bEaReR'])('AUT-3 the scheme may be written "%s" (RFC 7235 §2.1)', async (scheme) => {
    const authorization = `${scheme} ${system.tokens.GENERIC_PROVISIONING}`
    expect((await generic('GET', '/Users', undefined, { authorization })).status).toBe(200)
  })
})

describe('what a token may do', () => {
  test('AUT-4 a token works for six calendar months', async () => {
    const now = new Date()
    const { expiresAt } = await issueToken(adminContext(system.db, { now }), { integration: 'OKTA_PROVISIONING' })
    expect(expiresAt).toBe(sixMonthsAfter(now).toISOString())
  })

  test('AUT-4 a disabled integration is 403, and works again when it is enabled', async () => {
    const call = await newIntegration({ name: 'ON_AND_OFF', clientKind: 'GENERIC' })
    const enable = async (enabled: boolean) => {
      await changeIntegration(adminContext(system.db), 'ON_AND_OFF', { enabled })
      system.flushAuthorizerCache()
      return call('GET', '/Users')
    }
    const reasons =
      'the integration is disabled, its network policy or your permissions forbid it, or there is no such method in SCIM'
    expectRefused(await enable(false), 403, undefined, `Access denied: ${reasons}`)
    expect((await enable(true)).status).toBe(200)
  })

  test('AUT-4 creating without the privilege is 403, and nothing is created', async () => {
    const call = await newIntegration({
      name: 'READER',
      clientKind: 'GENERIC',
      role: 'READER',
      defaultPrivileges: false,
    })
    const detail = (type: string, privilege: string) =>
      `Cannot create a ${type}: role "READER" lacks the privilege ${privilege}`
    expectRefused(await call('POST', '/Users', newUser('unwanted')), 403, undefined, detail('User', 'createUser'))
    expectRefused(await call('POST', '/Groups', newGroup('Unwanted')), 403, undefined, detail('Group', 'createRole'))
    expect((await generic('POST', '/Users', newUser('unwanted'))).status).toBe(201)
  })

  test('AUT-5 what another role owns is not there: 404, absent from lists, filters and searches', async () => {
    const other = { userName: 'stolen', schemas: user.schemas }
    for (const [path, detail] of [
      [`/Users/${user.id}`, `There is no User with id "${user.id}"`],
      [`/Groups/${group.id}`, `There is no Group with id "${group.id}"`],
    ] as const) {
      const body = path.startsWith('/Users') ? other : newGroup('Stolen')
      expectRefused(await okta('GET', path), 404, undefined, detail)
      expectRefused(await okta('PUT', path, body), 404, undefined, detail)
      const patch = patchOf({ op: 'replace', path: 'externalId', value: 'stolen' })
      expectRefused(await okta('PATCH', path, patch), 404, undefined, detail)
      expectRefused(await okta('DELETE', path), 404, undefined, detail)
    }
    for (const filter of ['userName eq "owned"', `id eq "${user.id}"`, 'userName sw "o"', 'active ne "true"']) {
      const { body } = await okta('GET', `/Users?filter=${encodeURIComponent(filter)}`)
      expect([filter, body.totalResults, body.Resources]).toEqual([filter, 0, []])
    }
    expect((await okta('GET', '/Groups')).body.totalResults).toBe(0)
    const search = { schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'] }
    expect((await okta('POST', '/.search', search)).body.totalResults).toBe(0)
    expect((await generic('GET', `/Groups/${group.id}`)).body).toEqual(group)
  })

  test("AUT-5 another role's user cannot be made a member, and its name is taken all the same", async () => {
    const members = [{ value: user.id }]
    const refused = await okta('POST', '/Groups', newGroup('Poachers', { members }))
    expect([refused.status, refused.body.scimType]).toEqual([400, 'invalidValue'])
    const taken = await okta('POST', '/Users', newUser('OWNED'))
    expect([taken.status, taken.body.scimType]).toEqual([409, 'uniqueness'])
    expect((await okta('GET', '/Groups')).body.totalResults).toBe(0)
  })

  test('AUT-5 with the privileges to monitor it sees what it may not change: 403 naming the owner', async () => {
    const call = await newIntegration({
      ...{ name: 'MONITOR', clientKind: 'GENERIC', role: 'MONITOR', monitorUsers: true, monitorRoles: true },
    })
    for (const [path, type, id] of [
      [`/Users/${user.id}`, 'User', user.id],
      [`/Groups/${group.id}`, 'Group', group.id],
    ]) {
      expect((await call('GET', path)).status).toBe(200)
      const owner = 'it belongs to role "GENERIC_SCIM_PROVISIONER", this token acts for "MONITOR"'
      expectRefused(await call('DELETE', path), 403, undefined, `Cannot change ${type} "${id}": ${owner}`)
    }
    expect((await generic('GET', `/Users/${user.id}`)).status).toBe(200)
  })

  test('AUT-4 a token opens no route of administrators, whatever it may do with users and groups', async () => {
    const call = { ...bearer(system.tokens.GENERIC_PROVISIONING), 'content-type': 'application/json' }
    const before = await scanAll(system.db)
    for (const { path, methods } of ADMIN_ROUTES) {
      for (const method of methods) {
        const url = system.adminUrl + path.replace('{name}', 'OKTA_PROVISIONING').replace('{id}', String(user.id))
        const body = method === 'GET' || method === 'DELETE' ? undefined : '{"to":"ADMIN","users":["owned"]}'
        const answer = await fetch(url, { method, headers: call as Record<string, string>, ...(body && { body }) })
        expect([method, path, answer.status]).toEqual([method, path, 403])
      }
    }
    expect(await scanAll(system.db)).toEqual(before)
  })

  test('AUT-5 the endpoint id of another integration is 404', async () => {
    const { endpointId } = await createIntegration(adminContext(system.db), { name: 'ELSEWHERE', clientKind: 'OKTA' })
    const detail = 'There is no such endpoint for this token: use the base URL of its own integration'
    expectRefused(await generic('GET', `/${endpointId}/Users`), 404, undefined, detail)
  })
})
