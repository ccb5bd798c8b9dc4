import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { COMMANDS } from '../../cli/commands.ts'
import { putRestoreMark } from '../../cli/restore/mark.ts'
import { writeLocalCredentials } from '../../local/credentials.ts'
import { EVENT_COLUMNS } from '../../shared/audit/event-row.ts'
import { ADMIN_ROUTES } from '../../shared/http/routes.ts'
import { ensureAccount } from '../../shared/store/accounts.ts'
import type { Db } from '../../shared/store/client.ts'
import { runCli } from '../factories/cli.ts'
import { engineEndpoint, testTable } from '../factories/engine.ts'
import { commandsOf, REGIONS_GUIDE } from '../factories/guide.ts'
import { SAMPLES } from '../factories/samples.ts'
import { settle } from '../factories/settle.ts'
import { withSystem } from '../factories/system.ts'

const ROOT = join(import.meta.dirname, '..', '..')
/** Those of two regions are run where there are two (`test/e2e/regions.test.ts`). */
const documents = ['README.md', ...globSync('docs/*.md', { cwd: ROOT })].filter((path) => path !== REGIONS_GUIDE).sort()
const DAY_MS = 86_400_000

const system = withSystem()
let folder: string
let workFolder: string
/** What a restore is shown with: the service's table must not be written over. */
let live: Db
let restored: Db
/** A local system's, to try on; and one whose restore was cut off. */
let tried: Db
let givenUp: Db

/** What a report answers where something is found: the reader has one user, the samples have ten, and guides try what is refused. */
const FOUND = 3
const mayFind = (line: string): boolean => /^(drift|health|audit verify)\b/.test(line)
/** Who waits for a first request is interrupted at the first pause. */
const INTERRUPTED = 1
const isEnded = (line: string): boolean => / --wait\b/.test(line)

/** The words of a line as a shell splits it. */
const splitLine = (line: string): string[] =>
  [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, one, two, three]) => one ?? two ?? three ?? '')

/** A document's own account has the objects its commands speak of, and those that were deleted; other names stand for those of the reader. */
interface Reader {
  account: string
  tokenId: string
  eventId: string
}

async function newReader(account: string): Promise<Reader> {
  const on = ['--account', account, '--data-dir', folder]
  const create = await runCli(['integration', 'create', 'EXAMPLE', '--kind', 'GENERIC', ...on])
  expect(create.code).toBe(0)
  const issued = await runCli(['token', 'issue', 'EXAMPLE', '--output', 'json', ...on])
  const { token, tokenId } = JSON.parse(issued.stdout)
  const user = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName: 'ada@example.com' }
  const group = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'], displayName: 'Engineering' }
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' }
  for (const [path, body] of [
    ['Users', user],
    ['Groups', group],
  ]) {
    const response = await fetch(`${system.baseUrl}/${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    expect(response.status).toBe(201)
  }
  for (const [path, body] of [
    ['Users', { ...user, userName: 'grace@example.com' }],
    ['Groups', { ...group, displayName: 'Operations' }],
  ] as const) {
    const created = await fetch(`${system.baseUrl}/${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    const { id } = (await created.json()) as { id: string }
    const deleted = await fetch(`${system.baseUrl}/${path}/${id}`, { method: 'DELETE', headers })
    expect(deleted.status).toBe(204)
  }
  await settle(system.db, account)
  const { stdout } = await runCli(['event-history', '--last', '5m', '--limit', '1', '--output', 'json', ...on])
  return { account, tokenId, eventId: JSON.parse(stdout)[0].EVENT_ID }
}

/** What each command has asked of the service, as IAM names it: `GET/admin/users/ada`. */
const asked = new Map<string, Set<string>>()

/** Takes down what a command asks, and lets it ask. */
function takeDown(words: string): void {
  const requests = asked.get(words) ?? new Set()
  asked.set(words, requests)
  const send = globalThis.fetch
  vi.spyOn(globalThis, 'fetch').mockImplementation((input, init) => {
    const { origin, pathname } = new URL(String(input))
    const isSigned = origin === system.adminUrl && !pathname.startsWith('/scim/')
    if (isSigned) requests.add(`${init?.method ?? 'GET'}${pathname}`)
    return send(input, init)
  })
}

/** What only the reader knows: ids, names in capitals, days within the retention, and where files may be written. */
function asReader(line: string, { account, tokenId, eventId }: Reader): string[] {
  const day = (back: number) => new Date(Date.now() - back * DAY_MS).toISOString().slice(0, 10)
  const filled = line
    .replace(/(token (?:revoke|rotate|rename) )(?!--)\S+/, `$1${tokenId}`)
    .replace(/\bEVENT_ID\b/, eventId)
    .replace(/\bHASH\b/, '0'.repeat(64))
    .replace(/(revoke --all )NAME\b/, '$1EXAMPLE')
    .replace(/\b(show) (?:ID|NAME)\b/, '$1 ada@example.com')
    .replace(/\b(list|release) NAME\b/, '$1 EXAMPLE')
    .replace('--integration OKTA_PROVISIONING', '--integration EXAMPLE')
    .replace('--actor OKTA_PROVISIONER', '--actor GENERIC_SCIM_PROVISIONER')
    .replace(/--since \S+/, `--since ${day(2)}`)
    .replace('--from 2026-08-01 --to 2026-08-31', `--from ${day(2)} --to ${day(0)}`)
    .replace(/--from 20\d\d-\d\d-\d\d\b/, `--from ${day(2)}`)
    .replace('--file people.csv', `--file ${join(workFolder, 'people.csv')}`)
    .replace(/(--users|--groups) (\S+)/g, `$1 ${SAMPLES}/$2`)
    .replace(/(\S+)\.(token|secret)\b/, join(workFolder, `${account}-$1.$2`))
    .replace('--restored TABLE-0200 --live TABLE', `--restored ${restored.tableName} --live ${live.tableName}`)
    .replace(/--live rolecall --restored rolecall-0200/, `--live ${tried.tableName} --restored ${tried.tableName}-0200`)
    .replace(/(restore abandon --live )TABLE/, `$1${givenUp.tableName}`)
    .replace(/\b(audit\.sqlite|users\.csv|events\.csv)/g, (name) => join(workFolder, name))
  return splitLine(filled)
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rolecall-cli-'))
  workFolder = mkdtempSync(join(tmpdir(), 'rolecall-guide-'))
  writeFileSync(join(workFolder, 'users.csv'), 'login,status\nada@example.com,ACTIVE\nzoe@example.com,ACTIVE\n')
  ;[live, restored, tried, givenUp] = [await testTable(), await testTable(), await testTable(), await testTable()]
  for (const db of [restored, tried]) await ensureAccount(db, 'default', new Date())
  const begun = {
    startedAt: 0,
    step: 'close' as const,
    hasCopied: false,
    watchedFrom: 0,
    before: [],
    accountsSince: [],
    closed: [],
  }
  await putRestoreMark(givenUp, { ...begun, restored: restored.tableName })
  writeLocalCredentials(system.adminUrl, system.credentials, folder)
  writeFileSync(join(workFolder, 'events.csv'), EVENT_COLUMNS.join(','))
  writeFileSync(join(workFolder, 'people.csv'), 'userName\nada@example.com\n')
})

