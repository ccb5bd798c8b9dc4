import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeLocalCredentials } from '../../local/credentials.ts'
import type { EventAnswer } from '../../shared/audit/event-answer.ts'
import { presentEvent } from '../../shared/audit/event-row.ts'
import { anEvent } from '../factories/events.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const EVENTS = 60_000
const RANGE_MS = 3_600_000
const END = Date.now()
/** Some 90 MB in all as text: more than the command may hold. */
const PADDING = 'x'.repeat(1000)

/** A service with very many events, one each 60 ms; the fifth question meets a busy moment. */
function manyEvents(): Server {
  let questions = 0
  const timeOf = (n: number) => END - RANGE_MS + n * (RANGE_MS / EVENTS)
  const eventOf = (n: number) => {
    const changes = [{ attribute: 'title', before: PADDING, after: `${n}` }]
    return presentEvent(anEvent(new Date(timeOf(n)), { method: 'PATCH', resourceId: `${n}`, changes }))
  }
  return createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://127.0.0.1')
    questions += 1
    if (questions === 5) return void response.writeHead(503).end('{"detail":"busy"}')
    if (pathname !== '/events') return void response.end('{"Resources":[],"totalResults":0,"integrations":[]}')
    const from = Date.parse(searchParams.get('from') ?? '') || END - RANGE_MS
    const to = Date.parse(searchParams.get('to') ?? '') || END
    const before = Date.parse(searchParams.get('before')?.slice(0, 24) ?? '') || Number.POSITIVE_INFINITY
    const limit = Number(searchParams.get('limit'))
    const found: number[] = []
    for (let n = EVENTS - 1; n >= 0 && found.length < limit; n--) {
      if (timeOf(n) >= from && timeOf(n) <= to && timeOf(n) < before) found.unshift(n)
    }
    const range = { from: new Date(from).toISOString(), to: new Date(to).toISOString(), limit }
    response.end(JSON.stringify({ ...range, events: found.map(eventOf) } satisfies EventAnswer))
  })
}

const server = manyEvents()
let folder: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rolecall-memory-'))
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret', region: 'us-east-1' }
  writeLocalCredentials(`http://127.0.0.1:${port}`, credentials, folder)
})
afterAll(() => {
  server.close()
  rmSync(folder, { recursive: true })
})

test('rolecall export holds a part of the events, however many there are, and waits out busy moments', async () => {
  const file = join(folder, 'audit.sqlite')
  const args = ['--max-old-space-size=64', join(ROOT, 'cli', 'main.ts'), 'export', file, '--data-dir', folder]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  const told: string[] = []
  child.stderr.setEncoding('utf8').on('data', (text) => told.push(text))
  const code = await new Promise((done) => child.on('exit', done))
  expect([code, told.join('')]).toEqual([
    0,
    `${file}: ${EVENTS} events, 0 users, 0 grants, 0 roles, 0 integrations, 0 tokens\n`,
  ])
  const database = new DatabaseSync(file, { readOnly: true })
  expect(database.prepare('SELECT count(*) AS n, sum(RESOURCE_ID) AS sum FROM rest_event_history').get()).toEqual({
    n: EVENTS,
    sum: (EVENTS * (EVENTS - 1)) / 2,
  })
  database.close()
})
