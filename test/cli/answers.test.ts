import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { writeLocalCredentials } from '../../local/credentials.ts'
import { runCli } from '../factories/cli.ts'

/** A service that says what a test lets it say, one answer after the other. */
let server: Server
let folder: string
let url: string
let answers: { status: number; body: string }[] = []
let asked: string[] = []

const says = (status: number, body: unknown) => {
  answers.push({ status, body: typeof body === 'string' ? body : JSON.stringify(body) })
}
const rolecall = (...args: string[]) => runCli([...args, '--data-dir', folder])

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
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
    new URLSearchParams(`method=GET&${same}&limit=98&before=2026-08-31T10%3A03%3A00.000Z%233`),
  ])
})

test('user list asks for page after page until it has what there is', async () => {
  const page = (count: number) => ({
    totalResults: 1500,
    Resources: Array.from({ length: count }, () => ({ id: 'x' })),
  })
  says(200, page(1000))
  says(200, page(500))
  const { stdout, stderr } = await rolecall('user', 'list', '--limit', '5000', '--output', 'json')
  expect([JSON.parse(stdout).length, stderr]).toEqual([1500, ''])
  expect(asked).toEqual([
    'GET /admin/users?excludedAttributes=groups&startIndex=1&count=1000',
    'GET /admin/users?excludedAttributes=groups&startIndex=1001&count=1000',
  ])
})

test('user list stops when the service has no more, whatever it counted', async () => {
  says(200, { totalResults: 3, Resources: [{ id: 'x' }] })
  says(200, { totalResults: 3, Resources: [] })
  expect((await rolecall('user', 'list')).stderr).toBe('1 of 3 are shown: raise --limit')
})

test.each([
  ['a SCIM error', 403, { detail: 'Access denied: sign in' }, 'Access denied: sign in (403)'],
  ['a gateway error', 429, { message: 'Too Many Requests' }, 'Too Many Requests (429)'],
  ['an error that would colour the screen', 400, { detail: '\u001b[31mred\nline' }, 'red line (400)'],
  ['an error that is no JSON', 502, '<html>', 'Bad Gateway (502)'],
  ['a redirect', 302, '', 'Cannot reach URL: fetch failed'],
])('says in one line what %s says', async (_name, status, body, stderr) => {
  says(status, body)
  expect(await rolecall('integration', 'list')).toEqual({ code: 1, stdout: '', stderr: stderr.replace('URL', url) })
})
