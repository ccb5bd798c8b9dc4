import { once } from 'node:events'
import { connect } from 'node:net'
import { beforeAll, describe, expect, test } from 'vitest'
import { newUser, patchOf } from '../../factories/scim-api.ts'
import { withSystem } from '../../factories/system.ts'
import { type Body, client, type Headers } from '../client.ts'
import { givenUser, pathOf, type Refusal, refusalOf, unique } from '../objects.ts'
import { allRefused, refused } from './unharmed.ts'

const NO_TOKEN =
  'The bearer token is missing, malformed, unknown, expired or revoked: send Authorization: Bearer <token>'
const UNKNOWN = /^There is no endpoint "scim\/v2\/.+": use \/Users, \/Groups or another of SCIM's, in these letters$/
const SLASH = /^There is no endpoint "scim\/v2\/Users\/\/.+"[^"]*; write the base URL without a slash at its end$/

const system = withSystem()
const { request } = client(system)
let user: Body
beforeAll(async () => {
  user = await givenUser(request)
})

const bare: Headers = { authorization: undefined }

describe('path tricks', () => {
  const nobody = (id: string) => `There is no User with id ${id}`
  test.each<[path: string, detail: string | RegExp]>([
    ['/users/{id}', UNKNOWN],
    ['/USERS', UNKNOWN],
    ['/%55sers/{id}', UNKNOWN],
    ['/Users%2f{id}', UNKNOWN],
    ['/Users%2F..%2FGroups', UNKNOWN],
    ['/Users/../Users/{id}', UNKNOWN],
    ['/./Users', UNKNOWN],
    ['/Users//{id}', SLASH],
    ['/Users;a=b', UNKNOWN],
    ['/Users/{id}/..', UNKNOWN],
    ['/Users/{id}/groups', UNKNOWN],
    ['/..%2f..%2fevents', UNKNOWN],
    ['/../../events', UNKNOWN],
    ['/../../admin/users', UNKNOWN],
    ['/%2e%2e/%2e%2e/admin/users', UNKNOWN],
    ['/Users\\{id}', UNKNOWN],
    ['/Users/{id}.json', nobody('"{id}.json"')],
    ['/Users/%00', nobody('"\\u0000"')],
    ['/Users/{id}%0d%0aX:y', nobody('"{id}\\r\\nX:y"')],
    ['/Users/{id}%20', nobody('"{id} "')],
    ['/Users/{id}%23', nobody('"{id}#"')],
    ['/Users/..', nobody('".."')],
    ['/Users/.Search', nobody('".Search"')],
  ])('S7 %s names nothing: 401 without a token, 404 with one', async (trick, detail) => {
    const path = trick.replace('{id}', user.id)
    const rename = patchOf({ op: 'replace', path: 'title', value: 'tricked' })
    const [get, remove, change, ...without] = await allRefused(system, [
      () => request('GET', path),
      () => request('DELETE', path),
      () => request('PATCH', path, rename),
      () => request('GET', path, undefined, bare),
      () => request('DELETE', path, undefined, bare),
      () => request('PATCH', path, rename, bare),
    ])
    const expected = typeof detail === 'string' ? detail.replace('{id}', user.id) : expect.stringMatching(detail)
    const refusal: Refusal = [404, undefined, expected as string]
    expect([get, remove, change]).toEqual([refusal, refusal, refusal])
    expect(without).toEqual(without.map(() => [401, undefined, NO_TOKEN]))
  })

  test('S7 the letters of an id count: another case is another id', async () => {
    const id = user.id.toUpperCase()
    const refusal = await refused(system, () => request('GET', `/Users/${id}`))
    expect(refusal).toEqual([404, undefined, `There is no User with id "${id}"`])
  })

  test.each(['/Users/%', '/Users/%ff', '/Users/%zz', '/Users/%c0%ae', '/Users?filter=%', '/Users?filter=%ff'])(
    'S7 I2 %s cannot be decoded: 401 without a token, else 400, both as SCIM errors',
    async (path) => {
      const refusals = await allRefused(system, [
        () => request('GET', path, undefined, bare),
        () => request('GET', path),
      ])
      expect(refusals).toEqual([
        [401, undefined, NO_TOKEN],
        [400, undefined, 'Cannot read the query string or the headers'],
      ])
    },
  )

  test('S7 outside the SCIM base a bearer token opens nothing', async () => {
    const paths = ['/events', '/admin/users', '/admin/integrations', '/admin/tokens/x', '/', '/scim', '/scim/v1/Users']
    const headers = { Authorization: `Bearer ${system.tokens.GENERIC_PROVISIONING}` }
    for (const path of paths) {
      const answer = await fetch(system.adminUrl + path, { headers })
      const body = (await answer.json()) as Body
      expect([path, body.schemas, body.status]).toEqual([
        path,
        ['urn:ietf:params:scim:api:messages:2.0:Error'],
        String(answer.status),
      ])
      expect([path, [403, 404].includes(answer.status)]).toEqual([path, true])
    }
  })
})

describe('headers', () => {
  test('S8 a method in a header, and addresses and hosts in others, change nothing', async () => {
    const created = await request('POST', '/Users', newUser(unique('spoof')), {
      'X-HTTP-Method-Override': 'DELETE',
      'X-HTTP-Method': 'DELETE',
      'X-Method-Override': 'DELETE',
      'X-Forwarded-For': '10.0.0.1',
      'X-Forwarded-Host': 'evil.example',
      'X-Forwarded-Proto': 'gopher',
      'X-Original-URL': '/admin/users',
      'X-Rewrite-URL': '/admin/users',
      'X-Host': 'evil.example',
      Forwarded: 'for=10.0.0.1;host=evil.example',
      account: 'other',
      role: 'ACCOUNTADMIN',
      'x-amzn-authorizer': '{"role":"ACCOUNTADMIN"}',
      principalId: 'somebody',
    })
    expect(created.status).toBe(201)
    const location = `${system.baseUrl}/Users/${created.body.id}`
    expect([created.body.meta.location, created.headers.location]).toEqual([location, location])
    expect((await request('GET', pathOf(location), undefined, { 'X-HTTP-Method-Override': 'DELETE' })).status).toBe(200)
    const okta = await client(system, 'OKTA_PROVISIONING').request('GET', pathOf(location), undefined, {
      role: 'GENERIC_SCIM_PROVISIONER',
    })
    expect(okta.status).toBe(404)
  })

  test('S8 another Host is refused', async () => {
    const refusal = await refused(system, () => request('GET', '/Users', undefined, { Host: 'evil.example' }))
    expect(refusal[0]).toBe(403)
    expect(refusal[2]).toMatch(
      /^The host name is refused: this system answers as 127\.0\.0\.1:\d+ and localhost:\d+ only$/,
    )
  })

  test.each<[string, Headers]>([
    ['a null byte as If-Match', { 'If-Match': '\u0001' }],
    ['a long If-Match', { 'If-Match': `"${'x'.repeat(5000)}"` }],
    ['many entity tags', { 'If-Match': '"x",'.repeat(1000) }],
  ])('D1 ETG-4 %s matches nothing', async (_name, headers) => {
    const path = pathOf(user.meta.location)
    const outcomes = await Promise.allSettled([request('DELETE', path, undefined, headers)])
    // Node's own client refuses to send some of them at all.
    for (const outcome of outcomes) if (outcome.status === 'fulfilled') expect(outcome.value.status).toBe(412)
    expect((await request('GET', path)).status).toBe(200)
  })

  test('D1 more than 10,240 bytes of URL and headers are refused, wherever they are', async () => {
    const refusals = await allRefused(system, [
      () => request('GET', `/Users?filter=${'x'.repeat(10_240)}`),
      () => request('GET', '/Users', undefined, { 'X-Long': 'x'.repeat(10_240) }),
      () => request('GET', '/Users', undefined, { authorization: `Bearer ${'x'.repeat(10_240)}` }),
      () =>
        request(
          'GET',
          '/Users',
          undefined,
          Object.fromEntries(Array.from({ length: 1200 }, (_, n) => [`x-${n}`, 'y'])),
        ),
    ])
    const detail = 'The request is too large: split it into several smaller requests'
    expect(refusals).toEqual(refusals.map(() => [413, undefined, detail]))
  })
})

describe('bytes that are no honest HTTP', () => {
  /** Sends bytes; answers the status line, once the other side has had its say. */
  async function raw(bytes: string): Promise<string> {
    const { hostname, port } = new URL(system.baseUrl)
    const socket = connect(Number(port), hostname)
    await once(socket, 'connect')
    socket.write(bytes)
    const chunks: Buffer[] = []
    for await (const chunk of socket) {
      chunks.push(chunk)
      break
    }
    socket.destroy()
    return Buffer.concat(chunks).toString('latin1')
  }

  const host = () => `Host: ${new URL(system.baseUrl).host}`
  test.each<[string, () => string]>([
    ['no HTTP', () => 'hello\r\n\r\n'],
    [
      'a request smuggled behind two lengths',
      () =>
        `POST /scim/v2/Users HTTP/1.1\r\n${host()}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /admin/users HTTP/1.1\r\n\r\n`,
    ],
    [
      'two lengths',
      () => `POST /scim/v2/Users HTTP/1.1\r\n${host()}\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n12345`,
    ],
    ['a broken header', () => `GET /scim/v2/Users HTTP/1.1\r\n${host()}\r\nX Y: z\r\n\r\n`],
    ['no Host', () => 'GET /scim/v2/Users HTTP/1.1\r\n\r\n'],
  ])('S7 I2 %s is answered 4xx with a SCIM error', async (_name, bytes) => {
    const answer = await raw(bytes())
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /)
    expect(answer).toContain('urn:ietf:params:scim:api:messages:2.0:Error')
  })
})

