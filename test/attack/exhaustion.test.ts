import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newToken } from '../../shared/auth/token.ts'
import { mapConcurrently } from '../../shared/store/batch.ts'
import { seedCollection } from '../factories/collection.ts'
import { openSession, startConsole } from '../factories/console.ts'
import { scanEvents } from '../factories/scan.ts'
import { newGroup, newUser, patchOf } from '../factories/scim-api.ts'
import { withSystem } from '../factories/system.ts'
import { client } from '../rfc/client.ts'
import { pathOf, unique } from '../rfc/objects.ts'
import { sendWhole } from './answer.ts'

/** How much of everything is sent; with 10 it is a campaign of some minutes. */
const SCALE = 1
const CONNECTIONS = 100 * SCALE
const SLOW_BODIES = 20 * SCALE
const LARGE_HEADS = 20 * SCALE
const LARGE_BODIES = 2 * SCALE
const DEEP_BODIES = 6 * SCALE
const FILTERS = 4 * SCALE
const TOKENS = 200 * SCALE
const LINKS = 60 * SCALE

const system = withSystem()
const { request } = client(system)
const authorization = () => `Bearer ${system.tokens.GENERIC_PROVISIONING}`
const figures: Record<string, unknown> = {}
afterAll(() => {
  process.stdout.write(`Exhaustion, with a bystander: ${JSON.stringify(figures)}\n`)
})

/** Somebody else's day: each of its answers is right, whatever goes on beside it. */
async function bystander(): Promise<void> {
  const okta = client(system, 'OKTA_PROVISIONING').request
  const userName = unique('bystander')
  const made = await okta('POST', '/Users', newUser(userName, { title: 'Calm' }))
  expect([made.status, made.body.userName]).toEqual([201, userName])
  const path = pathOf(made.body.meta.location)
  const group = await okta('POST', '/Groups', newGroup(unique('calm'), { members: [{ value: made.body.id }] }))
  expect([group.status, group.body.members.length]).toEqual([201, 1])
  const changed = await okta('PATCH', path, patchOf({ op: 'replace', path: 'title', value: 'Calmer' }))
  expect([changed.status, changed.body.title]).toEqual([200, 'Calmer'])
  const found = await okta('GET', `/Users?filter=${encodeURIComponent(`userName eq "${userName}"`)}`)
  expect([found.status, found.body.totalResults, found.body.Resources[0].id]).toEqual([200, 1, made.body.id])
  expect((await okta('DELETE', pathOf(group.body.meta.location))).status).toBe(204)
  expect((await okta('DELETE', path)).status).toBe(204)
}

/** Lets an attack go on beside a bystander, who goes about it until the attack is over, and once more after it. */
async function beside<T>(name: string, attack: () => Promise<T>): Promise<T> {
  const before = process.memoryUsage().rss
  const began = performance.now()
  let isOver = false
  let slowest = 0
  let days = 0
  const live = async () => {
    const since = performance.now()
    await bystander()
    slowest = Math.max(slowest, performance.now() - since)
    days++
  }
  const [result] = await Promise.all([
    attack().finally(() => {
      isOver = true
    }),
    (async () => {
      do await live()
      while (!isOver)
    })(),
  ])
  await live()
  const grownMb = Math.round((process.memoryUsage().rss - before) / 2 ** 20)
  figures[name] = { days, slowestMs: Math.round(slowest), ms: Math.round(performance.now() - began), grownMb }
  return result
}

