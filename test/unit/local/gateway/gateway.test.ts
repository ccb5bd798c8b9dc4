import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { SignatureV4 } from '@smithy/signature-v4'
import type { APIGatewayProxyEvent } from 'aws-lambda'
import { afterAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { LAMBDA_NAMES, type LambdaName } from '../../../../infra/bundling.ts'
import { startGateway } from '../../../../local/gateway/gateway.ts'
import type { LambdaHandler, LambdaHandlers } from '../../../../local/gateway/lambda.ts'
import { provideRuntime } from '../../../../local/gateway/lambda-runtime.ts'
import { loadGatewayModel } from '../../../../local/synthesis/gateway-model.ts'
import { Sha256, signRequest } from '../../../../shared/auth/sigv4.ts'

const model = await loadGatewayModel()
const credentials = { accessKeyId: 'LOCALKEY', secretAccessKey: 'localsecret' }
const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error'

const [KEY = '', OTHER_KEY = ''] = model.clients.keys.keys()

const failures: unknown[] = []
let clock = Date.now()
let address = '127.0.0.1'
let handlers: Partial<Record<LambdaName, LambdaHandler>> = {}
const calls: { name: LambdaName; event: Record<string, unknown> }[] = []

const echo = (event: unknown) => ({ statusCode: 200, headers: { 'X-Made-By': 'us' }, body: JSON.stringify(event) })
const allow = { Effect: 'Allow', Action: 'execute-api:Invoke', Resource: '*' }
const decision = (statement: object = allow, context: object = { account: 'default', n: 1 }) => ({
  principalId: 'token-1',
  policyDocument: { Version: '2012-10-17', Statement: [statement] },
  context,
  usageIdentifierKey: KEY,
})
const dispatcher =
  (name: LambdaName): LambdaHandler =>
  (event, context) => {
    calls.push({ name, event: event as Record<string, unknown> })
    return (handlers[name] ?? echo)(event, context)
  }

const gateway = await startGateway({
  model,
  credentials,
  now: () => clock,
  sourceIp: () => address,
  logFailure: (failure) => failures.push(failure),
})
gateway.serve(Object.fromEntries(LAMBDA_NAMES.map((name) => [name, dispatcher(name)])) as LambdaHandlers)
const { port } = new URL(gateway.url)
afterAll(() => gateway.close())

beforeEach(() => {
  clock = Date.now()
  address = '127.0.0.1'
  calls.length = 0
  failures.length = 0
  handlers = { authorizer: () => decision() }
  gateway.flushAuthorizerCache()
})

interface Call {
  method?: string
  headers?: Record<string, string>
  body?: string | Uint8Array<ArrayBuffer>
}
const call = (path: string, { method = 'GET', headers = {}, body }: Call = {}) =>
  fetch(`${gateway.url}${path}`, {
    method,
    headers: { authorization: 'Bearer t', ...headers },
    ...(body !== undefined && { body }),
  })

/** What the client saw: status, media type and body, which is a SCIM error. */
async function errorOf(response: Response) {
  return [response.status, response.headers.get('content-type'), await response.json()]
}
const scimError = (status: number, detail: unknown) => [
  status,
  'application/scim+json',
  { schemas: [ERROR], status: String(status), detail },
]
const eventOf = async (response: Response) => (await response.json()) as APIGatewayProxyEvent
const called = () => calls.map(({ name }) => name)

/** Sends bytes as they are: what no HTTP library would send. */
async function raw(message: string): Promise<string> {
  const socket = connect(Number(port), '127.0.0.1')
  socket.write(message)
  return text(socket)
}

describe('the event of a proxy integration', () => {
  test('has resource, path, variables, query and headers as API Gateway gives them', async () => {
    const response = await call('/scim/v2/Users/a%2Fb%20c?attributes=a&attributes=b&filter=x+eq+%22y%22&flag;n=1', {
      headers: { 'X-Two': 'Mixed Case', 'X-Forwarded-For': '1.2.3.4' },
    })
    const event = await eventOf(response)
    expect(event).toMatchObject({
      resource: '/scim/v2/Users/{id}',
      path: '/scim/v2/Users/a%2Fb%20c',
      httpMethod: 'GET',
      pathParameters: { id: 'a/b c' },
      queryStringParameters: { attributes: 'b', filter: 'x eq "y"', flag: '', n: '1' },
      multiValueQueryStringParameters: { attributes: ['a', 'b'], filter: ['x eq "y"'], flag: [''], n: ['1'] },
      stageVariables: null,
      body: null,
      isBase64Encoded: false,
    })
    expect(event.headers['X-Two']).toBe('Mixed Case')
    expect(event.multiValueHeaders['X-Forwarded-For']).toEqual(['1.2.3.4, 127.0.0.1'])
    expect(response.headers.get('x-made-by')).toBe('us')
  })

  test('has a request context with request id, address, stage and the authorizer context as strings', async () => {
    const { requestContext } = await eventOf(await call('/scim/v2/Users', { headers: { 'user-agent': 'Okta' } }))
    expect(requestContext).toMatchObject({
      accountId: '000000000000',
      apiId: 'local',
      authorizer: { account: 'default', n: '1', principalId: 'token-1' },
      domainName: `127.0.0.1:${port}`,
      httpMethod: 'GET',
      identity: { sourceIp: '127.0.0.1', userAgent: 'Okta', userArn: null },
      path: '/scim/v2/Users',
      resourcePath: '/scim/v2/Users',
      requestTimeEpoch: clock,
      stage: 'prod',
    })
    expect(requestContext.requestId).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('has the body as text, and null where there is none', async () => {
    const sent = await eventOf(await call('/scim/v2/Users', { method: 'POST', body: '{"userName":"Zoë"}' }))
    expect(sent.body).toBe('{"userName":"Zoë"}')
    expect((await eventOf(await call('/scim/v2/Users', { method: 'POST' }))).body).toBeNull()
  })

  test('has no authorizer context that the client made up, and prototype names are headers like others', async () => {
    const headers = { 'x-authorizer-account': 'other', authorizer: 'x', principal: '{}', __proto__x: 'y' }
    const { requestContext } = await eventOf(await call('/scim/v2/Users', { headers }))
    expect(requestContext.authorizer).toEqual({ account: 'default', n: '1', principalId: 'token-1' })
  })

  test.each([
    ['/scim/v2/endpoint-1/Groups/42', 'groups', '/scim/v2/{endpointId}/Groups/{id}'],
    ['/scim/v2/Unknown', 'discovery', '/scim/v2/{endpointId}'],
    ['/scim/v2/Users/1/2', 'discovery', '/scim/v2/{endpointId}/{proxy+}'],
    ['/scim/v2/Users/.search', 'users', '/scim/v2/Users/.search'],
    ['/scim/v2/Groups', 'groups', '/scim/v2/Groups'],
    ['/scim/v2/.search', 'search', '/scim/v2/.search'],
  ] as const)('%s goes to %s', async (path, name, resource) => {
    const event = await eventOf(await call(path, { method: 'POST', body: '{}' }))
    expect([called(), event.resource]).toEqual([['authorizer', name], resource])
  })
})

describe('the authorizer', () => {
  const UNAUTHORIZED =
    'The bearer token is missing, malformed, unknown, expired or revoked: send Authorization: Bearer <token>'
  const DENIED =
    'Access denied: the integration is disabled, its network policy or your permissions forbid it, or there is no such method in SCIM'

  test('is not asked without an Authorization header: 401 (AUT-1)', async () => {
    const response = await fetch(`${gateway.url}/scim/v2/Users`)
    expect(await errorOf(response)).toEqual(scimError(401, UNAUTHORIZED))
    expect(response.headers.get('www-authenticate')).toBe('Bearer')
    expect(called()).toEqual([])
  })

  test('is not asked when there are two Authorization headers: 401', async () => {
    const head = `GET /scim/v2/Users HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\n`
    const answer = await raw(`${head}Authorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1\.1 401 /)
    expect(called()).toEqual([])
  })

  test('gets a REQUEST event and no body', async () => {
    await call('/scim/v2/Users/1?x=%zz', { method: 'PUT', body: '{}' })
    expect(calls[0]?.event).toMatchObject({
      type: 'REQUEST',
      methodArn: 'arn:aws:execute-api:us-east-1:000000000000:local/prod/PUT/scim/v2/Users/1',
      resource: '/scim/v2/Users/{id}',
      httpMethod: 'PUT',
      headers: { authorization: 'Bearer t' },
      requestContext: { identity: { sourceIp: '127.0.0.1' }, authorizer: null },
    })
    expect(calls[0]?.event).not.toHaveProperty('body')
  })

  test('is asked once a minute per token and address, whatever the method and path', async () => {
    await call('/scim/v2/Users')
    await call('/scim/v2/Groups/1', { method: 'DELETE' })
    expect(called()).toEqual(['authorizer', 'users', 'groups'])
    address = '10.0.0.9'
    await call('/scim/v2/Users')
    clock += 60_000
    await call('/scim/v2/Users')
    expect(called().filter((name) => name === 'authorizer')).toHaveLength(3)
  })

  test('a cached answer is not prolonged by being used', async () => {
    await call('/scim/v2/Users')
    clock += 59_000
    await call('/scim/v2/Users')
    clock += 1000
    await call('/scim/v2/Users')
    expect(called().filter((name) => name === 'authorizer')).toHaveLength(2)
  })

  test('throwing "Unauthorized" is 401 and not kept', async () => {
    handlers.authorizer = () => Promise.reject(new Error('Unauthorized'))
    expect(await errorOf(await call('/scim/v2/Users'))).toEqual(scimError(401, UNAUTHORIZED))
    await call('/scim/v2/Users')
    expect(called()).toEqual(['authorizer', 'authorizer'])
  })

  test('denying is 403, also for the paths that a policy does not name', async () => {
    handlers.authorizer = () => decision({ ...allow, Effect: 'Deny' })
    expect(await errorOf(await call('/scim/v2/Users'))).toEqual(scimError(403, DENIED))
    gateway.flushAuthorizerCache()
    handlers.authorizer = () => decision({ ...allow, Resource: 'arn:aws:execute-api:*:*:*/prod/GET/scim/v2/*' })
    expect((await call('/scim/v2/Users')).status).toBe(200)
    expect(await errorOf(await call('/scim/v2/Users', { method: 'POST', body: '{}' }))).toEqual(scimError(403, DENIED))
  })

  test.each([
    ['answering no policy', () => ({ principalId: 'x' })],
    ['answering a context that is not flat', () => decision(allow, { principal: { account: 'default' } })],
  ])('%s is 500 and says nothing of the inside', async (_name, authorizer) => {
    handlers.authorizer = authorizer
    const detail = expect.stringMatching(/^Internal error; retry, and report request id [0-9a-f-]{36} if it persists$/)
    expect(await errorOf(await call('/scim/v2/Users'))).toEqual(scimError(500, detail))
  })

  test('failing is 503, to be tried again, and says nothing of the inside', async () => {
    handlers.authorizer = () => Promise.reject(new Error('the table is gone'))
    const answer = await call('/scim/v2/Users')
    expect(answer.headers.get('retry-after')).toBe('5')
    const detail = 'The token cannot be checked at this moment; retry after the seconds named in Retry-After'
    expect(await errorOf(answer)).toEqual(scimError(503, detail))
  })

  test('decides before path and query are decoded', async () => {
    handlers.authorizer = () => Promise.reject(new Error('Unauthorized'))
    expect((await call('/scim/v2/Users/%zz?a=%ff')).status).toBe(401)
    handlers.authorizer = () => decision()
    const detail = 'Cannot read the query string or the headers'
    expect(await errorOf(await call('/scim/v2/Users/%zz'))).toEqual(scimError(400, detail))
    const head = `Host: localhost:${port}\r\nConnection: close\r\nAuthorization: Bearer a\r\n\r\n`
    expect(await raw(`GET /scim/v2/Users?filter={x} HTTP/1.1\r\n${head}`)).toMatch(/^HTTP\/1\.1 400 /)
  })
})

describe('the limits of clients', () => {
  const TOO_MANY = scimError(429, 'Too many requests: retry after the seconds named in Retry-After')
  const { requestsPerSecond, burst } = model.clients
  const byToken = (event: unknown) => {
    const { authorization } = (event as APIGatewayProxyEvent).headers
    return { ...decision(), usageIdentifierKey: authorization === 'Bearer other' ? OTHER_KEY : KEY }
  }

  test.each([
    ['no key', undefined],
    ['a key that is not of the usage plan', 'x'.repeat(40)],
  ])('an authorizer that names %s lets nobody in', async (_name, usageIdentifierKey) => {
    handlers.authorizer = () => ({ ...decision(), usageIdentifierKey })
    expect(await errorOf(await call('/scim/v2/Users'))).toEqual(
      scimError(403, 'The API key is not valid: ask the administrator'),
    )
  })

  test('the event names the key, whatever the client says', async () => {
    const { requestContext } = await eventOf(await call('/scim/v2/Users', { headers: { 'x-api-key': OTHER_KEY } }))
    expect(requestContext.identity).toMatchObject({ apiKey: KEY, apiKeyId: model.clients.keys.get(KEY) })
  })

  test('are not kept unless that is asked for', async () => {
    const { serve, take } = { serve: () => call('/scim/v2/Users'), take: burst + 1 }
    const statuses = await Promise.all(Array.from({ length: take }, async () => (await serve()).status))
    expect(new Set(statuses)).toEqual(new Set([200]))
  })

  test('refuse who sends more, until there is time again, and nobody else', async () => {
    const strict = await startGateway({ model, credentials, now: () => clock, throttled: true })
    onTestFinished(() => strict.close())
    strict.serve(Object.fromEntries(LAMBDA_NAMES.map((name) => [name, dispatcher(name)])) as LambdaHandlers)
    handlers.authorizer = byToken
    const ask = (token = 't') => fetch(`${strict.url}/scim/v2/Users`, { headers: { authorization: `Bearer ${token}` } })
    const statusesOf = async (count: number) =>
      Object.entries(
        Object.groupBy(await Promise.all(Array.from({ length: count }, () => ask())), (one) => String(one.status)),
      ).map(([status, all]) => [status, all?.length])
    expect(await statusesOf(burst)).toEqual([['200', burst]])
    calls.length = 0
    const refused = await ask()
    expect(refused.headers.get('retry-after')).toBe('1')
    expect(await errorOf(refused)).toEqual(TOO_MANY)
    expect(called()).toEqual([])
    expect((await ask('other')).status).toBe(200)
    clock += 1000
    expect(await statusesOf(requestsPerSecond + 1)).toEqual([
      ['200', requestsPerSecond],
      ['429', 1],
    ])
  })
})

describe('limits and failures', () => {
  const TOO_LARGE = 'The request is too large: split it into several smaller requests'
  const INTERNAL = expect.stringMatching(/^Internal error; retry, and report request id [0-9a-f-]{36} if it persists$/)

  test('an unknown path is 404, with and without a token', async () => {
    const detail =
      'There is no such endpoint: for SCIM, write the base URL without a slash at its end, as in /scim/v2/Users; for administration, sign requests to /admin and /events (SigV4)'
    for (const path of ['/', '/health', '/scim', '/scim/v2', '/scim/v2/', '/scim/v2//Users', '/scim/v2//']) {
      expect(await errorOf(await call(path))).toEqual(scimError(404, detail))
    }
    expect(called()).toEqual([])
  })

  test('a method that ANY does not cover is refused', async () => {
    const head = `Host: localhost:${port}\r\nConnection: close\r\nAuthorization: Bearer a\r\n\r\n`
    expect(await raw(`PROPFIND /scim/v2/Users HTTP/1.1\r\n${head}`)).toMatch(/^HTTP\/1\.1 404 /)
  })

  test('a body over 10 MB is 413, whether its length is announced or not', async () => {
    const large = new Uint8Array(10 * 1024 * 1024 + 1).fill(32)
    const options = { method: 'POST', headers: { 'content-type': 'application/scim+json' } }
    expect(await errorOf(await call('/scim/v2/Users', { ...options, body: large }))).toEqual(scimError(413, TOO_LARGE))
    const stream = new Blob([large]).stream()
    const chunked = await fetch(`${gateway.url}/scim/v2/Users`, {
      method: 'POST',
      headers: { authorization: 'Bearer t' },
      body: stream,
      duplex: 'half',
    } as RequestInit)
    expect(await errorOf(chunked)).toEqual(scimError(413, TOO_LARGE))
    expect(called()).not.toContain('users')
  })

  test('a body that makes an event over 6 MB is 413, since Lambda would refuse it', async () => {
    const body = new Uint8Array(7 * 1024 * 1024).fill(97)
    expect(await errorOf(await call('/scim/v2/Users', { method: 'POST', body }))).toEqual(scimError(413, TOO_LARGE))
  })

  test('a large body without a token is 401, not 413', async () => {
    const body = new Uint8Array(11 * 1024 * 1024)
    expect((await fetch(`${gateway.url}/scim/v2/Users`, { method: 'POST', body })).status).toBe(401)
  })

  test('request line and headers over 10,240 bytes are 413, however large', async () => {
    const headers = { 'x-long': 'a'.repeat(10_240) }
    expect(await errorOf(await call('/scim/v2/Users', { headers }))).toEqual(scimError(413, TOO_LARGE))
    const huge = await raw(`GET /scim/v2/Users HTTP/1.1\r\nHost: localhost:${port}\r\nX: ${'a'.repeat(70_000)}\r\n\r\n`)
    expect(huge).toMatch(/^HTTP\/1\.1 413 [\s\S]*"status":"413"/)
  })

  test('bytes that are not HTTP get a SCIM error too', async () => {
    expect(await raw('NONSENSE\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 [\s\S]*application\/scim\+json[\s\S]*"status":"400"/)
  })

  test('another Host is refused: a web page cannot reach us under its own name', async () => {
    const answer = await raw(
      'GET /scim/v2/Users HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\nAuthorization: Bearer a\r\n\r\n',
    )
    expect(answer).toMatch(/^HTTP\/1\.1 403 /)
    const detail = `The host name is refused: this system answers as 127.0.0.1:${port} and localhost:${port} only`
    expect(answer).toContain(JSON.stringify({ schemas: [ERROR], status: '403', detail }))
    expect(called()).toEqual([])
  })

  test.each([
    ['a crash', () => Promise.reject(new Error('boom'))],
    ['an answer that is no proxy result', () => 'hello'],
    ['a body that is an object', () => ({ statusCode: 200, body: { a: 1 } })],
    ['a field a proxy result does not have', () => ({ statusCode: 200, body: '', cookies: [] })],
    ['no answer at all', () => undefined],
    ['an answer over 6 MB', () => ({ statusCode: 200, body: 'a'.repeat(6_300_000) })],
  ])('%s is 502', async (_name, users) => {
    handlers.users = users
    expect(await errorOf(await call('/scim/v2/Users'))).toEqual(scimError(502, INTERNAL))
    expect(failures).toHaveLength(1)
  })

  test('headers that the gateway keeps for itself are renamed, repeated ones kept', async () => {
    handlers.users = () => ({
      statusCode: 401,
      headers: { 'WWW-Authenticate': 'Bearer', 'Transfer-Encoding': 'chunked', ETag: 'W/"1"' },
      multiValueHeaders: { 'X-Many': ['a', 'b'] },
      body: 'x',
    })
    const { headers } = await call('/scim/v2/Users')
    expect([headers.get('www-authenticate'), headers.get('x-amzn-remapped-www-authenticate')]).toEqual([null, 'Bearer'])
    expect([headers.get('etag'), headers.get('x-many')]).toEqual(['W/"1"', 'a, b'])
  })

  test('a 204 has neither body nor content type (MED-5)', async () => {
    handlers.users = () => ({ statusCode: 204, body: '' })
    const response = await call('/scim/v2/Users/1', { method: 'DELETE' })
    expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([204, null, ''])
  })
})

describe('time limits', () => {
  test('a function that outlives its integration is 504', async () => {
    const route = model.routes.find(({ path }) => path === '/scim/v2/Users')
    const methods = new Map([...(route?.methods ?? [])].map(([name, method]) => [name, { ...method, timeoutMs: 20 }]))
    const slow = await startGateway({
      model: { ...model, routes: [{ path: '/scim/v2/Users', methods }] },
      credentials,
    })
    const users = () => new Promise(() => {})
    slow.serve({ authorizer: () => decision(), users } as unknown as LambdaHandlers)
    const response = await fetch(`${slow.url}/scim/v2/Users`, { headers: { authorization: 'Bearer t' } })
    const detail = 'The request took too long; it may have been carried out: read the resource before you retry'
    expect(await errorOf(response)).toEqual(scimError(504, detail))
    await slow.close()
  })

  test('a function sees the time it has left', async () => {
    vi.setSystemTime(0)
    onTestFinished(() => void vi.useRealTimers())
    handlers.users = (_event, context) => ({ statusCode: 200, body: String(context.getRemainingTimeInMillis()) })
    expect(await (await call('/scim/v2/Users')).text()).toBe('15000')
  })
})

describe('a streaming integration', () => {
  type Write = (stream: awslambda.HttpResponseStream) => Promise<void>
  provideRuntime()
  /** Has `group-reads` answer 200 and write its body so. */
  const streaming = (write: Write, metadata: object = { statusCode: 200 }) => {
    const handler = awslambda.streamifyResponse(async (_event, raw) => {
      await write(awslambda.HttpResponseStream.from(raw, { ...metadata }))
    }) as unknown as LambdaHandler
    handlers = { ...handlers, 'group-reads': handler }
  }
  const INTERNAL = expect.stringMatching(/^Internal error; retry, and report request id [0-9a-f-]{36} if it persists$/)

  test('passes an answer on while the function is still writing it', async () => {
    const more = Promise.withResolvers<void>()
    streaming(async (stream) => {
      stream.write('first')
      await more.promise
      stream.write('second')
    })
    const response = await call('/scim/v2/Groups/1')
    const reader = (response.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream()).getReader()
    expect([response.status, await reader.read()]).toEqual([200, { done: false, value: 'first' }])
    more.resolve()
    expect([await reader.read(), await reader.read()]).toMatchObject([{ value: 'second' }, { done: true }])
    expect(called()).toEqual(['authorizer', 'group-reads'])
  })

  test('has no end at 6 MB', async () => {
    const megabyte = Buffer.alloc(1024 * 1024, 'x')
    streaming(async (stream) => {
      for (let n = 0; n < 12; n++) if (!stream.write(megabyte)) await once(stream, 'drain')
    })
    expect((await (await call('/scim/v2/Groups/1')).arrayBuffer()).byteLength).toBe(12 * megabyte.length)
  })

  test('a function writes no faster than its client reads', async () => {
    let written = 0
    streaming(async (stream) => {
      for (; written < 200; written++) if (!stream.write(Buffer.alloc(1024 * 1024))) await once(stream, 'drain')
    })
    const socket = connect(Number(port), '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    socket.write(`GET /scim/v2/Groups/1 HTTP/1.1\r\nHost: localhost:${port}\r\nAuthorization: Bearer t\r\n\r\n`)
    await once(socket, 'readable')
    // It stands still: what the client does not take fills the buffers on the way and nothing else.
    let before = -1
    while (before !== written) {
      before = written
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    expect(written).toBeLessThan(100)
  })

  test.each<[string, LambdaHandler]>([
    ['returns its answer as a whole', () => ({ statusCode: 200, body: '{}' })],
    ['returns nothing', () => undefined],
  ])('a function that %s is answered 500, as AWS does, and the reason is logged', async (_name, handler) => {
    handlers = { ...handlers, 'group-reads': handler }
    expect(await errorOf(await call('/scim/v2/Groups/1'))).toEqual(scimError(500, INTERNAL))
    expect(failures).toMatchObject([{ message: expect.stringContaining('not in the streaming format') }])
  })

  test('a function that fails before its answer begins is 502, and one that waits too long 504', async () => {
    handlers = {
      ...handlers,
      'group-reads': awslambda.streamifyResponse(async () => {
        throw new Error('secret inside')
      }) as unknown as LambdaHandler,
    }
    expect((await call('/scim/v2/Groups/1')).status).toBe(502)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const begun = Promise.withResolvers<void>()
    handlers = {
      ...handlers,
      'group-reads': awslambda.streamifyResponse(() => {
        begun.resolve()
        return new Promise(() => {})
      }) as unknown as LambdaHandler,
    }
    const answer = call('/scim/v2/Groups/1')
    await begun.promise
    await vi.advanceTimersByTimeAsync(119_000)
    expect((await answer).status).toBe(504)
  })

  test('what fails in the middle is cut, and logged', async () => {
    streaming(async (stream) => {
      stream.write('{"members":[')
      throw new Error('The table is away')
    })
    const response = await call('/scim/v2/Groups/1')
    expect(response.status).toBe(200)
    await expect(response.text()).rejects.toThrow('terminated')
    expect(failures).toMatchObject([{ message: 'The table is away' }])
  })

  test('a client that goes away ends nothing: the function runs to its end', async () => {
    const ended = Promise.withResolvers<number>()
    let written = 0
    streaming(async (stream) => {
      for (; written < 40; written++) if (!stream.write(Buffer.alloc(1024 * 1024))) await once(stream, 'drain')
      ended.resolve(written)
    })
    const leaving = new AbortController()
    const response = await fetch(`${gateway.url}/scim/v2/Groups/1`, {
      headers: { authorization: 'Bearer t' },
      signal: leaving.signal,
    })
    expect(response.status).toBe(200)
    leaving.abort()
    expect(await ended.promise).toBe(40)
    expect((await call('/scim/v2/Users')).status).toBe(200)
    expect(failures).toEqual([])
  })

  test('another integration refuses a function that streams', async () => {
    handlers = {
      ...handlers,
      users: awslambda.streamifyResponse(async (_event, raw) => {
        awslambda.HttpResponseStream.from(raw, { statusCode: 200 }).write('x')
      }) as unknown as LambdaHandler,
    }
    expect((await call('/scim/v2/Users')).status).toBe(502)
    expect(failures).toMatchObject([{ message: 'The function streams and its integration does not' }])
  })

  test('Invoke answers what was streamed, metadata and all', async () => {
    streaming(async (stream) => void stream.write('body'))
    const url = `${gateway.url}/2015-03-31/functions/group-reads/invocations`
    const headers = await signRequest({
      method: 'POST',
      url,
      headers: {},
      body: '{}',
      service: 'lambda',
      region: 'us-east-1',
      credentials,
    })
    const response = await fetch(url, { method: 'POST', headers, body: '{}' })
    expect(await response.text()).toBe(`{"statusCode":200}${'\0'.repeat(8)}body`)
  })
})

describe('IAM-authorized routes', () => {
  const sign = (path: string, { method = 'GET', headers = {}, body }: Call = {}, more = {}) =>
    signRequest({
      method,
      url: `${gateway.url}${path}`,
      headers,
      ...(body !== undefined && { body }),
      service: 'execute-api',
      region: 'us-east-1',
      credentials,
      ...more,
    })
  const send = async (path: string, options: Call, more = {}) =>
    fetch(`${gateway.url}${path}`, {
      method: options.method ?? 'GET',
      headers: await sign(path, options, more),
      ...(options.body !== undefined && { body: options.body }),
    })
  const SIGNATURE = 'The request signature does not match: sign with AWS Signature Version 4 and valid credentials'

  test('a signed request arrives with the identity of its signer', async () => {
    const body = '{"name":"X"}'
    const headers = { 'content-type': 'application/json' }
    const response = await send('/admin/users/a%20b%2Fc?x=1&y=a%20b', { method: 'POST', headers, body })
    expect(await eventOf(response)).toMatchObject({
      resource: '/admin/users/{id}',
      pathParameters: { id: 'a b/c' },
      queryStringParameters: { x: '1', y: 'a b' },
      body,
      requestContext: {
        authorizer: null,
        identity: {
          accessKey: 'LOCALKEY',
          accountId: '000000000000',
          userArn: 'arn:aws:iam::000000000000:user/local-admin',
        },
      },
    })
    expect(called()).toEqual(['admin-resources'])
  })

  test('an unsigned request, and one with a bearer token, is 403', async () => {
    const unsigned = await fetch(`${gateway.url}/events`)
    expect((await errorOf(unsigned))[0]).toBe(403)
    expect(await errorOf(await call('/events'))).toEqual(scimError(403, SIGNATURE))
    expect(called()).toEqual([])
  })

  test.each([
    ['another key', {}, { credentials: { accessKeyId: 'LOCALKEY', secretAccessKey: 'other' } }],
    ['another key id', {}, { credentials: { accessKeyId: 'OTHER', secretAccessKey: 'localsecret' } }],
    ['another service', {}, { service: 'lambda' }],
    ['another region', {}, { region: 'eu-west-1' }],
  ])('%s is 403', async (_name, options, more) => {
    expect(await errorOf(await send('/events', options, more))).toEqual(scimError(403, SIGNATURE))
  })

  test('a signature older or newer than five minutes is 403', async () => {
    const detail = 'The signature or its credentials have expired: sign again'
    for (const offset of [-301_000, 301_000]) {
      const response = await send('/events', {}, { signingDate: new Date(clock + offset) })
      expect(await errorOf(response)).toEqual(scimError(403, detail))
    }
    expect((await send('/events', {}, { signingDate: new Date(clock - 290_000) })).status).toBe(200)
  })

  test('what was changed on the way is 403: body, query, method, an added X-Amz- header', async () => {
    const options = { method: 'POST', body: '{"a":1}' }
    const headers = await sign('/admin/integrations', options)
    const url = `${gateway.url}/admin/integrations`
    const changed = [
      fetch(url, { method: 'POST', headers, body: '{"a":2}' }),
      fetch(`${url}?account=other`, { method: 'POST', headers, body: '{"a":1}' }),
      fetch(url, { method: 'PUT', headers, body: '{"a":1}' }),
      fetch(url, { method: 'POST', headers: { ...headers, 'x-amz-security-token': 'x' }, body: '{"a":1}' }),
    ]
    const statuses = await Promise.all(changed.map(async (response) => (await response).status))
    expect(statuses).toEqual([403, 403, 403, 403])
    expect(called()).toEqual([])
    expect((await fetch(url, { ...options, headers })).status).toBe(200)
  })

  /** Sends a head that announces a body of 10 MB, and the body only if it is asked for; what came back, at once. */
  async function sendHead(path: string, headers: Record<string, string>): Promise<string> {
    const socket = connect(Number(port), '127.0.0.1')
    const lines = Object.entries({ host: `127.0.0.1:${port}`, 'content-length': '10000000', ...headers })
    socket.write(`POST ${path} HTTP/1.1\r\n${lines.map((line) => line.join(': ')).join('\r\n')}\r\n\r\n`)
    const [answer] = (await once(socket, 'data')) as [Buffer]
    socket.destroy()
    return answer.toString()
  }
  const LAMBDA_PATH = '/2015-03-31/functions/events/invocations'

  test.each(['/admin/integrations', LAMBDA_PATH])('%s refuses who did not sign before a body is sent', async (path) => {
    const service = path === LAMBDA_PATH ? 'lambda' : 'execute-api'
    const signed = await sign(path, { method: 'POST', body: 'x' }, { service })
    const { 'x-amz-content-sha256': _, ...withoutDigest } = signed
    const wrong = { authorization: `${signed.authorization?.slice(0, -4)}0000` }
    const heads = [
      {},
      { authorization: 'Bearer t' },
      { ...signed, ...wrong },
      { ...signed, 'x-amz-date': '20200101T000000Z' },
    ]
    const foreign = await sign(path, { method: 'POST' }, { service, credentials: { ...credentials, accessKeyId: 'X' } })
    const { 'x-amz-content-sha256': _digest, ...foreignWithoutDigest } = foreign
    for (const headers of [
      ...heads,
      foreign,
      foreignWithoutDigest,
      { ...withoutDigest, authorization: 'AWS4-HMAC-SHA256 x' },
    ]) {
      expect(await sendHead(path, headers)).toMatch(/^HTTP\/1\.1 403 /)
    }
    expect(called()).toEqual([])
  })

  test('a client that asks first is told to continue only when its signature is right', async () => {
    const headers = await sign('/admin/integrations', { method: 'POST', body: 'x' })
    const expecting = { expect: '100-continue' }
    expect(await sendHead('/admin/integrations', { ...headers, ...expecting })).toMatch(/^HTTP\/1\.1 100 /)
    expect(await sendHead('/admin/integrations', expecting)).toMatch(/^HTTP\/1\.1 403 /)
  })

  test('a signature without a digest of the body covers the body all the same', async () => {
    const signer = new SignatureV4({
      ...{ service: 'execute-api', region: 'us-east-1', credentials, sha256: Sha256 },
      applyChecksum: false,
    })
    const message = { method: 'POST', protocol: 'http:', hostname: '127.0.0.1', path: '/admin/integrations', query: {} }
    const { headers } = await signer.sign({ ...message, headers: { host: `127.0.0.1:${port}` }, body: '{"a":1}' })
    const post = (body: string) => fetch(`${gateway.url}/admin/integrations`, { method: 'POST', headers, body })
    expect(headers).not.toHaveProperty('x-amz-content-sha256')
    expect([(await post('{"a":2}')).status, (await post('{"a":1}')).status]).toEqual([403, 200])
    expect(called()).toEqual(['admin'])
  })

  test('a signature does not open SCIM, which asks its authorizer', async () => {
    handlers.authorizer = () => Promise.reject(new Error('Unauthorized'))
    expect((await send('/scim/v2/Users', {})).status).toBe(401)
  })
})

describe('Lambda invocation', () => {
  const invokeFunction = async (name: string, body: string, more = {}) => {
    const url = `${gateway.url}/2015-03-31/functions/${name}/invocations`
    const request = { method: 'POST', url, body, service: 'lambda', region: 'us-east-1', credentials, ...more }
    return fetch(url, { method: 'POST', headers: await signRequest(request), body })
  }

  test.each(['rolecall-events', 'events'])('%s gets the payload as it is and answers its result', async (name) => {
    handlers.events = (event) => ({ got: event })
    const response = await invokeFunction(name, '{"last":"5m"}')
    expect([response.status, await response.json()]).toEqual([200, { got: { last: '5m' } }])
  })

  test('a failure is told by a header and its message', async () => {
    handlers.events = () => Promise.reject(new RangeError('too far back'))
    const response = await invokeFunction('events', '{}')
    expect([response.status, response.headers.get('x-amz-function-error'), await response.json()]).toEqual([
      200,
      'Unhandled',
      { errorType: 'RangeError', errorMessage: 'too far back' },
    ])
  })

  test('an unknown function is 404, a broken payload 400, a wrong signature 403', async () => {
    expect((await invokeFunction('nothing', '{}')).status).toBe(404)
    expect((await invokeFunction('events', '{')).status).toBe(400)
    expect((await invokeFunction('events', '{}', { service: 'execute-api' })).status).toBe(403)
    expect(called()).toEqual([])
  })
})
