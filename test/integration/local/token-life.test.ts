import { request } from 'node:http'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { AUTHORIZER_CACHE_SECONDS } from '../../../shared/auth/authorizer-cache.ts'
import { signRequest } from '../../../shared/auth/sigv4.ts'
import { formatToken, newToken } from '../../../shared/auth/token.ts'
import { ADMIN_ROUTES, SCIM_METHODS, scimRoutes } from '../../../shared/http/routes.ts'
import { changeIntegration } from '../../../shared/resources/change-integration.ts'
import { createIntegration } from '../../../shared/resources/integrations.ts'
import { issueToken, revokeToken, revokeTokens } from '../../../shared/resources/tokens.ts'
import { RESOURCE_TYPES } from '../../../shared/scim/resource-types.ts'
import { revokedKey } from '../../../shared/store/keys.ts'
import { getClosed, KNOWN_MS } from '../../../shared/store/revoked.ts'
import { adminContext } from '../../factories/admin.ts'
import { fence } from '../../factories/fence.ts'
import { scanAll } from '../../factories/scan.ts'
import { newGroup, newUser } from '../../factories/scim-api.ts'
import { withSystem } from '../../factories/system.ts'

const START = Date.parse('2026-08-31T10:00:00.000Z')
const EXPIRY = Date.parse('2027-02-28T10:00:00.000Z')
const CACHED_MS = AUTHORIZER_CACHE_SECONDS * 1000
const SEARCH = { schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'], filter: 'userName pr' }
const UNAUTHORIZED = {
  schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
  status: '401',
  detail: 'The bearer token is missing, malformed, unknown, expired or revoked: send Authorization: Bearer <token>',
}
let sourceIp = '127.0.0.1'
let count = 0

beforeAll(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: START })
})
afterAll(() => {
  vi.useRealTimers()
})
const system = withSystem({ now: () => Date.now(), sourceIp: () => sourceIp })

const admin = (account = 'default') => adminContext(system.db, { account, now: new Date() })

/** A fresh integration with one token. */
async function enter(account = 'default') {
  const name = `LIFE_${count++}`
  const { endpointId } = await createIntegration(admin(account), { name, clientKind: 'GENERIC', role: name })
  return { endpointId, ...(await issueToken(admin(account), { integration: name })) }
}

async function call(token: string | undefined, path = '/Users?count=0', init: RequestInit = {}) {
  const headers = { ...(token && { authorization: `Bearer ${token}` }), 'content-type': 'application/scim+json' }
  const response = await fetch(`${system.baseUrl}${path}`, { ...init, headers: { ...headers, ...init.headers } })
  const text = await response.text()
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text), headers: response.headers }
}

const statusOf = async (token: string) => (await call(token)).status
const post = (body: object): RequestInit => ({ method: 'POST', body: JSON.stringify(body) })

beforeEach(() => {
  vi.setSystemTime(START)
  system.flushAuthorizerCache()
})
afterEach(() => {
  sourceIp = '127.0.0.1'
})