async function open(): Promise<Socket> {
  const { hostname, port } = new URL(system.baseUrl)
  const socket = connect(Number(port), hostname)
  // Whoever is attacked may hang up.
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

/** A head that announces a body, written by hand so that the body can come as it likes. */
const headOf = (path: string, length: number | 'chunked') =>
  [
    `POST /scim/v2${path} HTTP/1.1`,
    `Host: ${new URL(system.baseUrl).host}`,
    `Authorization: ${authorization()}`,
    'Content-Type: application/scim+json',
    length === 'chunked' ? 'Transfer-Encoding: chunked' : `Content-Length: ${length}`,
    '\r\n',
  ].join('\r\n')

const statusOf = async (socket: Socket): Promise<string> => {
  const [answer] = (await once(socket, 'data')) as [Buffer]
  return answer.toString('latin1').slice(9, 12)
}
const times = (count: number) => Array.from({ length: count }, (_, n) => n)

const SEEDED = 500
beforeAll(async () => {
  const seeding = { account: 'default', owner: 'GENERIC_SCIM_PROVISIONER', count: SEEDED, prefix: 'here' }
  await seedCollection(system.db, seeding)
})

describe('D1 D2 beside what would exhaust the system a bystander is served', () => {
  test('connections that say nothing, and heads that never end', async () => {
    const sockets = await beside('connections', async () => {
      const all = await mapConcurrently(times(CONNECTIONS), 50, open)
      for (const [n, socket] of all.entries()) if (n % 2 === 0) socket.write('GET /scim/v2/Users HTTP/1.1\r\nX-Slow: ')
      await bystander()
      return all
    })
    expect(sockets.filter(({ destroyed }) => destroyed)).toEqual([])
    for (const socket of sockets) socket.destroy()
  })

  test('bodies that come a byte at a time, and are taken back', async () => {
    await beside('slow bodies', async () => {
      const sockets = await mapConcurrently(times(SLOW_BODIES), 20, open)
      for (const socket of sockets) socket.write(headOf('/Users', 1_000_000))
      for (const byte of '{"u') {
        for (const socket of sockets) socket.write(byte)
        await bystander()
      }
      for (const socket of sockets) socket.destroy()
    })
  })

  test('large heads are each 413', async () => {
    const headers = {
      authorization: authorization(),
      ...Object.fromEntries(times(6).map((n) => [`x-${n}`, 'y'.repeat(9000)])),
    }
    const ask = () => sendWhole({ method: 'GET', url: `${system.baseUrl}/Users`, headers })
    const answers = await beside('large heads', () => mapConcurrently(times(LARGE_HEADS), 8, ask))
    expect(answers.map(({ status }) => status)).toEqual(times(LARGE_HEADS).map(() => 413))
  })

  test('large bodies are each 413, announced before any of it is taken, else once it is too much', async () => {
    const announced = async () => {
      const socket = await open()
      socket.write(headOf('/Users', 11 * 2 ** 20))
      return statusOf(socket).finally(() => socket.destroy())
    }
    const piece = Buffer.alloc(2 ** 20, ' ')
    const unannounced = async () => {
      const socket = await open()
      const answered = statusOf(socket)
      socket.write(headOf('/Users', 'chunked'))
      for (let n = 0; n < 11; n++) socket.write(Buffer.concat([Buffer.from('100000\r\n'), piece, Buffer.from('\r\n')]))
      return answered.finally(() => socket.destroy())
    }
    const statuses = await beside('large bodies', () =>
      mapConcurrently(times(LARGE_BODIES), 3, async (n) => (n % 2 === 0 ? announced() : unannounced())),
    )
    expect(statuses).toEqual(times(LARGE_BODIES).map(() => '413'))
  })

  test('deep bodies, many names and long numbers are each 400', async () => {
    const bombs = [
      '['.repeat(900_000),
      `{"a":${'{"a":'.repeat(150_000)}`,
      `{${times(60_000)
        .map((n) => `"k${n}":1`)
        .join(',')}}`,
      `{"userName":${'9'.repeat(900_000)}}`,
      `{"userName":"${'\\u0041'.repeat(150_000)}"}`,
      `{"emails":[${'{},'.repeat(300_000)}{}]}`,
    ]
    const ask = (n: number) => request('POST', '/Users', bombs[n % bombs.length])
    const answers = await beside('deep bodies', () => mapConcurrently(times(DEEP_BODIES), 3, ask))
    expect(answers.map(({ status, body }) => [status, body.schemas])).toEqual(
      answers.map(() => [400, ['urn:ietf:params:scim:api:messages:2.0:Error']]),
    )
  })

  test('filters of the greatest length and depth are answered', async () => {
    const terms = times(90).map((n) => `title co "${'a'.repeat(20)}${n}"`)
    const filters = [
      terms.join(' or '),
      terms.map((term) => `not (${term})`).join(' and '),
      `${'('.repeat(31)}${terms[0]}${')'.repeat(31)}`,
      terms.map((term) => `emails[${term.replace('title', 'value')}]`).join(' or '),
    ]
    const schemas = ['urn:ietf:params:scim:api:messages:2.0:SearchRequest']
    const ask = (n: number) => request('POST', '/Users/.search', { schemas, filter: filters[n % filters.length] })
    const answers = await beside('filters', () => mapConcurrently(times(FILTERS), 6, ask))
    expect(answers.map(({ status, body }) => [status, body.detail])).toEqual(answers.map(() => [200, undefined]))
  })

  test('R2 thousands of tokens that nobody was given leave some rows, and nothing else', async () => {
    const rows = async () => (await scanEvents(system.db)).filter(({ count }) => count !== undefined)
    const before = (await rows()).length
    const ask = async () => {
      const headers = { authorization: `Bearer ${newToken().token}` }
      return (await sendWhole({ method: 'GET', url: `${system.baseUrl}/Users`, headers })).status
    }
    const statuses = await beside('refused tokens', () => mapConcurrently(times(TOKENS), 16, ask))
    expect(new Set(statuses)).toEqual(new Set([401]))
    const after = await rows()
    // One address and one reason are one row for each minute that passed.
    expect(after.length - before).toBeLessThan(3 + TOKENS / 100)
  })

  test('what was tried left nothing behind', async () => {
    for (const path of ['/Users', '/Groups'])
      expect((await request('GET', path)).body.totalResults).toBe(path === '/Users' ? SEEDED : 0)
  })
})

test('D1 thousands of links and cookies that are none leave a console its one session', async () => {
  const found = await startConsole((_asked, response) => response.end('{"answer":1}'))
  const session = await openSession(found.url, found.page.link)
  const target = '/console/api/events'
  const forged = await mapConcurrently(times(LINKS), 16, async (n) => {
    const link = await found.send({ target: `/?link=${'A'.repeat(40)}${String(n).padStart(3, '0')}` })
    const cookie = `rolecall-${new URL(found.url).port}=${String(n).padStart(43, 'B')}`
    const { status } = await found.send({ target, headers: { ...session, cookie } })
    return [link.headers['set-cookie'], status]
  })
  expect(forged).toEqual(times(LINKS).map(() => [undefined, 401]))
  const { status, body } = await found.send({ target, headers: session })
  expect([status, body]).toEqual([200, '{"answer":1}'])
  await found.stop()
})
