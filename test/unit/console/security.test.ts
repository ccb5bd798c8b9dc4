import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { openSession, type RawCall, startConsole } from '../../factories/console.ts'

const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error'
const refused = (status: number, detail: string) => ({ schemas: [ERROR], status: String(status), detail })

const whole = await startConsole((_asked, response) => response.end('{"answer":1}'))
const { url, host, page, asked, send } = whole
afterAll(whole.stop)
const session = await openSession(url, page.link)
const { cookie } = session
beforeEach(() => {
  asked.length = 0
})

/** Status and detail, or body, of an answer; nothing of the service was asked where it is a refusal. */
async function outcome(call: RawCall) {
  const { status, body } = await send(call)
  return { status, body: JSON.parse(body) as unknown, asked: asked.length }
}

const EVENTS = '/console/api/events'

describe('every answer', () => {
  test.each(['/', '/users/1', '/console/main.js', '/console/none.js', '/console/api/session', '/console/api/none'])(
    '%s bears the headers that keep other pages and foreign code out',
    async (target) => {
      const { headers } = await send({ target })
      expect(headers).toMatchObject({
        'content-security-policy':
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
      })
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([])
    },
  )

  test('data is kept by no cache, refusals included', async () => {
    const answers = [await send({ target: EVENTS, headers: session }), await send({ target: EVENTS })]
    expect(answers.map(({ status, headers }) => [status, headers['cache-control']])).toEqual([
      [200, 'no-store'],
      [403, 'no-store'],
    ])
  })
})

describe('the host name', () => {
  const detail = `The console is not served under this name: open ${url}`
  test.each<[string, string | string[]]>([
    ['a name that an attacker points here (DNS rebinding)', 'evil.example'],
    ['the same with our port', `evil.example:${new URL(url).port}`],
    ['our address without the port', '127.0.0.1'],
    ['another port', '127.0.0.1:1'],
    ['another name of this machine', `localhost:${new URL(url).port}`],
    ['a name that begins like ours', `${host}.evil.example`],
    ['user and host', `${host}@evil.example`],
  ])('%s is refused, for pages, files, data and links', async (_name, name) => {
    for (const target of ['/', '/console/main.js', EVENTS, page.link.slice(url.length)]) {
      const { status, body, headers } = await send({ target, headers: { ...session, host: name } })
      expect({ status, body: JSON.parse(body) }).toEqual({ status: 421, body: refused(421, detail) })
      expect(headers['set-cookie']).toBeUndefined()
    }
    expect(asked).toEqual([])
  })
})

