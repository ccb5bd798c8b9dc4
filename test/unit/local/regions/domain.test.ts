import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { buffer, text } from 'node:stream/consumers'
import { afterEach, expect, test } from 'vitest'
import { type Domain, startDomain } from '../../../../local/regions/domain.ts'
import { closeServer, listenOnLoopback } from '../../../../shared/http/loopback.ts'

const endings: (() => unknown)[] = []
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end()
})

async function serve(answer: (message: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer)
  const url = await listenOnLoopback(server, 0)
  endings.push(() => closeServer(server))
  return url
}

async function domain(): Promise<Domain> {
  const started = await startDomain(0)
  endings.push(started.close)
  return started
}

/** A region that says what it was asked. */
const echo = (name: string) =>
  serve(async (message, response) => {
    const body = (await buffer(message)).toString()
    const { method, url, rawHeaders } = message
    response.writeHead(207, 'Well', ['X-Region', name, 'Set-Cookie', 'a=1', 'Set-Cookie', 'b=2'])
    response.end(JSON.stringify({ method, url, rawHeaders, body }))
  })

interface Sent {
  method?: string
  path: string
  headers: string[]
  body?: string
}

async function send(url: string, { body, ...sent }: Sent): Promise<IncomingMessage & { continued: boolean }> {
  const outgoing = request(url, { agent: false, ...sent })
  let continued = false
  outgoing.once('continue', () => {
    continued = true
    outgoing.end(body)
  })
  if (sent.headers.includes('Expect')) outgoing.flushHeaders()
  else outgoing.end(body)
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage]
  return Object.assign(answer, { continued })
}

test('requests go on as they came, and answers come back as they are', async () => {
  const front = await domain()
  const url = await echo('a')
  front.open(() => url, [])
  const headers = ['Host', 'elsewhere:1', 'X-twice', '1', 'x-Twice', '2', 'Content-Length', '4', 'Connection', 'close']
  const answer = await send(front.url, { method: 'PATCH', path: '/a//b%2F?x=%20', headers, body: 'äö' })
  expect([answer.statusCode, answer.statusMessage, answer.headers['x-region'], answer.headers['set-cookie']]).toEqual([
    ...[207, 'Well', 'a'],
    ['a=1', 'b=2'],
  ])
  const got = { method: 'PATCH', url: '/a//b%2F?x=%20', rawHeaders: headers, body: 'äö' }
  expect(JSON.parse(await text(answer))).toEqual(got)
})

test('whoever asks first whether to send a body hears so from the region', async () => {
  const front = await domain()
  const url = await echo('a')
  front.open(() => url, [])
  const headers = ['Host', 'x', 'Content-Length', '2', 'Expect', '100-continue', 'Connection', 'close']
  const answer = await send(front.url, { method: 'POST', path: '/', headers, body: 'ok' })
  expect([answer.continued, JSON.parse(await text(answer)).body]).toEqual([true, 'ok'])
})

test('each request goes where the address leads then; those before it is opened wait', async () => {
  const front = await domain()
  const waiting = fetch(front.url)
  const urls = { a: await echo('a'), b: await echo('b') }
  let leadsTo: 'a' | 'b' = 'a'
  front.open(() => urls[leadsTo], [])
  const first = (await waiting).headers.get('x-region')
  leadsTo = 'b'
  expect([first, (await fetch(front.url)).headers.get('x-region')]).toEqual(['a', 'b'])
})

test('what stands beside the regions answers for itself', async () => {
  const front = await domain()
  const url = await echo('a')
  const beside = {
    owns: (message: IncomingMessage) => message.url === '/own',
    serve: async (_message: IncomingMessage, response: ServerResponse) => void response.end('own'),
  }
  front.open(() => url, [beside])
  expect([await (await fetch(`${front.url}/own`)).text(), (await fetch(`${front.url}/other`)).status]).toEqual([
    'own',
    207,
  ])
})

test('of a region that is gone, or goes while it answers, the client finds a broken connection', async () => {
  const front = await domain()
  const gone = await serve(() => {})
  await endings.pop()?.()
  front.open(() => gone, [])
  await expect(fetch(front.url)).rejects.toThrow('fetch failed')
  const another = await domain()
  const url = await serve((_message, response) => {
    response.write('half')
    setImmediate(() => response.destroy())
  })
  another.open(() => url, [])
  await expect(fetch(another.url).then((answer) => answer.text())).rejects.toThrow('terminated')
})
