import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { COMMANDS } from '../../cli/commands.ts'
import { writeLocalCredentials } from '../../local/credentials.ts'
import PACKAGE from '../../package.json' with { type: 'json' }
import { newToken } from '../../shared/auth/token.ts'
import { runCli } from '../factories/cli.ts'

let empty: string
const FILTER = '"nickName eq \\"x\\""'

beforeAll(() => {
  empty = mkdtempSync(join(tmpdir(), 'rolecall-cli-'))
})
afterAll(() => rmSync(empty, { recursive: true }))

describe('rolecall', () => {
  test('says what there is, and fails, when nothing is asked', async () => {
    const { code, stdout, stderr } = await runCli([])
    expect(code).toBe(2)
    expect(stdout).toBe('')
    for (const { summary } of COMMANDS) expect(stderr).toContain(summary)
  })

  test.each([
    ['a command', (token: string) => [token], /^There is no command "rolecall_\w{22}_\(masked\)"/],
    ['an operand too many', (token: string) => ['user', 'list', token], /does not take "rolecall_\w{22}_\(masked\)"/],
    [
      'a value of an option',
      (token: string) => ['event-history', '--token', token],
      /^--token "rolecall_\w{22}_\(masked\)": expected the 22 letters and digits of a token id, no whole token/,
    ],
  ])('repeats no token that was given as %s', async (_name, toArguments, said) => {
    const { token } = newToken()
    const { code, stdout, stderr } = await runCli(toArguments(token))
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(said)
    expect(stderr).not.toContain(token.slice(32, 50))
  })

  test.each([['--help'], ['-h'], ['help']])('says what there is on %s', async (flag) => {
    const { code, stdout, stderr } = await runCli([flag])
    expect([code, stderr]).toEqual([0, ''])
    for (const { words } of COMMANDS) expect(stdout).toContain(`\n  ${words} `)
  })

  test('says which version it is', async () => {
    expect(await runCli(['--version'])).toEqual({ code: 0, stdout: `rolecall ${PACKAGE.version}`, stderr: '' })
  })

  test('says what a group has', async () => {
    const { code, stdout } = await runCli(['token', '--help'])
    expect(code).toBe(0)
    expect(stdout).toContain('token revoke')
    expect(stdout).not.toContain('user list')
  })

  test.each(COMMANDS.map(({ words }) => words))('explains "%s" with usage, options and examples', async (words) => {
    const { code, stdout, stderr } = await runCli([...words.split(' '), '--help'])
    const command = COMMANDS.find((one) => one.words === words)
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toContain(`Usage: rolecall ${words} `)
    for (const flag of Object.keys(command?.flags ?? {})) expect(stdout).toContain(`  --${flag}`)
    for (const example of command?.examples ?? []) expect(stdout).toContain(example)
  })

  test.each([
    [['bogus'], 'There is no command "bogus"\nSee "./rolecall --help"'],
    [['token'], '"token" needs one of: issue, list, check, rotate, rename, revoke\nSee "./rolecall token --help"'],
    [
      ['token', 'make'],
      'There is no command "token make", only: issue, list, check, rotate, rename, revoke\nSee "./rolecall token --help"',
    ],
    [
      ['token', 'issue'],
      'INTEGRATION is missing: the integration, in any letter case\nSee "./rolecall token issue --help"',
    ],
    [['user', 'list', 'x'], '"user list" does not take "x"\nSee "./rolecall user list --help"'],
    [
      ['user', 'list', '--limit', '0'],
      '--limit "0": expected a whole number from 1 to 100000\nSee "./rolecall user list --help"',
    ],
    [
      ['event-history', '--limit', '10001'],
      '--limit "10001": expected a whole number from 1 to 10000\nSee "./rolecall event-history --help"',
    ],
    [
      ['event-history', '--last', ''],
      '--last "": expected a number and s, m, h or d, such as 5m, or "all" that is kept\nSee "./rolecall event-history --help"',
    ],
    [
      ['role', 'list', '--output', 'xml'],
      '--output "xml": expected table, json, csv\nSee "./rolecall role list --help"',
    ],
    [
      ['integration', 'create', 'X'],
      '--kind: required, one of OKTA, AZURE, GENERIC\nSee "./rolecall integration create --help"',
    ],
    [
      ['integration', 'alter', 'X', '--unset', 'role'],
      '--unset "role": expected one of comment, network-policy, reject-tokens-issued-before, default-role, default-secondary-roles, user-type\nSee "./rolecall integration alter --help"',
    ],
    ...(
      [
        ['integration create X --kind CUSTOM', '--kind "CUSTOM": expected one of OKTA, AZURE, GENERIC'],
        [
          'integration create X --kind OKTA --role 9',
          '--role "9": a letter first, then letters, digits, _ and $, at most 128',
        ],
        [
          'integration create X --kind OKTA --privilege root',
          '--privilege "root": expected one of createUser, createRole, monitorUser, monitorRole',
        ],
        [
          'integration create X --kind OKTA --allow 10.0.0.0/33',
          '--allow "10.0.0.0/33": expected an address or a CIDR block such as "192.0.2.0/24" or "2001:db8::/32"',
        ],
        ['integration alter X --enabled true --enabled false', '--enabled is given twice: give it once'],
        ['integration create X --kind OKTA --kind=AZURE', '--kind is given twice: give it once'],
        ['integration alter X --comment a --comment b', '--comment is given twice: give it once'],
        ['user list --account acme --account other', '--account is given twice: give it once'],
        ['user list --output csv --output csv', '--output is given twice: give it once'],
        ['integration alter X', 'Name a setting to change'],
        ['integration alter X --enabled maybe', '--enabled "maybe": expected true or false'],
        [
          'integration alter X --reject-tokens-issued-before now',
          '--reject-tokens-issued-before "now": expected an instant such as "2026-01-31T12:00:00Z"',
        ],
        [
          'integration alter X --comment a --unset comment',
          '--comment and --unset comment contradict each other: give one of them',
        ],
        [
          'network-policy alter X --allow-everywhere --allow-add 192.0.2.1',
          '--allow-everywhere and --allow-add contradict each other: give one of them',
        ],
        [
          'network-policy alter X --block-add 192.0.2.1 --block-remove 192.0.2.1/32',
          '--block-add 192.0.2.1 and --block-remove 192.0.2.1 contradict each other: give one of them',
        ],
        [
          'network-policy alter X --allow 1.2.3.4',
          "Unknown option '--allow'\nThere is --allow-add, --allow-remove, --allow-everywhere",
        ],
        ['event-history --last 5m --from 2026-01-01', '--from and --last contradict each other: give one of them'],
        ['event-history --all --limit 5', '--all and --limit contradict each other: give one of them'],
        ['event-history --follow --to 2026-01-01', '--follow and --to contradict each other: give one of them'],
        [
          'event-history --last week',
          '--last "week": expected a number and s, m, h or d, such as 5m, or "all" that is kept',
        ],
        [
          'event-history --to yesterday',
          '--to "yesterday": expected an instant such as 2026-08-31T10:00:00Z, or seconds or milliseconds since 1970',
        ],
        [
          'event-history --method POTS',
          '--method "POTS": expected one of GET, POST, PUT, PATCH, DELETE, INVOKE, NOTICE, RESTORE, FAILOVER, REPAIR, ANY',
        ],
        [
          'event-history --type NOTICE',
          '--type "NOTICE": expected one of SCIM, ADMIN, ALL; what the service tells of itself is --method NOTICE',
        ],
        ['changes --output csv', '--output "csv": expected json'],
        ['user list --limit -1', '--limit needs a value: one that begins with a dash is written --limit=-1'],
        ['user list --limit=-1', '--limit "-1": expected a whole number from 1 to 100000'],
        ['user list --limit', '--limit needs a value'],
        ['user list --all=yes', '--all takes no value'],
        [
          'event-history --status OK',
          '--status "OK": expected SUCCESS, FAILURE, a status such as 409, or a class such as 4xx',
        ],
        [
          'event-history --token rolecall_abc',
          '--token "rolecall_abc": expected the 22 letters and digits of a token id, no whole token',
        ],
        [
          'event-history --address example.com',
          '--address "example.com": expected an address or a CIDR block such as "192.0.2.0/24" or "2001:db8::/32"',
        ],
        ['user list --all --limit 5', '--all and --limit contradict each other: give one of them'],
        ['user list --account A#B', '--account "A#B": expected small letters, digits and hyphens, at most 63'],
        ['completion tcsh', 'SHELL "tcsh": expected one of bash, zsh, fish'],
      ] as const
    ).map(([line, said]): [string[], string] => {
      const args = line.split(' ')
      const words = COMMANDS.find((command) => line.startsWith(`${command.words} `))?.words ?? args.join(' ')
      return [args, `${said}\nSee "./rolecall ${words} --help"`]
    }),
    [['sql', ' -- none'], 'QUESTION is empty: give one SELECT\nSee "./rolecall sql --help"'],
    [['sql', ''], 'QUESTION is empty: give one SELECT\nSee "./rolecall sql --help"'],
    [
      ['role', 'list', '--filter', 'nickName eq "x"'],
      `--filter ${FILTER}: Cannot read filter ${FILTER}: expected an attribute of Group at character 1, found ${FILTER}\nSee "./rolecall role list --help"`,
    ],
    [
      ['user', 'list', '--url', 'nonsense'],
      'Cannot read the URL "nonsense": expected https://...\nSee "./rolecall user list --help"',
    ],
    [
      ['user', 'list', '--url', 'http://scim.example.com'],
      'Refusing "http://scim.example.com": only the local system is called without TLS, use https\nSee "./rolecall user list --help"',
    ],
    [
      ['user', 'list', '--url', 'https://scim.example.com'],
      'The region is not known: give --region or set AWS_REGION\nSee "./rolecall user list --help"',
    ],
  ])('refuses %j with exit code 2 and says what is meant', async (args, stderr) => {
    expect(await runCli([...args, '--data-dir', empty])).toEqual({ code: 2, stdout: '', stderr })
  })

  test('refuses an unknown option with exit code 2', async () => {
    const { code, stderr } = await runCli(['user', 'list', '--colour'])
    expect(code).toBe(2)
    expect(stderr).toBe(`Unknown option '--colour'\nSee "./rolecall user list --help"`)
  })

  test('says what to start when no local system is running', async () => {
    expect(await runCli(['user', 'list', '--data-dir', empty])).toEqual({
      code: 1,
      stdout: '',
      stderr: `No local system is running: start it with "npm start -- --data-dir ${empty}", or name a deployed one with ROLECALL_URL`,
    })
  })

  test('does not guess which of several local systems is meant, and names them', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rolecall-cli-'))
    const key = { accessKeyId: 'LOCAL1', secretAccessKey: 'secret' }
    const [one, two] = [await closedPort(), await closedPort()].map((port) => `http://127.0.0.1:${port}`)
    writeLocalCredentials(one ?? '', key, folder, 'memory')
    expect((await runCli(['user', 'list', '--data-dir', folder])).stderr).toContain(`Nothing answers at ${one}`)
    writeLocalCredentials(two ?? '', key, folder, 'elsewhere')
    const { code, stderr } = await runCli(['user', 'list', '--data-dir', folder])
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^Several local systems are running: name one, --url /)])
    for (const url of [one, two]) expect(stderr).toContain(`--url ${url}`)
    for (const url of [one, two?.replace('127.0.0.1', 'localhost')]) {
      const named = await runCli(['user', 'list', '--data-dir', folder, '--url', url ?? ''])
      expect([named.code, named.stderr]).toEqual([1, expect.stringContaining(`Nothing answers at ${url}`)])
    }
    rmSync(folder, { recursive: true })
  })

  test('says which option names the data folder of a local system that it has no key for', async () => {
    expect(await runCli(['user', 'list', '--url', 'http://localhost:1', '--data-dir', empty])).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'No local system of this data folder is at http://localhost:1: give its --data-dir, or --region to sign with AWS credentials\nSee "./rolecall user list --help"',
    })
  })

  test('says what to start when the local system has gone without a word', async () => {
    const url = `http://127.0.0.1:${await closedPort()}`
    const folder = mkdtempSync(join(tmpdir(), 'rolecall-cli-'))
    writeLocalCredentials(url, { accessKeyId: 'LOCAL1', secretAccessKey: 'secret' }, folder)
    expect(await runCli(['integration', 'list', '--data-dir', folder])).toEqual({
      code: 1,
      stdout: '',
      stderr: `Nothing answers at ${url}: "npm start -- --data-dir ${folder}" must be running, or ROLECALL_URL name another`,
    })
    rmSync(folder, { recursive: true })
  })
})

/** A port on which nobody listens any more. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((done) => server.once('listening', done))
  const address = server.address()
  await new Promise((done) => server.close(done))
  return typeof address === 'object' && address ? address.port : 0
}