describe('where a request comes from', () => {
  const detail = `Only the page at ${url} may ask for its data: open it there`
  test.each<[string, Record<string, string>]>([
    ['a foreign origin', { origin: 'https://evil.example' }],
    [
      'a page of another port, which is the same site',
      { origin: 'http://127.0.0.1:3000', 'sec-fetch-site': 'same-site' },
    ],
    ['a foreign origin that says it is the same', { origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' }],
    ['our origin from another site', { origin: url, 'sec-fetch-site': 'cross-site' }],
    ['no page at all', { 'sec-fetch-site': 'none' }],
    ['an opaque origin, such as a sandboxed frame', { origin: 'null' }],
    ['nothing', {}],
  ])('%s is refused', async (_name, headers) => {
    const { 'x-rolecall-csrf': csrf } = session
    const call = { target: EVENTS, headers: { cookie, 'x-rolecall-csrf': csrf, ...headers } }
    expect(await outcome(call)).toEqual({ status: 403, body: refused(403, detail), asked: 0 })
    expect(await outcome({ ...call, method: 'POST', target: '/console/api/admin/undo' })).toEqual({
      ...{ status: 403, body: refused(403, detail), asked: 0 },
    })
  })

  test.each<[string, Record<string, string>]>([
    ['our origin', { origin: url }],
    ['the browser saying that it is our page', { 'sec-fetch-site': 'same-origin' }],
  ])('%s is enough', async (_name, headers) => {
    expect(await outcome({ target: EVENTS, headers: { cookie, ...headers } })).toEqual({
      ...{ status: 200, body: { answer: 1 }, asked: 1 },
    })
  })
})

describe('the session', () => {
  const detail = 'This page has no session: open the link'
  const name = `rolecall-${new URL(url).port}`
  test.each([
    ['no cookie', ''],
    ['a wrong one', `${name}=${'A'.repeat(43)}`],
    ['an empty one', `${name}=`],
    ['the link in its place', `${name}=${page.link.split('=')[1]}`],
    ['the word for writes in its place', `${name}=${session['x-rolecall-csrf']}`],
    ['that of a console on another port', cookie.replace(name, 'rolecall-1')],
    ['ours with something behind it', `${cookie}x`],
  ])('%s opens nothing', async (_name, wrong) => {
    const headers = { ...session, cookie: wrong }
    for (const target of [EVENTS, '/console/api/session']) {
      expect(await outcome({ target, headers })).toEqual({ status: 401, body: refused(401, detail), asked: 0 })
    }
  })

  test('is found among the cookies that other ports have set', async () => {
    const headers = { ...session, cookie: `theme=dark; ${name}=old; ${cookie}; x="1"` }
    expect((await outcome({ target: EVENTS, headers })).status).toBe(200)
  })
})

describe('writes', () => {
  const target = '/console/api/admin/undo'
  const detail = (method: string) =>
    `Cannot ${method}: the header x-rolecall-csrf is missing or of an older session; load the page again`

  test.each([
    ['no word', undefined],
    ['a wrong one', 'A'.repeat(43)],
    ['an empty one', ''],
    ['the cookie', cookie.split('=')[1]],
  ])('with %s are refused', async (_name, word) => {
    const { 'x-rolecall-csrf': _, ...without } = session
    const headers = { ...without, ...(word !== undefined && { 'x-rolecall-csrf': word }) }
    const writes = { POST: target, PATCH: '/console/api/admin/users/1', DELETE: '/console/api/admin/users/1' }
    for (const [method, place] of Object.entries(writes)) {
      const expected = { status: 403, body: refused(403, detail(method)), asked: 0 }
      expect(await outcome({ method, target: place, headers })).toEqual(expected)
    }
  })

  test('are JSON, so that no form can make one', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      const headers = { ...session, 'content-type': type }
      expect(await outcome({ method: 'POST', target, headers, body: '{}' })).toEqual({
        ...{ status: 415, body: refused(415, 'Cannot read the body: send Content-Type application/json'), asked: 0 },
      })
    }
  })

  test('of more than 10 MB are refused, whether their length is announced or not', async () => {
    const body = Buffer.alloc(10 * 1024 * 1024 + 1, ' ')
    const headers = { ...session, 'content-type': 'application/json' }
    const expected = {
      ...{
        status: 413,
        body: refused(413, 'Cannot take the request: its body is over 10 MB; send less at once'),
        asked: 0,
      },
    }
    expect(await outcome({ method: 'POST', target, headers, body })).toEqual(expected)
    const chunked = { ...headers, 'transfer-encoding': 'chunked' }
    expect(await outcome({ method: 'POST', target, headers: chunked, body })).toEqual(expected)
  })
})

