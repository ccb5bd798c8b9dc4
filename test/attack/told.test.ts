import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { writeLocalCredentials } from '../../local/credentials.ts'
import { ENV } from '../../shared/config.ts'
import { RESOURCE_TYPES } from '../../shared/scim/resource-types.ts'
import { mapConcurrently } from '../../shared/store/batch.ts'
import { runCli } from '../factories/cli.ts'
import { newGroup, newUser, patchOf } from '../factories/scim-api.ts'
import { withSystem } from '../factories/system.ts'
import { type Body, client, type Request } from '../rfc/client.ts'
import { pathOf } from '../rfc/objects.ts'
import { everyPath, everywhere } from './attributes.ts'

/** Texts that are put into every attribute, and the seed that draws them; more of them is a campaign. */
const TEXTS = 6
const SEED = 20261127

/** What terminals, spreadsheets, pages, logs and readers of JSON have been made to obey. */
const PIECES = [
  ...['=', '+', '-', '@', '\t=', '\r=', '\n=', '\uff1d', '\uff0b', '\uff0d', '\uff20', "=cmd|' /C calc'!A0", '=1+1'],
  ...['"', '""', '","', '\r\n', "'", ';', '|', '\\', '`', '$(id)', '\u202e', '\u2066', '\u200b', '\ufeff', '\u2028'],
  ...['\u{e0041}', '<script>', '<img src=x onerror=alert(1)>', '-->', ']]>', '&quot;', '%0d%0aX: y', '\\u001b[31m'],
  ...['\n{"level":"ERROR","message":"forged"}\n', '{"_aws":{"CloudWatchMetrics":[]}}', '__proto__', 'constructor'],
  ...['toString', '{{7*7}}', '$'.concat('{7*7}'), '%s%n', 'a', 'Z', ' ', 'é', '李'],
] as const
/** What stands in all of them, by which a line that told one would be found. */
const MARK = 'Zq7mark'
const drawn = fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 6 })
const texts = fc.sample(drawn, { numRuns: TEXTS, seed: SEED }).map((pieces) => `${pieces.join('')}${MARK}`)
/** One text for each way to begin a formula, since a cell counts by its beginning. */
const beginnings = PIECES.filter((piece) => /^[=+\-@\t\r\n\uff0b\uff0d\uff1d\uff20]/.test(piece))

/** What no terminal may be shown: controls but line breaks, direction marks, what is invisible, halves of characters. */
const UNSHOWN = /(?!\u200c|\u200d|\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u

const system = withSystem({ env: { [ENV.requestLog]: 'on' } })
let request: Request
let folder: string
const lines: string[] = []
const users: Body[] = []
let group: Body

const cli = async (...args: string[]) => {
  const { code, stdout, stderr } = await runCli([...args, '--data-dir', folder])
  expect([args, code, stderr.slice(0, 300)]).toEqual([args, 0, expect.any(String)])
  return `${stdout}\n${stderr}`
}

beforeAll(async () => {
  request = client(system).request
  folder = mkdtempSync(join(tmpdir(), 'rolecall-told-'))
  writeLocalCredentials(system.adminUrl, system.credentials, folder)
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => lines.push(String(text)) > 0)
  await putEverywhere()
})
afterAll(() => {
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true })
})

/** Creates, changes and asks for objects with these texts wherever a request takes one, be it refused or not. */
async function putEverywhere(): Promise<void> {
  const all = [...texts, ...beginnings.map((beginning) => `${beginning}${MARK}`)]
  const made = await mapConcurrently([...all.entries()], 8, async ([n, text]): Promise<Body> => {
    const body = { ...newUser(`told-${n}@example.com`), ...everywhere(RESOURCE_TYPES.User, text) }
    const { status, body: user } = await request('POST', '/Users', { ...body, userName: `told-${n}@example.com` })
    expect([text, status, user.title]).toEqual([text, 201, text])
    return user
  })
  users.push(...made)
  const members = made.map(({ id: value }, n) => ({ value, display: all[n] }))
  const [first = ''] = texts
  const asGroup = { ...everywhere(RESOURCE_TYPES.Group, first), ...newGroup(`=1+1 <b>"${MARK}`, { members }) }
  group = (await request('POST', '/Groups', asGroup)).body
  const path = pathOf(made[0].meta.location)
  const certificate = { op: 'add', path: 'x509Certificates', value: [{ type: 'work', value: btoa(MARK) }] }
  await request('PATCH', path, patchOf(certificate))
  const changes = everyPath(RESOURCE_TYPES.User).map((attribute, n) => ({
    ...{ op: 'add', path: attribute, value: all[n % all.length] },
  }))
  const changed = await request('PATCH', path, patchOf(...changes))
  expect([changed.status, changed.body.detail]).toEqual([200, undefined])
  await mapConcurrently([...texts, `\u001b[31m${MARK}`, `\u0000\u009b\u0007${MARK}`], 4, askFor)
}