describe('a token', () => {
  test('works until the millisecond before it expires, a cached answer notwithstanding (AUT-1, AUT-4, S4, F16)', async () => {
    const { token } = await enter()
    vi.setSystemTime(EXPIRY - 1000)
    expect(await statusOf(token)).toBe(200)
    vi.setSystemTime(EXPIRY - 1)
    expect(await statusOf(token)).toBe(200)
    vi.setSystemTime(EXPIRY)
    const cached = await call(token)
    expect(cached).toMatchObject({ status: 401, body: { status: '401', detail: expect.stringContaining('expired') } })
    vi.setSystemTime(EXPIRY + 1)
    system.flushAuthorizerCache()
    expect(await call(token)).toMatchObject({ status: 401, body: UNAUTHORIZED })
  })

  test('is refused two seconds after its revocation, though the gateway still lets it in (S4, F17)', async () => {
    const [revoked, other] = [await enter(), await enter()]
    expect([await statusOf(revoked.token), await statusOf(other.token)]).toEqual([200, 200])
    await revokeToken(admin(), revoked.tokenId)
    vi.setSystemTime(START + KNOWN_MS - 1)
    expect(await statusOf(revoked.token)).toBe(200)
    for (const ms of [KNOWN_MS, CACHED_MS - 1]) {
      vi.setSystemTime(START + ms)
      const detail = 'The token was revoked: use another one'
      expect(await call(revoked.token)).toMatchObject({ status: 401, body: { status: '401', detail } })
      expect(await statusOf(other.token)).toBe(200)
    }
    vi.setSystemTime(START + CACHED_MS)
    expect(await call(revoked.token)).toMatchObject({ status: 401, body: UNAUTHORIZED })
  })

  test('that was revoked reads nothing and changes nothing, after a read or without one (S4)', async () => {
    const { token, tokenId } = await enter()
    const { body: made } = await call(token, '/Users', post(newUser('revoked-owner')))
    expect((await call(token, `/Users/${made.id}`)).status).toBe(200)
    const { body: group } = await call(token, '/Groups', post(newGroup('revoked-group')))
    await revokeToken(admin(), tokenId)
    vi.setSystemTime(START + KNOWN_MS)
    const patch = { ...bodyFor('PATCH') }
    const tried = [
      ...['/Users', `/Users/${made.id}`, '/Groups', `/Groups/${group.id}`].map((path) => call(token, path)),
      call(token, `/Users/${made.id}`, { method: 'PATCH', body: JSON.stringify(patch) }),
      call(token, `/Users/${made.id}`, { method: 'DELETE' }),
      call(token, `/Groups/${group.id}`, { method: 'DELETE' }),
      call(token, '/.search', post(SEARCH)),
    ]
    const answers = await Promise.all(tried)
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 401))
    expect(JSON.stringify(answers.map(({ body }) => body))).not.toContain('revoked-owner')
    const stored = (await scanAll(system.db)).filter(({ sk }) => sk === made.id || sk === group.id)
    expect(stored.filter(({ version }) => version === 1)).toHaveLength(2)
  })

  test('is refused two seconds after all of its integration are revoked, or the older ones rejected (S4)', async () => {
    const [all, old] = [await enter(), await enter()]
    expect([await statusOf(all.token), await statusOf(old.token)]).toEqual([200, 200])
    await revokeTokens(admin(), all.integration)
    const rejectTokensIssuedBefore = new Date(START + 1).toISOString()
    await changeIntegration(admin(), old.integration, { rejectTokensIssuedBefore })
    vi.setSystemTime(START + KNOWN_MS)
    expect(await statusOf(all.token)).toBe(401)
    const detail = 'The token is older than what its integration accepts: use a newer one'
    expect(await call(old.token)).toMatchObject({ status: 401, body: { detail } })
    await changeIntegration(admin(), old.integration, { rejectTokensIssuedBefore: null })
    vi.setSystemTime(START + 2 * KNOWN_MS)
    expect(await statusOf(old.token)).toBe(200)
  })

  test('of a disabled integration is 403 after two seconds, and works again once it is enabled (AUT-4, F17)', async () => {
    const { token, integration } = await enter()
    expect(await statusOf(token)).toBe(200)
    await changeIntegration(admin(), integration, { enabled: false })
    vi.setSystemTime(START + KNOWN_MS)
    const detail = 'The integration is disabled: ask its administrator'
    expect(await call(token)).toMatchObject({ status: 403, body: { status: '403', detail } })
    await changeIntegration(admin(), integration, { enabled: true })
    vi.setSystemTime(START + 2 * KNOWN_MS)
    expect(await statusOf(token)).toBe(200)
    await changeIntegration(admin(), integration, { enabled: false })
    vi.setSystemTime(START + CACHED_MS)
    expect(await call(token)).toMatchObject({ status: 403, body: { status: '403', detail: expect.any(String) } })
  })

  test('stays on the list for longer than the gateway keeps answers, and goes from it by itself', async () => {
    const { tokenId } = await enter('listed')
    await revokeToken(admin('listed'), tokenId)
    const listedAt = async (ms: number) => [...(await getClosed(system.db, 'listed', START + ms))]
    expect(await listedAt(CACHED_MS)).toEqual([[tokenId, { reason: 'revoked' }]])
    expect(await listedAt(CACHED_MS + 30_000 - 1)).toEqual([[tokenId, { reason: 'revoked' }]])
    expect(await listedAt(CACHED_MS + 30_000)).toEqual([])
    const item = (await scanAll(system.db)).find(({ pk }) => pk === revokedKey('listed'))
    expect(item?.ttl).toBe((START + CACHED_MS + 30_000) / 1000)
  })

  test('is refused from another address though the answer for the first is cached (S5, F17)', async () => {
    const { token, integration } = await enter()
    await fence(admin, integration, { allowed: ['192.0.2.0/24'] })
    sourceIp = '192.0.2.1'
    expect(await statusOf(token)).toBe(200)
    sourceIp = '198.51.100.1'
    expect(await statusOf(token)).toBe(403)
    const spoofed = { headers: { 'x-forwarded-for': '192.0.2.1', 'x-real-ip': '192.0.2.1' } }
    expect((await call(token, '/Users', spoofed)).status).toBe(403)
    sourceIp = '192.0.2.1'
    expect(await statusOf(token)).toBe(200)
  })

  test("opens its own integration's base URL, and is 404 on another's (S7)", async () => {
    const [own, other] = [await enter(), await enter()]
    expect((await call(own.token, `/${own.endpointId}/Users`)).status).toBe(200)
    expect((await call(own.token, `/${other.endpointId}/Users`)).status).toBe(404)
    expect((await call(own.token, `/${own.endpointId.toUpperCase()}/Users`)).status).toBe(404)
  })

  test('sees and touches nothing of another account or role, and no name of another account is taken (AUT-5, I3)', async () => {
    const [ours, role, theirs] = [await enter(), await enter(), await enter('another')]
    const made = await call(ours.token, '/Users', post(newUser('shared-name')))
    expect(made.status).toBe(201)
    for (const { token } of [role, theirs]) {
      for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
        const body = method === 'GET' || method === 'DELETE' ? {} : { body: JSON.stringify(bodyFor(method)) }
        const answer = await call(token, `/Users/${made.body.id}`, { method, ...body })
        expect({ method, status: answer.status }).toEqual({ method, status: 404 })
      }
      expect((await call(token, '/Users')).body.totalResults).toBe(0)
    }
    expect((await call(role.token, '/Users', post(newUser('Shared-Name')))).status).toBe(409)
    expect((await call(theirs.token, '/Users', post(newUser('Shared-Name')))).status).toBe(201)
  })
})