describe('paths', () => {
  test.each([
    ['/console/api/../admin/users', 404],
    ['/console/api/admin/../../scim/v2/Users', 404],
    ['/console/api/admin/users/..', 400],
    ['/console/api/admin/users/.', 400],
    ['/console/api/admin/users/%2e%2e', 400],
    ['/console/api/admin/users/%2E%2E', 400],
    ['/console/api/admin/users/..%2f..%2fscim', 400],
    ['/console/api/admin/users/a%2Fundrop', 400],
    ['/console/api/admin/users/a%5cb', 400],
    ['/console/api/admin/users/a%00b', 400],
    ['/console/api/admin/users/a%0d%0aHost:evil', 400],
    ['/console/api/admin/users/%ff', 400],
    ['/console/api/admin/users/', 404],
    ['/console/api/admin//users', 404],
    ['/console/api//admin/users', 404],
    ['/console/api/%61dmin/users', 404],
    ['/console/api/admin/users;x=1', 404],
    ['/console/api/', 404],
    ['/console/api', 404],
    ['/console/api/changes', 404],
    ['/console/api/scim/v2/Users', 404],
    ['/console/api/oauth2/token', 404],
    ['/console/api/console/api/session', 404],
  ])('%s leads nowhere', async (target, status) => {
    const found = await outcome({ target, headers: session })
    expect({ status: found.status, asked: found.asked }).toEqual({ status, asked: 0 })
    const scimType = status === 400 && { scimType: 'invalidSyntax' }
    expect(found.body).toEqual({ ...refused(status, expect.any(String) as never), ...scimType })
  })

  test('names go on as they were meant, however they were encoded', async () => {
    const target = "/console/api/admin/users/%252e%252e?q=a%20b&q=c+d&account='x'"
    expect((await outcome({ target, headers: session })).status).toBe(200)
    const integration = '/console/api/admin/integrations/%C3%84rger%3F%23'
    expect((await outcome({ target: integration, headers: session })).status).toBe(200)
    expect(asked.map((one) => `${one.method} ${one.target}`)).toEqual([
      'GET /admin/users/%252e%252e?q=a%20b&q=c%20d&account=%27x%27',
      'GET /admin/integrations/%C3%84rger%3F%23',
    ])
  })

  test.each(['PUT', 'OPTIONS', 'TRACE', 'PROPFIND', 'HEAD'])('%s is no method of data', async (method) => {
    const { status, headers } = await send({ method, target: '/console/api/admin/users', headers: session })
    expect([status, headers.allow, asked.length]).toEqual([405, 'GET, POST', 0])
  })

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('%s is no method of pages and files', async (method) => {
    for (const target of ['/', '/users', '/console/main.js', page.link.slice(url.length)]) {
      const { status, headers } = await send({ method, target, headers: session })
      expect([status, headers.allow, headers['set-cookie']]).toEqual([405, 'GET, HEAD', undefined])
    }
  })

  test('nothing of the project is served but the page', async () => {
    for (const target of [
      ...['/console/../package.json', '/console/page/main.tsx', '/console/%2e%2e/package.json', '/console/'],
      ...['/console', '/console/main.tsx', '/console/constructor', '/console/__proto__'],
    ]) {
      expect((await send({ target })).status).toBe(404)
    }
  })
})

describe('what goes on to the service', () => {
  test('is signed by us and holds nothing of the browser', async () => {
    const headers = {
      ...session,
      authorization: 'Bearer x',
      'x-forwarded-for': '1.2.3.4',
      'x-amz-date': 'x',
      accept: 'a/b',
    }
    await send({
      method: 'POST',
      target: '/console/api/admin/undo',
      headers: { ...headers, 'content-type': 'application/json; charset=utf-8' },
      body: '{"a":1}',
    })
    const [one] = asked
    expect(one).toMatchObject({ method: 'POST', target: '/admin/undo', body: '{"a":1}' })
    expect(one?.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=K\/\d{8}\/eu-west-1\/execute-api\/aws4_request, /,
    )
    expect(one?.headers['content-type']).toBe('application/json')
    const leaked = ['cookie', 'origin', 'x-rolecall-csrf', 'x-forwarded-for', 'referer'].filter(
      (name) => one?.headers[name],
    )
    expect(leaked).toEqual([])
  })
})

