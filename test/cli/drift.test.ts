import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { writeLocalCredentials } from '../../local/credentials.ts'
import type { Difference } from '../../shared/drift/classes.ts'
import { aUser, seedUsers } from '../bench/seed.ts'
import { OKTA } from '../factories/api-event.ts'
import { runCli } from '../factories/cli.ts'
import { SAMPLES } from '../factories/samples.ts'
import { withSystem } from '../factories/system.ts'
import { seedGroup } from '../load/seed.ts'

const system = withSystem()
const USERS = 10_000
const AAD = { ...OKTA, role: 'AAD_PROVISIONER', integration: 'AZURE_PROVISIONING' }
const sampleAt = (file: string) => join(SAMPLES, file)
let folder: string

const rolecall = (...args: string[]) => runCli([...args, '--data-dir', folder])
const fileOf = (name: string, lines: readonly string[]): string => {
  const path = join(folder, name)
  writeFileSync(path, lines.map((line) => `${line}\r\n`).join(''))
  return path
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rolecall-drift-'))
  writeLocalCredentials(system.adminUrl, system.credentials, folder)
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('an empty system', () => {
  test('says before the first sync which names would collide, and who is missing', async () => {
    const users = fileOf('new.csv', ['Login,Authentication Source,Status', 'ada@x,,ACTIVE', 'ADA@x,,ACTIVE'])
    const { code, stdout, stderr } = await rolecall('drift', '--users', users)
    expect({ code, stderr }).toEqual({ code: 3, stderr: '' })
    expect(stdout.split('\n').map((line) => line.trimEnd())).toEqual([
      'File           Okta Password Health report, by its columns "Login", "Authentication Source"',
      'Rows           2: 2 on, 0 off',
      'Users here     0',
      'Matched by     userName',
      'Compared       no attributes: none is on both sides',
      'On both sides  0, 0 of them the same',
      '',
      '1  in the file, not here (missing-here): assign them to the application at the identity provider, or push them again',
      '1  several of the file would have one name here (collision): names are the same whatever their letter case and Unicode form: rename all but one',
      '',
      'CLASS         TYPE  NAME   ATTRIBUTE  IN THE FILE   HERE    DETAIL',
      'missing-here  USER  ada@x             on            absent',
      'collision     USER  ada@x             ada@x, ADA@x          lines 2, 3',
    ])
  })

  test('a state that nobody understands is drift, also where it is all that is wrong', async () => {
    const users = fileOf('maybe.csv', ['Okta username,Okta user status', 'ada@x,MAYBE', 'bo@x,Perhaps'])
    const { code, stdout, stderr } = await rolecall('drift', '--users', users, '--only', 'unknown-state')
    expect({ code, stderr }).toEqual({ code: 3, stderr: '' })
    expect(stdout.split('\n').map((line) => line.trimEnd())).toEqual([
      'File            Okta User Accounts report, by its columns "Okta username"',
      'Rows            2: 0 on, 0 off, 2 unknown',
      'Unknown states  MAYBE, Perhaps',
      'Users here      0',
      'Matched by      userName',
      'Compared        no attributes: none is on both sides',
      'On both sides   0, 0 of them the same',
      '',
      '2  a word about who may sign in that is not known (unknown-state): write Yes or No into the file instead, or map another column: --map active=COLUMN',
      '',
      'CLASS          TYPE  NAME   ATTRIBUTE  IN THE FILE  HERE  DETAIL',
      'unknown-state  USER  ada@x  active     MAYBE',
      'unknown-state  USER  bo@x   active     Perhaps',
    ])
  })

  test('an export of nobody is refused, and one class alone is counted alone', async () => {
    const nobody = fileOf('nobody.csv', ['Okta username,Okta user status'])
    expect(await rolecall('drift', '--users', nobody, '--only', 'missing-here')).toEqual({
      ...{ code: 1, stdout: '', stderr: `${nobody}: There is no user in it: has the export gone wrong?` },
    })
    const users = fileOf('one.csv', ['Okta username,Okta user status', 'ada@x,ACTIVE'])
    const { code, stdout, stderr } = await rolecall('drift', '--users', users, '--only', 'collision')
    expect([code, stderr]).toEqual([0, 'No drift of these: collision'])
    expect(stdout).not.toContain('missing-here')
  })

  test('one class alone is shown and counts; notes are listed when they are asked for, and are no drift', async () => {
    const users = fileOf('few.csv', ['Okta username,Okta user status', '=ada@x,ACTIVE', 'bo@x,DEPROVISIONED'])
    const only = (word: string) => rolecall('drift', '--users', users, '--output', 'csv', '--only', word)
    const header = '"CLASS","TYPE","NAME","ATTRIBUTE","IN_FILE","HERE","DETAIL","LINE","ID"'
    const missing = await only('missing-here')
    expect([missing.code, missing.stdout.split('\r\n')]).toEqual([
      ...[3, [header, '"missing-here","USER","\'=ada@x","","on","absent","","2",""']],
    ])
    const notes = await only('off-and-absent')
    expect([notes.code, notes.stdout.split('\r\n')]).toEqual([
      ...[0, [header, '"off-and-absent","USER","bo@x","","off","absent","","3",""']],
    ])
    expect(notes.stderr.split('\n').at(-1)).toBe('No drift of these: off-and-absent')
    expect(await only('active')).toMatchObject({ code: 0, stdout: header })
  })

  test('a list without users is refused', async () => {
    const users = fileOf('none.json', ['{"totalResults":0}'])
    const { code, stderr } = await rolecall('drift', '--users', users)
    expect({ code, stderr }).toEqual({
      ...{ code: 1, stderr: `${users}: There is no user in it: has the export gone wrong?` },
    })
  })

  test.each([
    ['a file that is not there', ['--users', 'none.csv'], 1, /^Cannot read the file none.csv: ENOENT/],
    ['a log', ['--users', sampleAt('okta-system-log.csv')], 1, /okta-system-log.csv: This is an Okta System Log: it/],
    [
      'an integration that is not there',
      ['--users', sampleAt('scim-users.json'), '--integration', 'NONE'],
      1,
      /"NONE".*\(404\)$/,
    ],
    [
      'a role that nobody has',
      ['--users', sampleAt('scim-users.json'), '--role', 'OKTA_PROVISIONR', '--only', 'missing-there'],
      1,
      /^There is no role "OKTA_PROVISIONR" in account "default", only: AAD_PROVISIONER, ADMIN, GENERIC_SCIM_PROVISIONER, OKTA_PROVISIONER$/,
    ],
    [
      'a group that is on neither side',
      [
        ...['--users', sampleAt('okta-group-export.csv'), '--groups', sampleAt('okta-group-membership-report.csv')],
        ...['--group', 'Finance', '--group', 'Nope'],
      ],
      1,
      /^There is no group "Nope" in the files, only: Finance, Data, Sales, Legal, Everyone$/,
    ],
    ['no file', [], 2, /^--users: expected a value\n/],
    [
      'a mapping that is none',
      ['--users', 'x', '--map', 'a=b'],
      2,
      /^Expected ATTRIBUTE=COLUMN, with one of userName,/,
    ],
    [
      'an attribute that is none',
      ['--users', 'x', '--attributes', 'title, bogus'],
      2,
      /^--attributes "title, bogus": "bogus" is none of userName, externalId, /,
    ],
    ['a class that is none', ['--users', 'x', '--only', 'b'], 2, /^--only "b": expected one of missing-here, /],
    [
      'integration and role at once',
      ['--users', 'x', '--integration', 'A', '--role', 'B'],
      2,
      /^--integration and --role say the same: give one of them\n/,
    ],
    [
      'a group without its file',
      ['--users', 'x', '--group', 'A'],
      2,
      /^--group needs --groups: the file of the group\n/,
    ],
  ])('refuses %s', async (_name, args, code, message) => {
    const result = await rolecall('drift', ...args)
    expect({ code: result.code, stdout: result.stdout }).toEqual({ code, stdout: '' })
    expect(result.stderr).toMatch(message)
  })
})

test("the integration says whose export it is: of another's nothing of theirs is missing", async () => {
  const on = ['--account', 'two']
  const create = await rolecall('integration', 'create', 'ENTRA', '--kind', 'AZURE', ...on)
  expect(create).toMatchObject({ code: 0 })
  await seedUsers(system.db, { ...OKTA, account: 'two' }, 1, 3)
  await seedUsers(system.db, { ...AAD, account: 'two' }, 4, 4)
  const path = fileOf('entra.csv', ['userPrincipalName,accountEnabled', `${aUser(4).userName},True`])
  const args = ['drift', '--users', path, '--output', 'csv', ...on]
  const { code, stdout, stderr } = await rolecall(...args, '--integration', 'ENTRA')
  const header = '"CLASS","TYPE","NAME","ATTRIBUTE","IN_FILE","HERE","DETAIL","LINE","ID"'
  expect({ code, stdout }).toEqual({ code: 0, stdout: header })
  expect(stderr.split('\n').slice(-3)).toEqual([
    '',
    '3  here, not in the file, owned by another role (of-others, no drift): the export is not theirs',
    'No drift',
  ])
  expect(stderr).toMatch(/^Export of +AAD_PROVISIONER$/m)
  const here = await rolecall(...args, '--role', OKTA.role)
  expect(here.stderr).toContain(`"./rolecall user disable NAME --account two --data-dir ${folder}" shuts one out\n`)
  const okta = await rolecall(...args, '--role', OKTA.role.toLowerCase(), '--only', 'missing-there', '--only', 'owner')
  expect([okta.code, okta.stdout.split('\r\n').length]).toEqual([3, 5])
})

describe('10,000 users and an export with 40 planted differences', () => {
  const HEADER = 'User Id,First name,Last name,Username,Primary email,Status,Job,Department'
  let ids: string[]
  let users: string
  let groups: string

  type Row = Record<'id' | 'first' | 'last' | 'name' | 'email' | 'status' | 'title' | 'department', string>
  const rowOf = (n: number): Row => {
    const { externalId, name, userName, title } = aUser(n)
    return {
      ...{ id: externalId, first: name.givenName, last: name.familyName, name: userName, email: userName },
      ...{ status: 'ACTIVE', title, department: 'Engineering' },
    }
  }
  const lineOf = (row: Row) =>
    Object.values(row)
      .map((cell) => `"${cell}"`)
      .join(',')
  const nameOf = (n: number) => aUser(n).userName
  const from = (first: number, count: number) => Array.from({ length: count }, (_, i) => first + i)

  /** What is otherwise in the file, by the user's number; nothing leaves the user out. */
  const PLANTED = new Map<number, Partial<Row> | undefined>([
    ...from(10, 5).map((n) => [n, undefined] as const),
    ...from(20, 3).map((n) => [n, { name: `renamed.${n}@example.com` }] as const),
    ...from(30, 5).map((n) => [n, { status: 'DEPROVISIONED' }] as const),
    ...from(40, 3).map((n) => [n, { status: 'SUSPENDED' }] as const),
    ...from(50, 4).map((n) => [n, { title: 'Head of Data, Zurich' }] as const),
    [54, { department: '' }],
    [70, { name: 'person.70\u200D@example.com' }],
    [71, { email: 'person.71@example\u200D.com' }],
  ])
  const DIRECT = new Map([
    [90, { title: '2026-11-20T08:00:00.000Z' }],
    [91, { 'name.givenName': '2026-11-21T08:00:00.000Z' }],
  ])

  beforeAll(async () => {
    ids = await seedUsers(system.db, OKTA, 1, USERS)
    await seedUsers(system.db, AAD, USERS + 1, USERS + 3)
    const idsOf = (numbers: number[]) => numbers.map((n) => ids[n - 1] as string)
    await seedGroup(system.db, 'Finance', idsOf(from(100, 50)))
    await seedGroup(system.db, 'Only here', [])
    users = fileOf('okta.csv', [
      HEADER,
      ...from(1, USERS + 2).flatMap((n) =>
        PLANTED.has(n) && !PLANTED.get(n) ? [] : [lineOf({ ...rowOf(n), ...PLANTED.get(n) })],
      ),
      ...from(20_001, 4).map((n) => lineOf(rowOf(n))),
      ...[60, 61].map((n) => lineOf({ ...rowOf(n), name: nameOf(n).toUpperCase() })),
      lineOf({ ...rowOf(1), id: '', name: '', email: '' }),
      // No drift: off there, and never here.
      lineOf({ ...rowOf(30_000), status: 'DEPROVISIONED' }),
    ])
    groups = fileOf('groups.csv', [
      'Group name,Okta username,Okta user status',
      ...[...from(98, 2), ...from(102, 48)].map((n) => `FINANCE,${nameOf(n)},ACTIVE`),
      `Only there,${nameOf(1)},ACTIVE`,
    ])
    answerWithDirectChanges()
  })
  afterAll(() => vi.restoreAllMocks())

  /** As the service answers once an administrator has changed these. */
  function answerWithDirectChanges() {
    const ask = globalThis.fetch
    const byId = new Map([...DIRECT].map(([n, directChanges]) => [ids[n - 1], directChanges]))
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (...args) => {
      const response = await ask(...args)
      if (!String(args[0]).includes('/admin/users')) return response
      const page = (await response.json()) as { Resources: { id: string }[] }
      const Resources = page.Resources.map((one) => ({
        ...one,
        ...(byId.has(one.id) && { directChanges: byId.get(one.id) }),
      }))
      return new Response(JSON.stringify({ ...page, Resources }), response)
    })
  }

  /** Class, name and attribute of every planted difference. */
  const EXPECTED: [string, string, string?][] = [
    ...from(20_001, 4).map((n): [string, string] => ['missing-here', nameOf(n)]),
    ...from(10, 5).map((n): [string, string] => ['missing-there', nameOf(n)]),
    ...from(20, 3).map((n): [string, string, string] => ['renamed', `renamed.${n}@example.com`, 'userName']),
    ...from(30, 5).map((n): [string, string, string] => ['active', nameOf(n), 'active']),
    ...from(40, 3).map((n): [string, string, string] => ['suspended', nameOf(n), 'active']),
    ...from(50, 4).map((n): [string, string, string] => ['attribute', nameOf(n), 'title']),
    ['attribute', nameOf(54), 'department'],
    ...from(98, 4).map((n): [string, string, string] => ['role-members', nameOf(n), 'Finance']),
    ['role-missing', 'Only there'],
    ['role-missing', 'Only here'],
    ['direct', nameOf(90), 'title'],
    ['direct', nameOf(91), 'name.givenName'],
    ...from(USERS + 1, 2).map((n): [string, string] => ['owner', nameOf(n)]),
    ['collision', nameOf(60)],
    ['collision', nameOf(61)],
    ['characters', 'person.70\u200D@example.com', 'userName'],
    ['characters', nameOf(71), 'emails'],
    ['no-name', `line ${USERS + 5}`, 'userName'],
  ]
  const MAPPED = ['--map', 'title=Job,department=Department']

  test('all of them are found, and nothing else', async () => {
    const progress: string[] = []
    const began = { ms: performance.now(), cpu: process.cpuUsage(), heap: process.memoryUsage().heapUsed }
    const args = ['drift', '--users', users, '--groups', groups, ...MAPPED, '--output', 'json', '--data-dir', folder]
    const { code, stdout, stderr } = await runCli(args, { onProgress: (text) => progress.push(text) })
    const { user, system: kernel } = process.cpuUsage(began.cpu)
    const figures = [
      `${Math.round(performance.now() - began.ms)} ms`,
      `${Math.round((user + kernel) / 1000)} ms of processor with the service in the same process`,
      `heap +${Math.round((process.memoryUsage().heapUsed - began.heap) / 2 ** 20)} MB`,
    ]
    console.info(`drift of ${USERS} users: ${figures.join(', ')}`)

    expect({ code, stderr }).toEqual({ code: 3, stderr: '' })
    const { summary, differences } = JSON.parse(stdout) as { summary: object; differences: Difference[] }
    expect(EXPECTED).toHaveLength(40)
    const found = differences.map((one) => [one.class, one.name, ...(one.attribute ? [one.attribute] : [])])
    expect(found.map(String).sort()).toEqual(EXPECTED.map(String).sort())
    expect(summary).toMatchObject({
      ...{ format: 'Okta people export', usersHere: USERS + 3, role: OKTA.role, matchedBy: 'userName' },
      rows: { read: USERS + 5, on: USERS - 4, off: 6, suspended: 3, unknown: 0, withoutKey: 1 },
      counts: { 'off-and-absent': 1, 'of-others': 1, 'missing-here': 4 },
    })
    expect(progress.at(-1)).toBe(`${USERS + 3} of ${USERS + 3} users`)
    expect(progress.length).toBeGreaterThan(5)
  }, 300_000)
})