const anyText = expect.any(String) as unknown as string
const long = 'A'.repeat(4000)

describe('query strings', () => {
  const refusedQueries: [string, Refusal][] = [
    ['startIndex=x', [400, 'invalidValue', 'Cannot read startIndex "x": expected an integer']],
    ['count=1e9', [400, 'invalidValue', 'Cannot read count "1e9": expected an integer']],
    ['count=%00', [400, 'invalidValue', 'Cannot read count "\\u0000": expected an integer']],
    [
      'count=١٠'.replace('١٠', encodeURIComponent('١٠')),
      [400, 'invalidValue', 'Cannot read count "١٠": expected an integer'],
    ],
    [
      'sortBy=userName&sortOrder=sideways',
      [400, 'invalidValue', expect.stringContaining('sideways') as unknown as string],
    ],
    ['cursor=x', [400, 'invalidCursor', anyText]],
    [`cursor=${long}`, [400, 'invalidCursor', anyText]],
  ]
  test.each(refusedQueries.map(([query, refusal]) => [query.slice(0, 40), query, refusal] as const))(
    'PAG-4 CUR-2 ?%s is refused',
    async (_name, query, refusal) => {
      expect(await refused(system, () => request('GET', `/Users?${query}`))).toEqual(refusal)
    },
  )

  const answeredQueries = [
    'count=-2147483648',
    'count=99999999999999999999',
    'startIndex=-1&count=0',
    'startIndex=999999999',
    'startIndex=999999999&count=1000',
    'attributes=__proto__,constructor.name&excludedAttributes=',
    `attributes=${'a.b.c.d,'.repeat(500)}`,
    '__proto__=x&constructor=y&toString=z',
    'x[]=1&x[a]=2&=&&=x',
  ]
  test.each(answeredQueries.map((query) => [query.slice(0, 40), query] as const))(
    'PAG-1 LST-3 ?%s is answered like any list',
    async (_name, query) => {
      const { status, body } = await request('GET', `/Users?${query}`)
      expect([status, typeof body.totalResults, Array.isArray(body.Resources)]).toEqual([200, 'number', true])
    },
  )
})

describe('methods', () => {
  test('ERR-2 what an endpoint does not offer is 405, and what HTTP has besides is refused', async () => {
    for (const [method, path] of [
      ['POST', `/Users/${user.id}`],
      ['PUT', '/Users'],
      ['PATCH', '/Users'],
      ['DELETE', '/Users'],
      ['GET', '/Bulk'],
      ['GET', '/.search'],
      ['DELETE', '/Schemas'],
    ] as const) {
      expect([method, path, (await refused(system, () => request(method, path)))[0]]).toEqual([method, path, 405])
    }
    for (const method of ['PROPFIND', 'TRACE', 'LOCK']) {
      const [status] = refusalOf(await request(method, '/Users'))
      expect([method, status]).toEqual([method, 404])
    }
  })
})