afterAll(() => {
  for (const made of [folder, workFolder]) rmSync(made, { recursive: true })
})

test.each(documents.filter((document) => commandsOf(document).length > 0))(
  'every command of %s works',
  async (document) => {
    const reader = await newReader(document.toLowerCase().replace(/[^a-z]+/g, '-'))
    for (const line of commandsOf(document)) {
      const args = [...asReader(line, reader)]
      const own = /^(--|sql |restore )/.test(line) ? [] : ['--account', reader.account, '--data-dir', folder]
      const words = COMMANDS.find((command) => `${args.join(' ')} `.startsWith(`${command.words} `))?.words
      if (words !== undefined) takeDown(words)
      const env = { DYNAMODB_ENDPOINT: engineEndpoint() }
      const answer = (question: string) => /the table "([^"]+)"/i.exec(question)?.[1] ?? ''
      const { code, stderr } = await runCli([...args, ...own], { env, answer })
      vi.restoreAllMocks()
      const isRight = (mayFind(line) && code === FOUND) || (isEnded(line) && code === INTERRUPTED)
      const failure = isRight ? 0 : code
      expect({ line, code: failure, stderr: failure === 0 ? '' : stderr }).toEqual({ line, code: 0, stderr: '' })
    }
  },
)

/** What the admin guide says that each command needs: `GET/admin/users/*`. */
function statementsIn(guide: string): Map<string, string[]> {
  const [, section = ''] = /^## What each command needs$(.*?)(?:^## |(?![\s\S]))/ms.exec(guide) ?? []
  const rows = [...section.matchAll(/^\| (`.*?) \| (.*) \|$/gm)]
  const quoted = (text = '') => [...text.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word)
  const isStatement = (word: string) => /^[A-Z]+\//.test(word)
  return new Map(
    rows.flatMap(([, words, needs]) => quoted(words).map((word) => [word, quoted(needs).filter(isStatement)] as const)),
  )
}

/** As IAM matches: a star stands for any text. */
const isCovered = (request: string, statement: string): boolean =>
  new RegExp(`^${statement.replaceAll('.', '\\.').replaceAll('*', '.*')}$`).test(request)

test('the admin guide says what each command needs, of routes there are, and no command asks more', () => {
  const statements = statementsIn(readFileSync(join(ROOT, 'docs/admin-guide.md'), 'utf8'))
  const askers = COMMANDS.map(({ words }) => words).filter(
    (words) => !/^(sql|completion|restore |failover )/.test(words),
  )
  expect([...statements.keys()].sort()).toEqual(askers.toSorted())
  // The console asks when its page does.
  expect(askers.filter((words) => !asked.get(words)?.size)).toEqual(['console'])
  const uncovered = [...asked].flatMap(([words, requests]) => {
    const allowed = statements.get(words) ?? []
    return [...requests].filter((one) => !allowed.some((statement) => isCovered(one, statement)))
  })
  expect(uncovered).toEqual([])
  const routes = ADMIN_ROUTES.flatMap(({ path, methods }) => methods.map((method) => `${method}${path}`))
  const named = [...new Set([...statements.values()].flat())]
  expect(named.filter((statement) => !routes.some((route) => isCovered(route, statement)))).toEqual([])
})
