import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeLocalCredentials } from '../../local/credentials.ts'
import type { EventRow } from '../../shared/audit/event-row.ts'
import { parseToken } from '../../shared/auth/token.ts'
import { batchWrite } from '../../shared/store/batch-write.ts'
import { toEventItem } from '../../shared/store/events/item.ts'
import { runCli } from '../factories/cli.ts'
import { anEvent } from '../factories/events.ts'
import { withSystem } from '../factories/system.ts'

const RUN = join(import.meta.dirname, '..', '..', 'cli', 'rolecall.mjs')
const system = withSystem()
let folder: string

const history = (...args: string[]) => runCli(['event-history', ...args, '--data-dir', folder])

/** What is shown, as JSON. */
async function rowsOf(...args: string[]): Promise<EventRow[]> {
  const { code, stdout, stderr } = await history(...args, '--output', 'json')
  expect({ code, stderr }).toMatchObject({ code: 0 })
  return JSON.parse(stdout)
}

async function scim(method: string, path: string, body?: object) {
  const headers = {
    authorization: `Bearer ${system.tokens.GENERIC_PROVISIONING}`,
    'content-type': 'application/scim+json',
  }
  return fetch(`${system.baseUrl}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) })
}
const createUser = (userName: string) =>
  scim('POST', '/Users', { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName })

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rolecall-cli-'))
  writeLocalCredentials(system.adminUrl, system.credentials, folder)
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('rolecall event-history', () => {
  test('finds what one actor, one token, one address did', async () => {
    await createUser('filtered@example.com')
    const tokenId = parseToken(system.tokens.GENERIC_PROVISIONING)?.tokenId ?? ''
    const about = ['--resource', 'filtered@example.com']
    const names = async (...args: string[]) => (await rowsOf(...about, ...args)).map((row) => row.RESOURCE_NAME)
    const found = ['filtered@example.com']
    expect(await names('--actor', 'generic_scim_provisioner')).toEqual(found)
    expect(await names('--actor', 'OKTA_PROVISIONER')).toEqual([])
    expect(await names('--token', tokenId)).toEqual(found)
    expect(await names('--token', '3fTq0Zr8LkWb2NcXyV9aHs')).toEqual([])
    expect(await names('--address', '127.0.0.0/8')).toEqual(found)
    expect(await names('--address', '192.0.2.0/24')).toEqual([])
    const admins = await rowsOf('--actor', 'arn:aws:iam::000000000000:user/local-admin')
    expect(new Set(admins.map((row) => row.ACTOR_DOMAIN))).toEqual(new Set(['IAM']))
  })

  test('says what a question about one resource leaves out, and shows that with --reads', async () => {
    const user = (await (await createUser('read@example.com')).json()) as { id: string }
    await scim('GET', `/Users/${user.id}`)
    const about = ['--last', '5m', '--resource', 'READ@example.com']
    const shown = async (...args: string[]) => {
      const { code, stdout, stderr } = await history(...about, ...args, '--output', 'json')
      return [code, JSON.parse(stdout).map(({ METHOD }: EventRow) => METHOD), stderr]
    }
    expect(await shown()).toEqual([
      ...[0, ['POST']],
      'Left out: reads of the resource, creates that were refused, what was answered 404, and what others did who had its name: ask with --reads for these',
    ])
    expect(await shown('--reads')).toEqual([0, ['POST', 'GET'], ''])
    expect(await shown('--reads', '--all')).toEqual([0, ['POST', 'GET'], ''])
    expect(await history('--reads')).toEqual({
      ...{ code: 2, stdout: '' },
      stderr: expect.stringContaining('--reads needs --resource: name what was read'),
    })
  })

  test.each([
    [
      ['--integration', 'OKTA_PROVISONING'],
      'There is no integration "OKTA_PROVISONING" in account "default": there is AZURE_PROVISIONING, GENERIC_PROVISIONING, OKTA_PROVISIONING, IAM for administrators (404)',
    ],
    [
      ['--actor', 'OKTA_PROVISIONR'],
      /^No actor "OKTA_PROVISIONR" was found among the most recent \d+ events of the last 7 days in account "default": there is AAD_PROVISIONER, GENERIC_SCIM_PROVISIONER, OKTA_PROVISIONER and in those events .*; ask for another range, or with allowEmpty=true \(404\)$/,
    ],
    [
      ['--actor', 'arn:aws:iam::000000000000:user/locl-admin'],
      /^No actor "arn:aws:iam::000000000000:user\/locl-admin" was found among .* and in those events .*arn:aws:iam::000000000000:user\/local-admin.* \(404\)$/,
    ],
    [['--account', 'defualt'], /^There is no account "defualt": there is default.*\(404\)$/],
  ])('says what there is instead of answering %j with nothing', async (args, said) => {
    await history('--last', '5m')
    expect(await history('--last', '5m', ...args)).toEqual({
      ...{ code: 1, stdout: '' },
      stderr: typeof said === 'string' ? said : expect.stringMatching(said),
    })
  })

  test('takes a bare date as the whole day', async () => {
    await createUser('today@example.com')
    const today = new Date().toISOString().slice(0, 10)
    expect(await rowsOf('--from', today, '--to', today, '--resource', 'today@example.com')).toHaveLength(1)
  })

  test('writes CSV whose lines all end in CRLF, the last one too', async () => {
    await createUser('csv@example.com')
    const { stdout } = await promisify(execFile)(process.execPath, [
      ...[RUN, 'event-history', '--last', '5m', '--limit', '1', '--output', 'csv', '--data-dir', folder],
    ])
    expect(stdout.match(/\r\n/g)).toHaveLength(2)
    expect(stdout.match(/\n/g)).toHaveLength(2)
    expect(stdout.endsWith('\r\n')).toBe(true)
  })

  test('--all shows every event of a range, past 10,000, oldest first and in parts', async () => {
    expect((await runCli(['account', 'create', 'archive', '--data-dir', folder])).code).toBe(0)
    const start = Date.now() - 3_600_000
    // Most of them in one minute, so that the steps have to become shorter on the way.
    const times = Array.from({ length: 10_500 }, (_, i) => start + (i < 1000 ? i * 3000 : 3_000_000 + i * 5))
    const events = times.map((ms) => anEvent(new Date(ms), { account: 'archive' }))
    await batchWrite(
      system.db,
      events.map((event) => ({ PutRequest: { Item: toEventItem(system.db, event) } })),
    )
    const parts: number[] = []
    const args = ['event-history', '--last', '2h', '--all', '--account', 'archive', '--output', 'csv']
    const onOutput = (text: string) => parts.push(text.split('\r\n').length - 1)
    const { code, stdout, stderr } = await runCli([...args, '--data-dir', folder], { onOutput })
    const shown = stdout.split('\r\n').slice(1)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const ids = shown.map((line) => line.split(',')[1])
    expect(ids).toEqual(events.map(({ eventId }) => `"${eventId}"`))
    expect(Math.max(...parts)).toBeLessThanOrEqual(2001)
    expect(parts.length).toBeGreaterThan(2)
  })
})

describe('rolecall event-history, asked more closely', () => {
  test('finds by outcome, kind, request and time taken, leaves out what stands behind !, and shows the newest first', async () => {
    const created = await createUser('closely@example.com')
    const { id } = (await created.json()) as { id: string }
    await scim('GET', `/Users/${id}`)
    await createUser('closely@example.com')
    const about = ['--last', '5m', '--resource', 'closely@example.com', '--reads']
    const shown = async (...args: string[]) =>
      (await rowsOf(...about, ...args)).map(({ METHOD, HTTP_STATUS }) => [METHOD, HTTP_STATUS])
    const [made, read, refused] = [
      ['POST', 201],
      ['GET', 200],
      ['POST', 409],
    ]
    expect(await shown()).toEqual([made, read, refused])
    expect(await shown('--order', 'desc')).toEqual([refused, read, made])
    expect(await shown('--outcome', 'changed,refused', '--kind', 'user')).toEqual([made, refused])
    expect(await shown('--method', '!POST')).toEqual([read])
    expect(await shown('--status', '!4xx', '--integration', '!OKTA_PROVISIONING')).toEqual([made, read])
    expect(await shown('--took', '<60s')).toEqual([made, read, refused])
    expect(await shown('--took', '>60s')).toEqual([])
    const [first] = await rowsOf(...about, '--outcome', 'changed')
    const { requestId } = JSON.parse(first?.DETAILS ?? '{}')
    expect((await rowsOf('--last', '5m', '--request', requestId)).map(({ EVENT_ID }) => EVENT_ID)).toEqual([
      first?.EVENT_ID,
    ])
    const { stdout } = await history(...about, '--order', 'desc', '--sentences')
    expect(stdout.split('\n').map((line) => line.slice(26))).toEqual([
      'WHAT HAPPENED',
      'GENERIC_PROVISIONING tried to create user closely@example.com and was refused: the name is taken',
      'GENERIC_PROVISIONING looked up closely@example.com',
      'GENERIC_PROVISIONING created user closely@example.com',
    ])
  })

  test.each([
    [['--order', 'desc', '--all'], '--order desc and --all contradict each other: give one of them'],
    [['--order', 'desc', '--follow'], '--order desc and --follow contradict each other: give one of them'],
    [['--took', '5'], '--took "5": expected more or less than a time, such as >500ms or <2s'],
    [['--outcome', 'good'], '--outcome "good": expected one of changed, read, refused, failed'],
    [['--kind', 'user,cat'], '--kind "user,cat": expected one of user, role, token'],
  ])('%j cannot be understood', async (args, said) => {
    expect(await history(...args)).toEqual({ code: 2, stdout: '', stderr: expect.stringContaining(said) })
  })
})

describe('rolecall event', () => {
  const on = () => ['--data-dir', folder]

  test('show says what happened and shows every column, as lines and as JSON', async () => {
    await createUser('one@example.com')
    const [row] = await rowsOf('--last', '5m', '--resource', 'one@example.com')
    const said = await runCli(['event', 'show', row?.EVENT_ID ?? '', ...on()])
    const [sentence, ...lines] = said.stdout.split('\n')
    expect([said.code, sentence]).toEqual([0, 'GENERIC_PROVISIONING created user one@example.com'])
    expect(lines).toEqual(
      expect.arrayContaining([
        `EVENT_ID         ${row?.EVENT_ID}`,
        'HTTP_STATUS      201',
        `DURATION_MS      ${row?.DURATION_MS}`,
        expect.stringMatching(/^userName {2,}none → one@example.com$/),
      ]),
    )
    const asJson = await runCli(['event', 'show', row?.EVENT_ID ?? '', '--output', 'json', ...on()])
    expect(JSON.parse(asJson.stdout)).toEqual({ ...row, SENTENCE: sentence })
    const none = await runCli(['event', 'show', '0199e1a0-0000-7000-8000-000000000001', ...on()])
    expect(none).toEqual({
      ...{ code: 1, stdout: '' },
      stderr: 'There is no event "0199e1a0-0000-7000-8000-000000000001": events are kept 90 days (404)',
    })
  })

  test('counts shows a table of steps, and says where nothing is', async () => {
    await createUser('counted@example.com')
    await createUser('counted@example.com')
    const about = ['--last', '5m', '--step', '1d', '--resource', 'counted@example.com', '--reads', ...on()]
    const { code, stdout } = await runCli(['event', 'counts', ...about])
    const day = new Date().toISOString().slice(0, 10)
    expect([code, stdout.split('\n')]).toEqual([
      0,
      ['FROM                      CHANGED  READ  REFUSED  FAILED', `${day}T00:00:00.000Z  1        0     1        0`],
    ])
    const none = await runCli(['event', 'counts', '--last', '5m', '--took', '>60s', '--output', 'json', ...on()])
    expect(none).toEqual({ code: 0, stdout: '[]', stderr: 'No such events in this range' })
  })
})

describe('rolecall event-history --follow', () => {
  test('shows what comes, each event once, as one JSON object a line', async () => {
    const interrupt = new AbortController()
    await createUser('before@example.com')
    const shown: string[] = []
    const args = ['event-history', '--last', '5m', '--type', 'SCIM', '--follow', '--output', 'json']
    const { code } = await runCli([...args, '--data-dir', folder], {
      interrupted: interrupt.signal,
      pause: async () => {
        if (shown.some((line) => line.includes('second@'))) interrupt.abort()
        else
          await createUser(shown.some((line) => line.includes('first@')) ? 'second@example.com' : 'first@example.com')
      },
      onOutput: (text) => shown.push(...text.trim().split('\n')),
    })
    const names = shown.filter((line) => line !== '').map((line) => JSON.parse(line).RESOURCE_NAME)
    expect(code).toBe(0)
    for (const name of ['before', 'first', 'second'])
      expect(names.filter((one) => one === `${name}@example.com`)).toHaveLength(1)
  })

  test('ends on Ctrl-C with exit code 0', async () => {
    const child = spawn(process.execPath, [RUN, 'event-history', '--last', '5m', '--follow', '--data-dir', folder])
    await new Promise((done) => child.stdout.once('data', done))
    child.kill('SIGINT')
    expect(await exitOf(child)).toEqual([0, null])
  })
})

const exitOf = (child: ChildProcess): Promise<unknown[]> =>
  new Promise((done) => child.once('exit', (...status) => done(status)))