describe('--read-only', async () => {
  const reader = await startConsole((_asked, response) => response.end('{}'), { readOnly: true })
  afterAll(reader.stop)
  const own = await openSession(reader.url, reader.page.link)

  test('passes on what reads and nothing else, whatever the page says, and does not even ask whether one may', async () => {
    expect(reader.asked.map(({ method, target }) => `${method} ${target}`).sort()).toEqual([
      ...['GET /admin/accounts?purpose=console', 'GET /admin/whoami'],
    ])
    reader.asked.length = 0
    for (const [method, path] of [
      ['POST', 'admin/undo'],
      ['PATCH', 'admin/users/1'],
      ['DELETE', 'admin/roles/1'],
    ]) {
      const { status, body } = await reader.send({
        method: method as string,
        target: `/console/api/${path}`,
        headers: own,
      })
      expect({ status, body: JSON.parse(body) }).toEqual({
        ...{ status: 403, body: refused(403, 'This console only reads: start one without --read-only') },
      })
    }
    expect(reader.asked).toEqual([])
    expect((await reader.send({ target: EVENTS, headers: own })).status).toBe(200)
  })
})

describe('the link', () => {
  const clock = { now: Date.parse('2026-11-27T12:00:00Z') }
  const start = async (link: { once: boolean; until?: number }) => {
    const started = await startConsole((_asked, response) => response.end('{}'), { link })
    return { ...started, target: started.page.link.slice(started.url.length) }
  }

  test('becomes a cookie that no script and no other site gets, and leaves the address', async () => {
    const found = await start({ once: true })
    const place = found.target.replace('/?', '/users/1?q=a%20b&')
    const { status, headers, body } = await found.send({ target: place })
    expect({ status, body, location: headers.location, cache: headers['cache-control'] }).toEqual({
      ...{ status: 303, body: '', location: '/users/1?q=a+b', cache: 'no-store' },
    })
    expect(headers['set-cookie']).toEqual([
      expect.stringMatching(
        new RegExp(`^rolecall-${new URL(found.url).port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict$`),
      ),
    ])
    await found.stop()
  })

  test('that is good once is good once, and whoever has the session stays in', async () => {
    const found = await start({ once: true })
    const own = await openSession(found.url, found.page.link)
    const again = await found.send({ target: found.target })
    expect([again.status, again.headers.location, again.headers['set-cookie']]).toEqual([303, '/', undefined])
    expect((await found.send({ target: EVENTS, headers: own })).status).toBe(200)
    await found.stop()
  })

  test('is not used up by whoever only looks ahead', async () => {
    const found = await start({ once: true })
    const ahead = await found.send({ target: found.target, headers: { 'sec-purpose': 'prefetch;prerender' } })
    const head = await found.send({ method: 'HEAD', target: found.target })
    expect([ahead.status, head.status, ahead.headers['set-cookie'], head.headers['set-cookie']]).toEqual([
      ...[503, 200, undefined, undefined],
    ])
    expect((await found.send({ target: found.target })).headers['set-cookie']).toHaveLength(1)
    await found.stop()
  })

  test('ends with its time, to the millisecond', async () => {
    const found = await start({ once: true, until: clock.now })
    vi.useFakeTimers({ toFake: ['Date'], now: clock.now + 1 })
    const late = await found.send({ target: found.target })
    vi.setSystemTime(clock.now)
    const inTime = await found.send({ target: found.target })
    vi.useRealTimers()
    expect([late.headers['set-cookie'], inTime.headers['set-cookie']?.length]).toEqual([undefined, 1])
    await found.stop()
  })

  test.each(['', 'x', 'A'.repeat(43), '%00', '%F0%9F%98%80'])('that is none (%j) gives none', async (wrong) => {
    const { status, headers } = await send({ target: `/?link=${wrong}` })
    expect([status, headers.location, headers['set-cookie']]).toEqual([303, '/', undefined])
  })

  test('never leads to another host, and no text becomes a header', async () => {
    for (const target of [
      '/users//evil.example?link=x',
      '/users/%0d%0aSet-Cookie:a=b?link=x',
      '/users/\\evil.example?link=x',
    ]) {
      const { status, headers } = await send({ target })
      expect([status, headers['set-cookie']]).toEqual([303, undefined])
      expect(new URL(headers.location ?? '', url).host).toBe(host)
    }
  })
})
