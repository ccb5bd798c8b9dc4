import type { IncomingMessage } from 'node:http'
import { beforeAll, describe, expect, test } from 'vitest'
import { formatToken, newToken, parseToken } from '../../../shared/auth/token.ts'
import { createIntegration, ensureAccount } from '../../../shared/resources/integrations.ts'
import { issueToken, revokeToken } from '../../../shared/resources/tokens.ts'
import { adminContext } from '../../factories/admin.ts'
import { fence } from '../../factories/fence.ts'
import { newGroup, newUser, patchOf } from '../../factories/scim-api.ts'
import { withSystem } from '../../factories/system.ts'
import { type Answer, type Body, client, type Request } from '../client.ts'
import { givenGroup, givenUser, patch, pathOf, readAgain, refusalOf, unique } from '../objects.ts'
import { allRefused } from './unharmed.ts'

const NO_TOKEN =
  'The bearer token is missing, malformed, unknown, expired or revoked: send Authorization: Bearer <token>'
const DENIED =
  'Access denied: the integration is disabled, its network policy or your permissions forbid it, or there is no such method in SCIM'

// Where a request comes from is what the connection says; here a header of the tests stands for the connection.
const sourceIp = ({ headers }: IncomingMessage) => String(headers['x-test-address'] ?? '192.0.2.1')
const system = withSystem({ sourceIp })
const { request } = client(system)

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

/** A client with a token of its own. */
async function newClient(
  name: string,
  account = 'default',
): Promise<{ call: Request; token: string; tokenId: string }> {
  await createIntegration(adminContext(system.db, { account }), { name, clientKind: 'GENERIC' })
  const { token, tokenId } = await issueToken(adminContext(system.db, { account }), { integration: name })
  const call: Request = (method, path, body, headers) => request(method, path, body, { ...bearer(token), ...headers })
  return { call, token, tokenId }
}

describe('tokens that were not issued', () => {
  const good = () => system.tokens.GENERIC_PROVISIONING
  const parts = (token: string) => parseToken(token) ?? { tokenId: '', secret: '' }

  test('S1 a token with one letter changed anywhere, or cut, is refused like any other', async () => {
    const token = good()
    const changed = [...token].map(
      (letter, at) => token.slice(0, at) + (letter === 'x' ? 'y' : 'x') + token.slice(at + 1),
    )
    const some = changed.filter((_, at) => at % 4 === 0)
    const cut = [1, 9, 31, 33, 75].map((length) => token.slice(0, length))
    const sends = [...some, ...cut].map((text) => () => request('GET', '/Users', undefined, bearer(text)))
    const refusals = await allRefused(system, sends)
    expect(refusals).toEqual(refusals.map(() => [401, undefined, NO_TOKEN]))
  })

  test.each<[string, () => string]>([
    [
      'the id of one token with the secret of another',
      () => formatToken({ ...parts(good()), secret: parts(system.tokens.OKTA_PROVISIONING).secret }),
    ],
    [
      'a known id with a secret of its own',
      () => formatToken({ ...parts(newToken().token), tokenId: parts(good()).tokenId }),
    ],
    ['a whole token nobody issued', () => newToken().token],
    ['two tokens', () => `${good()} ${good()}`],
    ['two tokens with a comma', () => `${good()}, Bearer ${good()}`],
    ['quotes', () => `"${good()}"`],
    ['a percent sign', () => good().replace('_', '%5f')],
    ['a JSON web token without signature', () => `${btoa('{"alg":"none"}')}.${btoa('{"role":"ACCOUNTADMIN"}')}.`],
    ['SQL', () => "' OR '1'='1"],
    ['an object of JavaScript', () => '__proto__'],
    ['letters beyond ASCII', () => good().replace('a', '\u00e0')],
  ])('S1 %s is refused like any other', async (_name, token) => {
    const [refusal] = await allRefused(system, [() => request('GET', '/Users', undefined, bearer(token()))])
    expect(refusal).toEqual([401, undefined, NO_TOKEN])
  })

  test('S8 of two Authorization headers neither counts', async () => {
    const [one, other] = [`Bearer ${good()}`, `Bearer ${newToken().token}`]
    for (const authorization of [
      [one, one],
      [one, other],
      [other, one],
    ]) {
      expect(refusalOf(await request('GET', '/Users', undefined, { authorization }))).toEqual([
        401,
        undefined,
        NO_TOKEN,
      ])
    }
  })
})

