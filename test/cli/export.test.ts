import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeLocalCredentials } from '../../local/credentials.ts'
import { EVENT_COLUMNS } from '../../shared/audit/event-row.ts'
import { SAVED_QUERIES } from '../../shared/audit/queries.ts'
import { type CliOptions, runCli } from '../factories/cli.ts'
import { newGroup, newUser, patchOf } from '../factories/scim-api.ts'
import { withSystem } from '../factories/system.ts'

const system = withSystem()
let folder: string
let file: string
const ids: Record<string, string> = {}

const cli = (args: string[], options: CliOptions = {}) => runCli([...args, '--data-dir', folder], options)

async function scim(method: string, path: string, body?: object): Promise<{ id: string }> {
  const headers = {
    authorization: `Bearer ${system.tokens.OKTA_PROVISIONING}`,
    'content-type': 'application/scim+json',
  }
  const response = await fetch(`${system.baseUrl}${path}`, {
    method,
    headers,
    ...(body && { body: JSON.stringify(body) }),
  })
  return response.status === 204 ? { id: '' } : ((await response.json()) as { id: string })
}

/** What a question finds, as JSON. */
const sql = (question: string, ...args: string[]) => sqlOf(file, question, ...args)

async function sqlOf(of: string, question: string, ...args: string[]): Promise<Record<string, unknown>[]> {
  const { code, stdout, stderr } = await cli(['sql', question, '--file', of, '--output', 'json', ...args])
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
  return JSON.parse(stdout)
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rolecall-export-'))
  file = join(folder, 'audit.sqlite')
  writeLocalCredentials(system.adminUrl, system.credentials, folder)
  for (const name of ['ada', 'bob', 'eve']) {
    const emails = [{ value: `${name}@example.com`, primary: true }]
    ids[name] = (await scim('POST', '/Users', newUser(`${name}@example.com`, { emails }))).id
  }
  await scim('PATCH', `/Users/${ids.bob}`, patchOf({ op: 'replace', value: { active: false } }))
  const members = [{ value: ids.ada }, { value: ids.bob }]
  ids.finance = (await scim('POST', '/Groups', newGroup('Finance', { members }))).id
  const progress: string[] = []
  const { code, stderr } = await cli(['export', file, '--last', '1h'], { onProgress: (text) => progress.push(text) })
  expect([code, stderr]).toEqual([
    0,
    expect.stringMatching(/audit\.sqlite: \d+ events, 3 users, 2 grants, 1 roles, 3 integrations, 3 tokens$/),
  ])
  expect(progress.at(-1)).toBe('1 roles')
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('rolecall export', () => {
  test('writes every table whole, for nobody else to read', async () => {
    const [event] = await sql('select * from rest_event_history order by EVENT_TIMESTAMP limit 1')
    expect(Object.keys(event ?? {})).toEqual([...EVENT_COLUMNS])
    expect(await sql('select user_name, active, email, owner from users order by user_name')).toEqual([
      { user_name: 'ada@example.com', active: 1, email: 'ada@example.com', owner: 'OKTA_PROVISIONER' },
      { user_name: 'bob@example.com', active: 0, email: 'bob@example.com', owner: 'OKTA_PROVISIONER' },
      { user_name: 'eve@example.com', active: 1, email: 'eve@example.com', owner: 'OKTA_PROVISIONER' },
    ])
    expect(await sql('select id, name, owner from roles')).toEqual([
      { id: ids.finance, name: 'Finance', owner: 'OKTA_PROVISIONER' },
    ])
    expect(await sql('select * from grants order by user_name')).toEqual(
      ['ada', 'bob'].map((name) => ({
        ...{ user_id: ids[name], role_id: ids.finance },
        ...{ user_name: `${name}@example.com`, role_name: 'Finance' },
      })),
    )
    expect(
      await sql("select name, value from meta where name in ('account', 'complete', 'service') order by 1"),
    ).toEqual([
      { name: 'account', value: 'default' },
      { name: 'complete', value: 'yes' },
      { name: 'service', value: system.adminUrl },
    ])
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const text = readFileSync(file, 'latin1')
    for (const token of Object.values(system.tokens)) expect(text.includes(token)).toBe(false)
  })

  test('says of every column what it is', async () => {
    const made = await sql("select name, sql from sqlite_schema where type = 'table' and name not like 'sqlite_%'")
    expect(made.map(({ name }) => name)).toEqual([
      ...['rest_event_history', 'users', 'roles', 'grants', 'integrations', 'tokens', 'meta'],
    ])
    for (const { sql: text } of made) {
      const columns = String(text).split('\n').slice(1, -2)
      for (const line of columns) expect(line).toMatch(/^ {2}\w+ (TEXT|INTEGER)( COLLATE NOCASE)?, -- \w.+/)
    }
  })

  test('replaces a file only if told to', async () => {
    const before = readFileSync(file)
    const refused = await cli(['export', file])
    expect(refused).toEqual({
      code: 1,
      stdout: '',
      stderr: `The file ${file} exists: name another, or replace it with --force`,
    })
    expect(readFileSync(file)).toEqual(before)
    expect((await cli(['export', file, '--force', '--last', '1h'])).code).toBe(0)
  })

  test('that is interrupted leaves nothing', async () => {
    const other = join(folder, 'interrupted.sqlite')
    const controller = new AbortController()
    const options = { interrupted: controller.signal, onProgress: () => controller.abort() }
    expect(await cli(['export', other], options)).toEqual({
      ...{ code: 1, stdout: '', stderr: `Interrupted: ${other} was not written` },
    })
    expect(readdirSync(folder).filter((name) => name.startsWith('interrupted'))).toEqual([])
  })

  test.each([
    [['--last', '1h', '--from', '2026-08-01'], 2, /^--last and --from contradict each other: give one of them/],
    [['--from', '2001-01-01'], 1, /^Cannot show events from 2001-01-01T00:00:00.000Z: events are kept 90 days/],
  ])('with %j is refused and leaves nothing', async (args, code, said) => {
    const other = join(folder, 'refused.sqlite')
    const answer = await cli(['export', other, ...args])
    expect([answer.code, answer.stderr]).toEqual([code, expect.stringMatching(said)])
    expect([existsSync(other), existsSync(`${other}.part`)]).toEqual([false, false])
  })
})

/** The questions of the audit guide, whatever the text says above them. */
const GUIDE = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'audit-guide.md'), 'utf8')
const questions = [...GUIDE.matchAll(/^```sql\n([^`]+)^```$/gm)].map(([, text = '']) => text)
const questionWith = (words: string): string => questions.find((text) => text.includes(words)) ?? ''

describe("the audit guide's questions", () => {
  const idp = () => {
    const csv = join(folder, 'idp.csv')
    writeFileSync(csv, 'login,status\nADA@example.com,ACTIVE\nbob@example.com,ACTIVE\nzoe@example.com,ACTIVE\n')
    return ['--csv', `idp=${csv}`]
  }

  test('all have an answer', async () => {
    expect(questions).toHaveLength(8)
    for (const question of questions) expect(await sql(question, ...idp())).toEqual(expect.any(Array))
  })

  test('the requests of the last five minutes, at most 200, ascending', async () => {
    const rows = await sql(questionWith('-5 minutes'))
    expect(rows.map(({ METHOD, RESOURCE_NAME }) => [METHOD, RESOURCE_NAME])).toEqual([
      ...['ada', 'bob', 'eve'].map((name) => ['POST', `${name}@example.com`]),
      ...[
        ['PATCH', 'bob@example.com'],
        ['POST', 'Finance'],
      ],
    ])
    expect(rows.map(({ EVENT_TIMESTAMP }) => EVENT_TIMESTAMP)).toEqual(
      rows.map(() => expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}$/)),
    )
  })

  test('who is missing here, and who is active here only', async () => {
    expect(await sql(questionWith('users.id IS NULL'), ...idp())).toEqual([
      { login: 'zoe@example.com', status: 'ACTIVE' },
    ])
    const active = await sql(questionWith('coalesce(idp.status'), ...idp())
    expect(active.map(({ user_name }) => user_name)).toEqual(['eve@example.com'])
  })

  test('who changed what, and who deactivated users', async () => {
    const [latest] = await sql(questionWith('FROM changes ORDER BY'))
    expect(latest).toMatchObject({ ACTOR_NAME: 'OKTA_PROVISIONER', RESOURCE_NAME: 'Finance' })
    const days = await sql(questionWith("attribute = 'active'"))
    expect(days).toEqual([{ day: expect.any(String), ACTOR_DOMAIN: 'OKTA_PROVISIONING', users: 1 }])
  })
})

describe('rolecall sql', () => {
  test('shows a table, JSON and CSV', async () => {
    const question = "select user_name, active, null as none from users where user_name like 'A%'"
    const as = async (output: string) => (await cli(['sql', question, '--file', file, '--output', output])).stdout
    expect(await as('table')).toBe('user_name        active  none\nada@example.com  1')
    expect(JSON.parse(await as('json'))).toEqual([{ user_name: 'ada@example.com', active: 1, none: null }])
    expect(await as('csv')).toBe('"user_name","active","none"\r\n"ada@example.com","1",""')
  })

  test('takes a CSV file as a table: byte order mark, quotes and doubled headings', async () => {
    const csv = join(folder, 'users.csv')
    writeFileSync(
      csv,
      '\ufeffLogin,"Full ""name""",Login\r\nADA@example.com,"Lovelace, Ada",x\r\n\r\nzoe@example.com,Zoe,\n',
    )
    expect(await sql('select * from idp', '--csv', `idp=${csv}`)).toEqual([
      { Login: 'ADA@example.com', 'Full "name"': 'Lovelace, Ada', Login_3: 'x' },
      { Login: 'zoe@example.com', 'Full "name"': 'Zoe', Login_3: '' },
    ])
    const missing = 'select Login from idp left join users on user_name = Login where id is null'
    expect(await sql(missing, '--csv', `idp=${csv}`)).toEqual([{ Login: 'zoe@example.com' }])
  })

  test.each([
    [
      "delete from users where user_name = 'ada'",
      1,
      /^Only questions are answered, such as "select \* from users": the file is never changed/,
    ],
    ["attach database 'other.sqlite' as other", 1, /^Only questions are answered/],
    ['create temp table t (a)', 1, /^Only questions are answered/],
    ['pragma journal_mode = wal', 1, /^Only questions are answered/],
    ["vacuum into 'copy.sqlite'", 1, /^Only questions are answered/],
    ["select load_extension('x')", 1, /^(Only questions|Cannot answer)/],
    ['select 1; drop table users', 2, /^One question at a time: "drop table users" would not be asked\n/],
    ['selec 1', 1, /^Cannot answer: near "selec": syntax error$/],
    [
      'select name from people',
      1,
      /^Cannot answer: no such table: people\. There is\n {2}changes \(.+\n {2}grants \(user_id, role_id, user_name, role_name\)\n/,
    ],
    [
      'select nam from users',
      1,
      /^Cannot answer: no such column: nam\. There is\n(?: {2}.+\n)+ {2}users \(id, user_name, active,/,
    ],
  ])('refuses %j', async (question, code, said) => {
    const before = readFileSync(file)
    const answer = await cli(['sql', question, '--file', file])
    expect([answer.code, answer.stdout, answer.stderr]).toEqual([code, '', expect.stringMatching(said)])
    expect(readFileSync(file)).toEqual(before)
    expect(existsSync('other.sqlite') || existsSync('copy.sqlite')).toBe(false)
  })

  test.each([
    [
      ['--file', 'nowhere.sqlite'],
      1,
      'There is no file nowhere.sqlite: make it with "./rolecall export nowhere.sqlite"',
    ],
    [['--csv', 'users'], 2, '--csv "users": expected a name and a file, such as idp=users.csv'],
    [['--csv', 'idp=nowhere.csv'], 1, /^Cannot use nowhere.csv: ENOENT/],
    [['--csv', 'users=package.json'], 2, /^--csv users: the audit file has a table of this name, choose another/],
  ])('%j is told', async (args, code, said) => {
    const given = args.includes('--file') ? args : [...args, '--file', file]
    const { stderr, ...answer } = await cli(['sql', 'select 1', ...given])
    expect(answer.code).toBe(code)
    expect(stderr).toMatch(said)
  })
})

describe("the archive's saved questions, word for word, of a file", () => {
  const ask = (name: string) => sql(SAVED_QUERIES.find((query) => query.name === name)?.sql ?? '')

  test('last-five-minutes: the newest requests first', async () => {
    const rows = await ask('last-five-minutes')
    const times = rows.map(({ event_timestamp, EVENT_TIMESTAMP }) => String(event_timestamp ?? EVENT_TIMESTAMP))
    expect(times).toEqual([...times].sort().reverse())
    expect(rows.map(({ method, METHOD }) => method ?? METHOD)).toEqual(expect.arrayContaining(['POST', 'PATCH']))
    const [newest] = await sql(
      "SELECT max(EVENT_TIMESTAMP) AS newest, date_format(date_add('minute', -5, date_parse(max(EVENT_TIMESTAMP), '')), '%H:%i') AS since FROM rest_event_history",
    )
    const clock = new Date(Date.parse(`${String(newest?.newest).replace(' ', 'T')}Z`) - 300_000).toISOString()
    expect(newest?.since).toBe(clock.slice(11, 16))
  })

  test('name each event once, though the archive may hold it twice', async () => {
    const twice = join(folder, 'twice.sqlite')
    copyFileSync(file, twice)
    const database = new DatabaseSync(twice)
    database.exec('CREATE TABLE again AS SELECT * FROM rest_event_history; DROP TABLE rest_event_history')
    database.exec('CREATE TABLE rest_event_history AS SELECT * FROM again UNION ALL SELECT * FROM again')
    database.close()
    for (const { name, sql: question } of SAVED_QUERIES) {
      const rows = await sql(question)
      expect(rows.length).toBeGreaterThan(0)
      expect([name, await sqlOf(twice, question)]).toEqual([name, rows])
    }
  })

  test('who-changed-what: each change with who made it', async () => {
    const rows = await ask('who-changed-what')
    const told = rows.map((row) => `${row.actor_name ?? row.ACTOR_NAME} ${row.method ?? row.METHOD}`)
    expect(told.filter((line) => line.startsWith('OKTA'))).toEqual([
      'OKTA_PROVISIONER POST',
      'OKTA_PROVISIONER PATCH',
      'OKTA_PROVISIONER POST',
      'OKTA_PROVISIONER POST',
      'OKTA_PROVISIONER POST',
    ])
  })

  test('active-users: those with most changes first', async () => {
    const rows = await ask('active-users')
    expect(rows.map(({ user_name, changes }) => [user_name, changes])).toEqual([
      ['bob@example.com', 2],
      ['eve@example.com', 1],
      ['ada@example.com', 1],
    ])
  })
})