const bodyFor = (method: string) =>
  method === 'PUT'
    ? newUser('taken-over')
    : {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
        Operations: [{ op: 'replace', path: 'userName', value: 'taken-over' }],
      }

describe('without a good token', () => {
  test('every method of every endpoint is 401 with a SCIM body, and nothing is changed (AUT-1, AUT-2, AUT-3)', async () => {
    const before = (await scanAll(system.db)).filter(({ pk }) => !String(pk).includes('#EVENT#')).length
    const forged = formatToken({ tokenId: newToken().tokenId, secret: 'x'.repeat(43) })
    const paths = [...scimRoutes(RESOURCE_TYPES).map(({ path }) => path.replace('{id}', 'x')), '/Nothing', '/a/b/c']
    for (const path of paths) {
      for (const method of SCIM_METHODS) {
        const init = method === 'GET' ? { method } : { method, body: '{"broken' }
        const [none, unknown] = [await call(undefined, path, init), await call(forged, path, init)]
        const expected = { method, path, status: 401, body: UNAUTHORIZED, scheme: 'Bearer' }
        for (const { status, body, headers } of [none, unknown]) {
          expect({ method, path, status, body, scheme: headers.get('www-authenticate') }).toEqual(expected)
        }
      }
    }
    const after = (await scanAll(system.db)).filter(({ pk }) => !String(pk).includes('#EVENT#')).length
    expect(after).toBe(before)
  })

  test('two Authorization headers are 401, even when both hold the same good token (S8)', async () => {
    const { token } = await enter()
    const header = `Bearer ${token}`
    const status = await new Promise((resolve, reject) => {
      const headers = ['Host', new URL(system.baseUrl).host, 'Authorization', header, 'Authorization', header]
      const sent = request(`${system.baseUrl}/Users`, { headers: headers as never }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
      sent.on('error', reject).end()
    })
    expect(status).toBe(401)
  })

  test('no bearer token opens an admin route, and no signature a SCIM route (S9)', async () => {
    const { token } = await enter()
    for (const { path } of ADMIN_ROUTES) {
      const url = `${system.adminUrl}${path.replace(/\{\w+\}/, 'x')}`
      const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } })
      expect({ path, status: response.status }).toEqual({ path, status: 403 })
    }
    const { region, ...credentials } = system.credentials
    const url = `${system.baseUrl}/Users`
    const headers = await signRequest({ method: 'GET', url, service: 'execute-api', region, credentials })
    expect((await fetch(url, { headers })).status).toBe(401)
  })
})
