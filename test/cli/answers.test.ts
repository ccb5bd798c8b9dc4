import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { writeLocalCredentials } from '../../local/credentials.ts'
import { runCli } from '../factories/cli.ts'

/** A service that says what a test lets it say, one answer after the other. */
let server: Server
let folder: string
let url: string
let answers: { status: number; body: string }[] = []
let asked: string[] = []
/** The keys that requests were signed with. */
let signers: (string | undefined)[] = []

const says = (status: number, body: unknown) => {
  answers.push({ status, body: typeof body === 'string' ? body : JSON.stringify(body) })
}
const rolecall = (...args: string[]) => runCli([...args, '--data-dir', folder])

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    signers.push(/Credential=(\w+)/.exec(request.headers.authorization ?? '')?.[1])
    const { status, body } = answers.shift() ?? { status: 500, body: '' }
    response.writeHead(status, { connection: 'close' }).end(body)
  }).listen(0, '127.0.0.1')
  await new Promise((done) => server.once('listening', done))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  folder = mkdtempSync(join(tmpdir(), 'rolecall-cli-'))
  writeLocalCredentials(url, { accessKeyId: 'LOCAL1', secretAccessKey: 'secret' }, folder)
})
beforeEach(() => {
  answers = []
  asked = []
  signers = []
})
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await new Promise((done) => server.close(done))
})

test('event-history asks on, in the same range, where one answer had no room for all', async () => {
  const range = { from: '2026-08-31T10:00:00.000Z', to: '2026-08-31T10:05:00.000Z' }
  says(200, { ...range, events: [{ EVENT_ID: '3' }, { EVENT_ID: '4' }], next: '2026-08-31T10:03:00.000Z#3' })
  says(200, { ...range, events: [{ EVENT_ID: '1' }, { EVENT_ID: '2' }], unreadable: 1 })
  const { code, stdout, stderr } = await rolecall(
    'event-history',
    '--last',
    '5m',
    '--method',
    'GET',
    '--output',
    'json',
  )
  expect(code).toBe(0)
  expect(JSON.parse(stdout).map((row: { EVENT_ID: string }) => row.EVENT_ID)).toEqual(['1', '2', '3', '4'])
  expect(stderr).toBe('1 rows of the range could not be read')
  const same = 'from=2026-08-31T10%3A00%3A00.000Z&to=2026-08-31T10%3A05%3A00.000Z'
  expect(asked.map((line) => new URL(line.slice(4), url).searchParams)).toEqual([
    new URLSearchParams('last=5m&method=GET&limit=100'),
    new URLSearchParams(`${same}&method=GET&allowEmpty=true&limit=98&before=2026-08-31T10%3A03%3A00.000Z%233`),
  ])
})

test('user list asks for page after page until it has what there is', async () => {
  const Resources = (length: number) => Array.from({ length }, () => ({ id: 'x' }))
  says(200, { totalResults: 1500, nextCursor: 'c1', Resources: Resources(1000) })
  says(200, { totalResults: 1500, Resources: Resources(500) })
  const { stdout, stderr } = await rolecall('user', 'list', '--limit', '5000', '--output', 'json')
  expect([JSON.parse(stdout).length, stderr]).toEqual([1500, ''])
  expect(asked).toEqual([
    'GET /admin/users?excludedAttributes=groups&cursor=&count=1000',
    'GET /admin/users?excludedAttributes=groups&cursor=c1&count=1000',
  ])
})

test.each(['table', 'csv', 'json'])('user list --all shows each page of a %s as it arrives', async (output) => {
  says(200, { totalResults: 2, nextCursor: 'c1', Resources: [{ id: 'first' }] })
  says(200, { totalResults: 2, Resources: [{ id: 'second' }] })
  const seen: string[] = []
  const args = ['user', 'list', '--all', '--output', output, '--data-dir', folder]
  await runCli(args, { onOutput: (text) => seen.push(`${asked.length}: ${/first|second/.exec(text)?.[0] ?? 'end'}`) })
  expect(seen.slice(0, 2)).toEqual(['1: first', '2: second'])
})

test('user list stops when the service has no more, whatever it counted', async () => {
  says(200, { totalResults: 3, Resources: [{ id: 'x' }] })
  expect((await rolecall('user', 'list')).stderr).toBe('1 of 3 are shown: raise --limit, or say --all')
})

test.each([
  ['a SCIM error', 403, { detail: 'Access denied: sign in' }, 'Access denied: sign in (403)'],
  ['a gateway error', 429, { message: 'Too Many Requests' }, 'Too Many Requests (429)'],
  ['an error that would colour the screen', 400, { detail: '\u001b[31mred\nline' }, '\\u001b[31mred line (400)'],
  ['an error that is no JSON', 502, '<html>', 'Bad Gateway (502)'],
  ['a redirect', 302, '', 'Cannot reach URL: fetch failed'],
])('says in one line what %s says', async (_name, status, body, stderr) => {
  says(status, body)
  expect(await rolecall('integration', 'list')).toEqual({ code: 1, stdout: '', stderr: stderr.replace('URL', url) })
})

