import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { COMMANDS } from '../../cli/commands.ts'
import { writeLocalCredentials } from '../../local/credentials.ts'
import { newToken } from '../../shared/auth/token.ts'
import { runCli } from '../factories/cli.ts'

let empty: string

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
    [['bogus'], 'There is no command "bogus"\nSee "rolecall --help"'],
    [['token'], '"token" needs one of: issue, list, revoke\nSee "rolecall token --help"'],
    [['token', 'make'], 'There is no command "token make", only: issue, list, revoke\nSee "rolecall token --help"'],
    [
      ['token', 'issue'],
      'INTEGRATION is missing: the integration, in any letter case\nSee "rolecall token issue --help"',
    ],
    [['user', 'list', 'x'], '"user list" does not take "x"\nSee "rolecall user list --help"'],
    [
      ['user', 'list', '--limit', '0'],
      '--limit "0": expected a whole number from 1 to 100000\nSee "rolecall user list --help"',
    ],
    [
      ['event-history', '--limit', '10001'],
      '--limit "10001": expected a whole number from 1 to 10000\nSee "rolecall event-history --help"',
    ],
    [['event-history', '--last', ''], '--last "": expected a value\nSee "rolecall event-history --help"'],
    [['role', 'list', '--output', 'xml'], '--output "xml": expected table, json, csv\nSee "rolecall role list --help"'],
    [
      ['integration', 'create', 'X'],
      '--kind: required, one of OKTA, AZURE, GENERIC\nSee "rolecall integration create --help"',
    ],
    [
      ['integration', 'set', 'X', '--unset', 'role'],
      '--unset ["role"]: expected network-policy, comment, reject-tokens-issued-before\nSee "rolecall integration set --help"',
    ],
    [
      ['user', 'list', '--url', 'nonsense'],
      'Cannot read the URL "nonsense": expected https://...\nSee "rolecall user list --help"',
    ],
    [
      ['user', 'list', '--url', 'http://scim.example.com'],
      'Refusing "http://scim.example.com": only the local system is called without TLS, use https\nSee "rolecall user list --help"',
    ],
    [
      ['user', 'list', '--url', 'https://scim.example.com'],
      'The region is not known: give --region or set AWS_REGION\nSee "rolecall user list --help"',
    ],
  ])('refuses %j with exit code 2 and says what is meant', async (args, stderr) => {
    expect(await runCli([...args, '--data-dir', empty])).toEqual({ code: 2, stdout: '', stderr })
  })

  test('refuses an unknown option with exit code 2', async () => {
    const { code, stderr } = await runCli(['user', 'list', '--colour'])
    expect(code).toBe(2)
    expect(stderr).toContain("Unknown option '--colour'")
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
        'No local system of this data folder is at http://localhost:1: give its --data-dir, or --region to sign with AWS credentials\nSee "rolecall user list --help"',
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
