import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DeleteCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeLocalCredentials } from '../../local/credentials.ts'
import { RESOURCE_TYPES } from '../../shared/scim/resource-types.ts'
import { nameKey } from '../../shared/store/keys.ts'
import { type CliOptions, runCli } from '../factories/cli.ts'
import { newGroup, newUser } from '../factories/scim-api.ts'
import { withSystem } from '../factories/system.ts'
import { client } from '../rfc/client.ts'

const system = withSystem()
const { request: okta } = client(system, 'OKTA_PROVISIONING')
let folder: string
const rolecall = (line: string, options: CliOptions = {}) => runCli([...line.split(' '), '--data-dir', folder], options)
const rowsOf = (table: string) => table.split('\n').map((line) => line.split(/ {2,}/))
const namesOf = (table: string) =>
  rowsOf(table)
    .slice(1)
    .map(([, name]) => name)
const ids: Record<string, string> = {}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rolecall-search-'))
  writeLocalCredentials(system.adminUrl, system.credentials, folder)
  for (const name of ['Ada', 'adam', 'bob']) {
    ids[name] = (await okta('POST', '/Users', newUser(name, { active: name !== 'adam' }))).body.id
  }
  await okta('POST', '/Groups', newGroup('Ops', { members: [{ value: ids.Ada }, { value: ids.bob }] }))
  await rolecall('user create --user-name zoe')
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('rolecall user list and role list', () => {
  test.each<[string, string[], string]>([
    ['user list --search aD', ['Ada', 'adam'], ''],
    ['user list --active --search ad', ['Ada'], ''],
    ['user list --disabled', ['adam'], ''],
    ['user list --owner ADMIN', ['zoe'], ''],
    ['user list --role ops', ['Ada', 'bob'], ''],
    ['user list --search ad --limit 1', ['Ada'], '1 are shown, and there may be more: raise --limit, or say --all'],
    ['user list --owner OKTA_PROVISIONER --limit 2', ['Ada', 'adam'], '2 of 3 are shown: raise --limit, or say --all'],
    ['user list --search nobody', [], 'There is no such user'],
    ['user list --search adx', [], 'Nobody begins with "adx". Near: "Ada", "adam"'],
    ['role list --search opx', [], 'No role begins with "opx". Near: "Ops"'],
    ['role list --search OP', ['Ops'], ''],
    ['role list --owner ADMIN', [], 'There is no such role'],
  ])('%s', async (line, names, said) => {
    const { code, stdout, stderr } = await rolecall(line)
    expect([code, namesOf(stdout), stderr]).toEqual([0, names, said])
  })

  test.each([
    ['user list --active --disabled', '--active and --disabled contradict each other: give one of them'],
    [
      'user list --search a --filter active',
      /^--filter "active": Cannot|^--filter asks in another way than --search and what narrows it: give one of them/,
    ],
    ['role list --active', /^Unknown option '--active'/],
  ])('refuses "%s"', async (line, said) => {
    const { code, stderr } = await rolecall(line)
    expect([code, stderr.split('\nSee ')[0]]).toEqual([
      2,
      typeof said === 'string' ? said : expect.stringMatching(said),
    ])
  })

  test('user roles and role members tell since when', async () => {
    const since = expect.stringMatching(/^20\d\d-.*Z$/)
    expect(rowsOf((await rolecall('user roles ada')).stdout)).toEqual([
      ['ID', 'NAME', 'SINCE'],
      [expect.any(String), 'Ops', since],
    ])
    expect(rowsOf((await rolecall('role members ops')).stdout).slice(1)).toEqual([
      [ids.Ada, 'Ada', since],
      [ids.bob, 'bob', since],
    ])
    expect(namesOf((await rolecall('role members ops --search B')).stdout)).toEqual(['bob'])
    expect((await rolecall('user roles zoe')).stderr).toBe('The user has no role')
    expect((await rolecall('role members ops --search zoe')).stderr).toBe('No member begins so')
  })
})

test('rolecall whoami says who asks, which account, and that it may write', async () => {
  const { code, stdout } = await rolecall('whoami --output json')
  expect([code, JSON.parse(stdout)]).toEqual([
    0,
    { principal: expect.stringMatching(/^arn:aws:iam::/), account: 'default', retentionDays: 90, mayWrite: true },
  ])
})

describe('rolecall health', () => {
  test('says that nothing is to be done, with exit code 0', async () => {
    await rolecall('account create calm')
    const well = await rolecall('health --account calm')
    expect([well.code, well.stdout, well.stderr]).toEqual([0, '', 'Nothing needs you'])
  })

  test('shows findings with what mends them, as a table and as JSON, with exit code 3', async () => {
    expect((await okta('POST', '/Users', newUser('ADA'))).status).toBe(409)
    const table = await rolecall('health')
    expect([table.code, rowsOf(table.stdout)[0]]).toEqual([3, ['SEVERITY', 'FINDING', 'INTEGRATION', 'COUNT', 'SINCE']])
    expect(table.stdout).toMatch(/^attention {2}conflicts {2,}OKTA_PROVISIONING {2}1 /m)
    expect(table.stdout).toMatch(
      /\n {4}→ \.\/rolecall event-history --integration OKTA_PROVISIONING --status 409 --last 24h --details --data-dir /,
    )
    const json = await rolecall('health --output json')
    const { findings } = JSON.parse(json.stdout)
    expect([json.code, findings.map(({ kind }: { kind: string }) => kind)]).toEqual([3, ['conflicts']])
  })

  test('looks for what may never be, with progress, and says each', async () => {
    const progress: string[] = []
    const whole = await rolecall('health --invariants', { onProgress: (text) => progress.push(text) })
    expect([whole.code, whole.stderr]).toEqual([
      3,
      expect.stringMatching(/^\d+ objects, names and memberships: 0 violations; 0 changed by hand$/),
    ])
    expect(progress).toEqual([expect.stringMatching(/^\d+ checked, part 8 of 8: unfinished work$/)])
    const Key = nameKey('default', RESOURCE_TYPES.User, 'bob')
    await system.db.client.send(new DeleteCommand({ TableName: system.db.tableName, Key }))
    const broken = await rolecall('health --invariants')
    expect([broken.code, broken.stdout]).toEqual([
      3,
      expect.stringContaining(`User "bob" (${ids.bob}): its name "bob" is not kept for it`),
    ])
    const json = JSON.parse((await rolecall('health --invariants --output json')).stdout)
    expect(json.invariants).toMatchObject({ isCut: false, violations: [{ type: 'USER', id: ids.bob, name: 'bob' }] })
  })

  test('verify does that alone', async () => {
    const broken = await rolecall('verify')
    expect([broken.code, rowsOf(broken.stdout)]).toEqual([
      3,
      [
        ['TYPE', 'ID', 'INVARIANT', 'VIOLATION'],
        ['USER', ids.bob, 'name', `User "bob" (${ids.bob}): its name "bob" is not kept for it`],
      ],
    ])
    await rolecall('account create whole')
    const whole = await rolecall('verify --account whole --output json')
    expect([whole.code, JSON.parse(whole.stdout), whole.stderr]).toEqual([
      0,
      [],
      '0 objects, names and memberships: 0 violations; 0 changed by hand',
    ])
  })
})