describe('tokens that the gateway remembers', () => {
  test('S5 an address that is not allowed is refused although another has just been let in, whatever headers say', async () => {
    const { call } = await newClient('FENCED')
    const lists = { allowed: ['198.51.100.0/24'], blocked: ['198.51.100.66'] }
    await fence(() => adminContext(system.db), 'FENCED', lists)
    system.flushAuthorizerCache()
    const from = async (address: string, headers = {}) =>
      (await call('GET', '/Users', undefined, { 'x-test-address': address, ...headers })).status
    expect(await from('198.51.100.7')).toBe(200)
    expect(await from('203.0.113.9')).toBe(403)
    expect(await from('198.51.100.66')).toBe(403)
    expect(await from('2001:db8::1')).toBe(403)
    const spoofs = { 'X-Forwarded-For': '198.51.100.7', 'X-Real-IP': '198.51.100.7', Forwarded: 'for=198.51.100.7' }
    expect(await from('203.0.113.9', spoofs)).toBe(403)
    expect(await from('198.51.100.7')).toBe(200)
    const answer = await call('POST', '/Users', newUser('fenced'), { 'x-test-address': '203.0.113.9' })
    expect(refusalOf(answer)).toEqual([403, undefined, DENIED])
  })

  test('S5 the answer for one token does not serve another from the same address', async () => {
    const { call, tokenId } = await newClient('REVOKED_SOON')
    expect((await call('GET', '/Users')).status).toBe(200)
    await revokeToken(adminContext(system.db), tokenId)
    system.flushAuthorizerCache()
    expect((await request('GET', '/Users')).status).toBe(200)
    expect(refusalOf(await call('GET', '/Users'))).toEqual([401, undefined, NO_TOKEN])
  })
})

describe('another account', () => {
  let stranger: Request
  let user: Body
  let group: Body
  beforeAll(async () => {
    await ensureAccount(system.db, 'other', new Date())
    stranger = (await newClient('STRANGER', 'other')).call
    user = await givenUser(request, { externalId: unique('ext'), emails: [{ value: `${unique('mail')}@example.com` }] })
    group = await givenGroup(request, [user.id])
  })

  test('I3 sees nothing by id, and changes nothing', async () => {
    const calls: [Body, string, object][] = [
      [user, 'User', newUser(user.userName)],
      [group, 'Group', newGroup(group.displayName)],
    ]
    for (const [object, type, body] of calls) {
      const path = pathOf(object.meta.location)
      const refusals = await allRefused(system, [
        () => stranger('GET', path),
        () => stranger('PUT', path, body),
        () => stranger('PATCH', path, patchOf({ op: 'replace', path: 'externalId', value: 'stolen' })),
        () => stranger('DELETE', path),
      ])
      expect(refusals).toEqual(refusals.map(() => [404, undefined, `There is no ${type} with id "${object.id}"`]))
    }
    expect(await readAgain(request, group)).toEqual(group)
  })

  test('I3 sees nothing in lists, filters and searches, not even a count', async () => {
    const filters = [
      `id eq "${user.id}"`,
      `userName eq "${user.userName}"`,
      `externalId eq "${user.externalId}"`,
      `emails.value eq "${user.emails[0].value}"`,
      `groups.value eq "${group.id}"`,
      'userName sw "u"',
      'meta.created pr',
    ]
    for (const filter of filters) {
      const { body } = await stranger('GET', `/Users?filter=${encodeURIComponent(filter)}`)
      expect([filter, body.totalResults, body.Resources]).toEqual([filter, 0, []])
    }
    for (const path of ['/Users', '/Groups', '/Users?startIndex=2', '/Users?cursor=', '/Users?sortBy=userName']) {
      expect([path, (await stranger('GET', path)).body.totalResults]).toEqual([path, 0])
    }
    const search = { schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'] }
    expect((await stranger('POST', '/.search', search)).body.totalResults).toBe(0)
  })

  test('I3 names are taken account by account, and members are looked for in one only', async () => {
    const twin = await stranger('POST', '/Users', newUser(user.userName, { externalId: user.externalId }))
    expect(twin.status).toBe(201)
    expect((await stranger('POST', '/Groups', newGroup(group.displayName))).status).toBe(201)
    const own = (await stranger('POST', '/Groups', newGroup(unique('own')))).body
    const [refusal] = await allRefused(system, [
      () => patch(stranger, own, { op: 'add', path: 'members', value: [{ value: user.id }] }),
    ])
    expect(refusal?.slice(0, 2)).toEqual([400, 'invalidValue'])
    expect((await readAgain(request, user)).groups.map(({ value }: Body) => value)).toEqual([group.id])
    await stranger('DELETE', pathOf(twin.body.meta.location))
  })

  test('I3 CUR-2 a cursor works for the account, role and query it was made for, and for no other', async () => {
    await givenUser(request)
    const { nextCursor } = (await request('GET', '/Users?cursor=&count=1')).body
    const okta = client(system, 'OKTA_PROVISIONING').request
    const elsewhere: (() => Promise<Answer>)[] = [
      () => stranger('GET', `/Users?cursor=${nextCursor}&count=1`),
      () => okta('GET', `/Users?cursor=${nextCursor}&count=1`),
      () => request('GET', `/Groups?cursor=${nextCursor}&count=1`),
      () => request('GET', `/Users?cursor=${nextCursor}&count=1&filter=${encodeURIComponent('active eq true')}`),
    ]
    const refusals = await allRefused(system, elsewhere)
    const detail = 'The cursor is not one of this query: start again with an empty cursor'
    expect(refusals).toEqual(refusals.map(() => [400, 'invalidCursor', detail]))
    expect((await request('GET', `/Users?cursor=${nextCursor}&count=1`)).status).toBe(200)
  })

  test('I3 a 409 says the same of names that are seen and names that are not', async () => {
    const detailOf = async (caller: Request) => {
      const answer = await caller('POST', '/Users', newUser(user.userName))
      return refusalOf(answer)
    }
    expect(await detailOf(client(system, 'OKTA_PROVISIONING').request)).toEqual(await detailOf(request))
  })
})