/** Asks with a text in the path, the query, the filter, headers and bodies that are refused. */
async function askFor(text: string): Promise<void> {
  const word = encodeURIComponent(text)
  const filter = encodeURIComponent(`title eq ${JSON.stringify(text)}`)
  const path = pathOf(group.meta.location)
  await request('GET', `/Users/${word}`)
  await request('GET', `/${word}/x`)
  await request('GET', `/Users?filter=${filter}&sortBy=${word}&attributes=${word}&${word}=${word}`)
  await request('GET', '/Users?count=1', undefined, {
    'User-Agent': Buffer.from(text.replace(/[\r\n\0]/g, ''), 'utf8')
      .toString('latin1')
      .replace(/[^\t\x20-\xff]/g, ''),
    'If-None-Match': '"x"',
  })
  await request('PATCH', path, patchOf({ op: text, path: text, value: text }))
  await request('PATCH', path, patchOf({ op: 'remove', path: `members[value eq ${JSON.stringify(text)}]` }))
  await request('POST', '/Users', { schemas: [text], [text]: text, userName: text })
  await request('POST', '/Groups', newGroup(text))
}

describe('log lines', () => {
  test('I1 I6 each is one line of JSON with the fields and figures it should have, whatever clients wrote', () => {
    const logged = lines.filter((line) => line.startsWith('{"level"'))
    expect(logged.length).toBeGreaterThan(50)
    for (const line of logged) {
      expect(line.endsWith('}\n')).toBe(true)
      expect(UNSHOWN.exec(line)).toBeNull()
      expect(line.indexOf('\n')).toBe(line.length - 1)
      expect(Object.keys(JSON.parse(line)).filter((name) => !FIELDS.has(name))).toEqual([])
      expect(line).not.toContain(MARK)
    }
    // Whatever else was written came from nobody's text either.
    expect(lines.filter((line) => line.includes(MARK))).toEqual([])
  })
})

/** What a line of a request holds (docs/metrics.md). */
const FIELDS = new Set([
  ...['level', 'timestamp', 'service', 'message', 'requestId', 'method', 'route', 'status', 'outcome', 'durationMs'],
  ...['account', 'integration', 'calls', 'tableCalls', 'Requests', 'ReadUnits', 'WriteUnits', 'Conflicts', '_aws'],
  ...['BrakeWarnings', 'BrakeStops'],
])

/** What shows users, roles and history to people, with the objects that hold the texts. */
const commands = (): string[][] => [
  ['user', 'list'],
  ['role', 'list'],
  ['user', 'roles', users[0].id],
  ['role', 'members', group.id],
  ['user', 'history', users[0].id],
  ['role', 'history', group.id],
  ['event-history', '--limit', '1000'],
]

describe('what the command line shows', () => {
  test('I6 tables and pages of one object hold nothing that a terminal obeys or hides', async () => {
    const { events } = JSON.parse(
      `{"events":${(await cli('event-history', '--limit', '1000', '--output', 'json')).trim()}}`,
    )
    const shown = [
      ...commands(),
      ['user', 'show', users[0].id],
      ['user', 'show', users.at(-1).id],
      ['role', 'show', group.id],
      ...events
        .filter(({ DETAILS }: Body) => DETAILS?.includes(MARK))
        .slice(0, 6)
        .map(({ EVENT_ID }: Body) => ['event', 'show', EVENT_ID]),
    ]
    let told = ''
    for (const args of shown) {
      const text = await cli(...args)
      expect([args, UNSHOWN.exec(text)?.[0]]).toEqual([args, undefined])
      told += text
    }
    expect(told).toContain(MARK)
  })

  test('I6 JSON says what was sent, in letters that no terminal obeys', async () => {
    let told = ''
    for (const args of [...commands(), ['user', 'show', users[0].id], ['role', 'show', group.id]]) {
      const text = (await cli(...args, '--output', 'json')).trim()
      expect([args, UNSHOWN.exec(text)?.[0]]).toEqual([args, undefined])
      told += JSON.stringify(JSON.parse(text.replace(/\n[A-Z][^\n]*$/, '')))
    }
    for (const text of texts) expect(told).toContain(JSON.stringify(text).slice(1, -1))
  })

  test('I6 no cell of a CSV file is a formula, and every line has its columns', async () => {
    let cells = 0
    for (const args of commands()) {
      const { stdout } = await runCli([...args, '--output', 'csv', '--data-dir', folder])
      const [header = [], ...rows] = readCsv(`${stdout}\r\n`)
      expect([args, rows.filter((row) => row.length !== header.length)]).toEqual([args, []])
      const obeyed = rows.flat().filter((cell) => /^[=+\-@\t\r\n\uff0b\uff0d\uff1d\uff20]/.test(cell))
      expect([args, obeyed.filter((cell) => !/^-?\d+$/.test(cell))]).toEqual([args, []])
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
      expect([args, /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/.exec(stdout)]).toEqual([args, null])
      cells += rows.flat().filter((cell) => cell.includes(MARK)).length
    }
    expect(cells).toBeGreaterThan(100)
  })
})

/** RFC 4180 in full strictness: every cell quoted, CRLF behind every line. */
function readCsv(text: string): string[][] {
  const rows: string[][] = []
  const cell = /"((?:[^"]|"")*)"(,|\r\n)/y
  let row: string[] = []
  for (cell.lastIndex = 0; cell.lastIndex < text.length; ) {
    const found = cell.exec(text)
    if (!found) throw new Error(`No RFC 4180: ${JSON.stringify(text.slice(0, 200))}`)
    row.push((found[1] ?? '').replaceAll('""', '"'))
    if (found[2] === ',') continue
    rows.push(row)
    row = []
  }
  return rows
}
