import { once } from 'node:events'
import { request, type ServerResponse } from 'node:http'
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { FORWARDED } from '../../../console/api.ts'
import { ADMIN_ROUTES } from '../../../shared/http/routes.ts'
import { type Asked, openLink, openSession, startConsole } from '../../factories/console.ts'

const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error'
const refused = (status: number, detail: string) => ({ schemas: [ERROR], status: String(status), detail })
type Behind = (asked: Asked, response: ServerResponse) => unknown

let behind: Behind = (_asked, response) => response.end('{}')
const answering: Behind = (asked, response) => behind(asked, response)
const { url, page, stop, send, asked, failures, serviceUrl } = await startConsole(answering)
afterAll(stop)
const headers = await openSession(url, page.link)
beforeEach(() => {
  asked.length = 0
  behind = (_asked, response) => response.end('{}')
})

describe('the table of what is passed on', () => {
  test('decides every route that administrators and auditors have, and no other', () => {
    const keys = ADMIN_ROUTES.flatMap(({ path, methods }) => methods.map((method) => `${method} ${path}`))
    expect(Object.keys(FORWARDED).sort()).toEqual(keys.sort())
  })

  test('leaves out the feed of changes, which applications read and the page does not', () => {
    const kept = Object.entries(FORWARDED).flatMap(([key, passes]) => (passes ? [] : [key]))
    expect(kept).toEqual(['GET /changes', 'GET /audit/digests'])
  })

  test.each(Object.entries(FORWARDED))('%s: %s', async (key, passes) => {
    const [method = '', template = ''] = key.split(' ')
    const path = template.replaceAll(/\{\w+\}/g, 'x')
    const { status } = await send({ method, target: `/console/api${path}`, headers })
    expect([status, asked.map((one) => `${one.method} ${one.target}`)]).toEqual(
      passes ? [200, [`${method} ${path}`]] : [404, []],
    )
  })
})

describe('an answer of the service', () => {
  test('comes as it is: status, type, request id and refusal', async () => {
    behind = (_asked, response) => {
      response.writeHead(409, {
        ...{
          'Content-Type': 'application/scim+json',
          'x-amzn-RequestId': 'r-1',
          'x-request-id': 'r-2',
          'Retry-After': '2',
        },
        ...{ 'Set-Cookie': 'a=b', 'Access-Control-Allow-Origin': '*' },
      })
      response.end('{"detail":"taken"}')
    }
    const found = await send({ target: '/console/api/events', headers })
    expect([found.status, found.body]).toEqual([409, '{"detail":"taken"}'])
    expect(found.headers).toMatchObject({
      ...{
        'content-type': 'application/scim+json',
        'x-amzn-requestid': 'r-1',
        'x-request-id': 'r-2',
        'retry-after': '2',
      },
    })
    expect([found.headers['set-cookie'], found.headers['access-control-allow-origin']]).toEqual([undefined, undefined])
  })

  test('without a body has none', async () => {
    behind = (_asked, response) => response.writeHead(204).end()
    const found = await send({ method: 'DELETE', target: '/console/api/admin/users/1', headers })
    expect([found.status, found.body]).toEqual([204, ''])
  })

  test('streams: its beginning is here before its end is written', async () => {
    let rest: ServerResponse | undefined
    behind = (_asked, response) => {
      rest = response
      response.write('first')
    }
    const sent = request(`${url}/console/api/events`, { headers }).end()
    const [response] = await once(sent, 'response')
    const [first] = await once(response, 'data')
    expect(String(first)).toBe('first')
    rest?.end('last')
    const [last] = await once(response, 'data')
    expect(String(last)).toBe('last')
  })

  test('of 20 MB comes whole', async () => {
    const big = Buffer.alloc(20 * 1024 * 1024, 'x').toString()
    behind = (_asked, response) => response.end(big)
    const { body } = await send({ target: '/console/api/admin/roles/1', headers })
    expect(body === big).toBe(true)
  })

  test('that breaks off is cut for the page too, so that nobody takes it for whole', async () => {
    behind = (_asked, response) => {
      response.writeHead(200, { 'Content-Length': 10 })
      response.write('abc')
      setImmediate(() => response.destroy())
    }
    await expect(send({ target: '/console/api/events', headers })).rejects.toThrow('aborted')
  })

  test('that says IAM has refused says which permission to ask for', async () => {
    behind = (_asked, response) => {
      response.writeHead(403, { 'x-amzn-ErrorType': 'AccessDeniedException' })
      response.end('{"Message":"User: arn:... is not authorized"}')
    }
    const call = { method: 'PATCH', target: '/console/api/admin/users/1', headers }
    expect(JSON.parse((await send(call)).body)).toEqual(
      refused(
        403,
        'Your principal may not PATCH /admin/users/{id}: ask for execute-api:Invoke on PATCH /admin/users/{id}',
      ),
    )
  })
})