test('names that would move a terminal are escaped in tables and JSON, and stay what they are (I6)', async () => {
  const user = { id: 'x', userName: '\u009b2J\u202egnp', displayName: 'می\u200cخواهم' }
  const answer = { totalResults: 1, Resources: [user] }
  says(200, answer)
  expect((await rolecall('user', 'list')).stdout).toContain('\\u009b2J\\u202egnp  می\u200cخواهم')
  says(200, answer)
  const json = (await rolecall('user', 'list', '--output', 'json')).stdout
  expect(json).toContain('"userName": "\\u009b2J\\u202egnp"')
  expect(JSON.parse(json)).toEqual([user])
  says(200, user)
  expect((await rolecall('user', 'show', 'x', '--output', 'json')).stdout).toContain('\\u009b2J')
})

test('event-history --details shows what a request changed, before and after', async () => {
  const changes = [
    { attribute: 'active', before: true, after: false },
    { attribute: 'title', after: 'Dr' },
    { attribute: 'emails', before: [{ value: 'a@example.com' }] },
  ]
  const DETAILS = JSON.stringify({ requestId: 'r1', tokenId: 't1', changes })
  const event = { EVENT_TIMESTAMP: '2026-08-31T10:00:00.000Z', METHOD: 'PATCH', HTTP_STATUS: 200, RESOURCE_ID: 'u1' }
  says(200, { events: [{ ...event, DETAILS }] })
  expect((await rolecall('event-history', '--details')).stdout.split('\n').slice(2)).toEqual([
    '    active      true → false',
    '    title       none → Dr',
    '    emails      [{"value":"a@example.com"}] → none',
    '    resourceId  u1',
    '    requestId   r1',
    '    tokenId     t1',
  ])
})

describe('event-history --follow', () => {
  const range = { from: '2026-08-31T10:00:00.000Z', to: '2026-08-31T10:05:00.000Z' }
  const event = (minute: number) => ({
    ...{ EVENT_ID: `e${minute}`, EVENT_TIMESTAMP: `2026-08-31T10:0${minute}:00.000Z` },
  })
  const follow = (interrupted: AbortSignal, onOutput: (text: string) => void) =>
    runCli(['event-history', '--last', '5m', '--follow', '--output', 'json', '--data-dir', folder], {
      ...{ interrupted, onOutput },
    })

  const came = (next: string, ...events: object[]) => says(200, { events, next, more: false })

  test('shows each event once, goes on when the service was away, and ends on Ctrl-C with exit code 0', async () => {
    const interrupt = new AbortController()
    says(200, { ...range, events: [event(1), event(4)], follow: 'place1' })
    says(503, { detail: 'Busy' })
    says(500, '')
    came('place2', event(4), event(5))
    came('place3', event(3), event(6))
    const { code, stdout, stderr } = await follow(interrupt.signal, (text) => text.includes('e6') && interrupt.abort())
    const shown = stdout.split('\n').map((line) => JSON.parse(line).EVENT_ID)
    expect([code, shown]).toEqual([0, ['e1', 'e4', 'e5', 'e3', 'e6']])
    expect(stderr).toBe('Busy (503). Trying again until it answers, or Ctrl-C\nThe service answers again')
    const afters = asked.map((line) => new URL(line.slice(4), url).searchParams.get('after'))
    expect(afters).toEqual([null, 'place1', 'place1', 'place1', 'place2'])
  })

  test('ends with exit code 1 when the service refuses', async () => {
    says(200, { ...range, events: [event(1)], follow: 'place1' })
    says(403, { message: 'The security token included in the request is expired' })
    const never = new AbortController().signal
    expect(await follow(never, () => undefined)).toEqual({
      ...{ code: 1, stdout: JSON.stringify(event(1)) },
      stderr: 'The security token included in the request is expired (403)',
    })
  })

  test('says nothing more when it is interrupted while it waits for an answer', async () => {
    const interrupt = new AbortController()
    says(200, { ...range, events: [event(1)], follow: 'place1' })
    const { code, stderr } = await follow(interrupt.signal, () => interrupt.abort())
    expect([code, stderr]).toEqual([0, ''])
  })

  test('signs with the key of the local system that has been started anew at its address', async () => {
    const interrupt = new AbortController()
    says(200, { ...range, events: [event(1)], follow: 'place1' })
    came('place2', event(6))
    const args = ['event-history', '--last', '5m', '--follow', '--output', 'json', '--data-dir', folder]
    const { code } = await runCli(args, {
      interrupted: interrupt.signal,
      pause: async () => {
        writeLocalCredentials(url, { accessKeyId: 'LOCAL2', secretAccessKey: 'another' }, folder)
      },
      onOutput: (text) => text.includes('e6') && interrupt.abort(),
    })
    expect([code, signers]).toEqual([0, ['LOCAL1', 'LOCAL2']])
  })
})