describe('a page that leaves', () => {
  test('ends the question too', async () => {
    const closed = Promise.withResolvers<void>()
    const arrived = Promise.withResolvers<void>()
    behind = (_asked, response) => {
      response.once('close', closed.resolve)
      arrived.resolve()
    }
    const sent = request(`${url}/console/api/events`, { headers }).end()
    sent.on('error', () => {})
    await arrived.promise
    sent.destroy()
    await closed.promise
    expect(failures).toEqual([])
  })
})

describe('a service that does not answer', () => {
  test('is told of with what to do', async () => {
    const gone = await startConsole(answering)
    const own = await openLink(gone.url, gone.page.link)
    await gone.stopService()
    for (const path of ['events', 'session']) {
      const { status, body } = await gone.send({ target: `/console/api/${path}`, headers: own })
      const said = `Cannot reach ${gone.serviceUrl}: see that it runs and that this machine is online (ECONNREFUSED)`
      expect({ status, body: JSON.parse(body) }).toEqual({ status: 502, body: refused(502, said) })
    }
    await gone.stop()
  })

  test('in time is given up', async () => {
    behind = () => {}
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const answer = send({ target: '/console/api/events', headers })
    await vi.waitFor(() => expect(asked).toHaveLength(1), { timeout: 10_000, interval: 10 })
    vi.advanceTimersByTime(32_000)
    vi.useRealTimers()
    const { status, body } = await answer
    expect({ status, body: JSON.parse(body) }).toEqual({
      ...{ status: 504, body: refused(504, `No answer from ${serviceUrl} within 32 s: try again`) },
    })
  })

  test('to whoever has no credentials any more is not even asked', async () => {
    const upstream = {
      url: serviceUrl,
      region: 'r',
      credentials: () => Promise.reject(new Error('The SSO session has expired')),
    }
    const lapsed = await startConsole(answering, { upstream })
    const own = await openLink(lapsed.url, lapsed.page.link)
    const { status, body } = await lapsed.send({ target: '/console/api/events', headers: own })
    expect({ status, body: JSON.parse(body), asked }).toEqual({
      ...{ status: 503, asked: [] },
      body: refused(503, 'No AWS credentials: sign in again, then try again (The SSO session has expired)'),
    })
    await lapsed.stop()
  })
})

describe('the session', () => {
  const session = async (answers: Record<string, [number, object]>) => {
    behind = ({ method, target }, response) => {
      const [status, body] = answers[`${method} ${target}`] ?? [500, {}]
      response.writeHead(status).end(JSON.stringify(body))
    }
    return JSON.parse((await send({ target: '/console/api/session', headers })).body) as object
  }
  const about = {
    ...{ account: 'default', region: 'eu-west-1', url: serviceUrl, readOnly: false, version: '0.1.0' },
    ...{ csrf: headers['x-rolecall-csrf'], command: './rolecall', commandOptions: [] },
  }
  const principal = 'arn:aws:iam::1:user/ada'

  test('says who signs, for how long events are kept, and which accounts there are', async () => {
    const found = await session({
      'GET /admin/whoami': [200, { principal, account: 'default', retentionDays: 30 }],
      'POST /admin/whoami': [200, {}],
      'GET /admin/accounts?purpose=console': [200, { accounts: [{ account: 'default' }, { account: 'two' }] }],
    })
    expect(found).toEqual({ ...about, principal, retentionDays: 30, accounts: ['default', 'two'], mayWrite: true })
  })

  test('of several regions says which one answered, and which is primary', async () => {
    const region = { own: 'eu-west-1', primary: 'eu-central-1', all: ['eu-central-1', 'eu-west-1'] }
    const found = await session({
      'GET /admin/whoami': [200, { principal, account: 'default', retentionDays: 30, region }],
      'POST /admin/whoami': [204, {}],
      'GET /admin/accounts?purpose=console': [403, {}],
    })
    const rest = { principal, retentionDays: 30, accounts: ['default'], mayWrite: true }
    expect(found).toEqual({ ...about, ...rest, regions: region })
  })

  test.each([
    ['IAM refuses the write that does nothing', 403, false],
    ['the service is older than the question', 404, true],
    ['nobody knows', 500, false],
  ])('where %s, whether one may write is %s: %s', async (_name, status, mayWrite) => {
    const found = await session({
      'GET /admin/whoami': [status === 404 ? 404 : 200, { principal }],
      'POST /admin/whoami': [status, {}],
      'GET /admin/accounts?purpose=console': [403, {}],
    })
    expect(found).toEqual({
      ...{ ...about, retentionDays: 90, accounts: ['default'], mayWrite },
      principal: status === 404 ? '' : principal,
    })
  })
})
