import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeLocalCredentials } from '../../local/credentials.ts'
import { type CliOptions, type CliResult, runCli } from '../factories/cli.ts'
import { newGroup, newUser } from '../factories/scim-api.ts'
import { withSystem } from '../factories/system.ts'
import { client } from '../rfc/client.ts'

const system = withSystem()
const { request: okta } = client(system, 'OKTA_PROVISIONING')
const { request: entra } = client(system, 'AZURE_PROVISIONING')
let folder: string

const rolecall = (line: string, options: CliOptions = {}) => runCli([...splitLine(line), '--data-dir', folder], options)
const splitLine = (line: string) =>
  [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '')
const file = (name: string, text: string) => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}
const ok = ({ code, stderr, stdout }: CliResult) => {
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
  return stdout
}
const rowsOf = (table: string) => table.split('\n').map((line) => line.split(/ {2,}/))
const show = async (type: string, name: string) => JSON.parse(ok(await rolecall(`${type} show ${name} --output json`)))

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rolecall-hand-'))
  writeLocalCredentials(system.adminUrl, system.credentials, folder)
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('rolecall user and role', () => {
  test('make, change, disable, enable and drop a user', async () => {
    const created = await rolecall(
      `user create --user-name grace --set 'title=Rear Admiral' --set name.givenName=Grace --set 'emails=[{"value":"g@x.org","type":"work"}]'`,
    )
    expect(created.stderr).toBe('The user is made')
    expect(ok(created)).toMatch(/^owner +ADMIN$/m)
    const set = `--set 'emails[type eq "work"].value=grace@x.org' --set urn:ietf:params:scim:schemas:extension:2.0:User:defaultRole=ANALYST`
    const altered = await rolecall(`user alter GRACE ${set} --unset title`)
    expect([altered.code, altered.stderr]).toEqual([0, 'The user is changed'])
    expect(await show('user', 'grace')).toMatchObject({
      ...{ userName: 'grace', name: { givenName: 'Grace' }, emails: [{ value: 'grace@x.org', type: 'work' }] },
      'urn:ietf:params:scim:schemas:extension:2.0:User': { defaultRole: 'ANALYST' },
    })
    expect((await rolecall('user disable grace')).stderr).toBe('The user is disabled')
    expect(await show('user', 'grace')).toMatchObject({ active: false })
    expect((await rolecall('user enable grace')).stderr).toBe('The user is enabled')
    const again = await rolecall('user enable grace --output json')
    expect([JSON.parse(ok(again)), again.stderr]).toMatchObject([
      { userName: 'grace', active: true, owner: 'ADMIN', changes: [] },
      'Nothing has changed: all of it was so already',
    ])
    const dry = await rolecall('user disable grace --dry-run')
    expect([rowsOf(dry.stdout), dry.stderr]).toEqual([
      [
        ['ATTRIBUTE', 'BEFORE', 'AFTER'],
        ['active', 'true', 'false'],
      ],
      'Nothing was changed',
    ])
    expect((await rolecall('user enable grace --dry-run')).stderr).toBe('Nothing would change: all of it is so already')
    expect((await rolecall('user drop grace')).stderr).toBe('The user "grace" is deleted')
    expect((await rolecall('user show grace')).stderr).toContain('There is no user with id or name "grace"')
  })

  test('name a user apart from the name to sign in with', async () => {
    ok(await rolecall('user create --user-name liz@x.org --snowflake-user-name LIZ'))
    const extension = 'urn:ietf:params:scim:schemas:extension:2.0:User'
    expect(await show('user', 'liz@x.org')).toMatchObject({ [extension]: { snowflakeUserName: 'LIZ' } })
    ok(await rolecall('user alter liz@x.org --snowflake-user-name ELIZABETH'))
    expect(await show('user', 'liz@x.org')).toMatchObject({ [extension]: { snowflakeUserName: 'ELIZABETH' } })
    expect((await rolecall('role create --display-name X --snowflake-user-name Y')).code).toBe(2)
  })

  test('take a whole object from a file, and options on top', async () => {
    const path = file('user.json', JSON.stringify({ userName: 'lin', title: 'A', nickName: 'L' }))
    ok(await rolecall(`user create --file ${path} --set title=B`))
    expect(await show('user', 'lin')).toMatchObject({ userName: 'lin', title: 'B', nickName: 'L', owner: 'ADMIN' })
    const members = [{ value: (await show('user', 'lin')).id }]
    const role = file('role.json', JSON.stringify({ ...newGroup('Reviewers'), members }))
    ok(await rolecall(`role create --file ${role}`))
    expect(await show('role', 'reviewers')).toMatchObject({ members })
  })

  test('grant and revoke by names, all or none', async () => {
    for (const name of ['m1', 'm2']) await okta('POST', '/Users', newUser(name))
    ok(await rolecall('role create --display-name Crew'))
    const granted = await rolecall('role grant crew --user M1 --user m2')
    expect([granted.code, granted.stderr]).toEqual([0, 'The role "crew" is granted to 2 users'])
    const again = 'Nothing has changed: all of it was so already'
    expect((await rolecall('role grant crew --user M1 --user m2')).stderr).toBe(again)
    const refused = await rolecall('role revoke crew --user m1 --user nobody')
    expect([refused.code, refused.stderr]).toEqual([
      1,
      'There is no user with id or name "nobody" in account "default" (404)',
    ])
    const dry = await rolecall('role revoke crew --user m1 --dry-run')
    expect(dry.stdout).toContain('members.removed')
    expect((await show('role', 'crew')).members).toHaveLength(2)
    expect((await rolecall('role revoke crew --user m1')).stderr).toBe('The role "crew" is revoked from 1 user')
    expect((await rolecall('role revoke crew --user m1')).stderr).toBe(again)
    expect((await rolecall('role grant crew --user m1 --user m2')).stderr).toBe(
      'The role "crew" is granted to 1 user, 1 were so already',
    )
    ok(await rolecall('role revoke crew --user m1'))
    expect((await show('role', 'crew')).members).toHaveLength(1)
  })

  test("say whose an identity provider's object is", async () => {
    await okta('POST', '/Users', newUser('owned'))
    expect((await rolecall('user alter owned --set title=X')).stderr).toBe(
      'The user is changed; it belongs to role OKTA_PROVISIONER, whose next write wins for what it sends',
    )
  })

  test.each<[string, string | RegExp]>([
    [
      'user alter x --set titel=Y',
      /^Cannot replace "titel": a User has no such attribute\nThere is externalId, userName, /,
    ],
    ['user alter x --set title', '--set "title": expected attribute=value'],
    ['user alter x --set active=maybe', /^Cannot read active "maybe"/],
    [
      'user alter x --set password=secret',
      "A password cannot be set: passwords are their users' and their identity providers'",
    ],
    ['user alter x --set emails=[{', /^--set emails: cannot read the value as JSON/],
    ['user alter x --set id=1', /^Cannot replace id: it is read-only/],
    ['user alter x', 'Name what to change: --set or --unset'],
    ['user create --set title=X', 'Name the user: --user-name, or --file with all of it'],
    ['role grant x', 'Name the users: --user, once for each'],
  ])('refuse "%s" before anything is sent', async (line, said) => {
    const { code, stdout, stderr } = await rolecall(line)
    expect([code, stdout]).toEqual([2, ''])
    if (typeof said === 'string') expect(stderr.split('\nSee ')[0]).toBe(said)
    else expect(stderr).toMatch(said)
  })
})

describe('rolecall ownership', () => {
  test('transfers what is named by options and by files, goes on behind what is not there, and may be repeated', async () => {
    for (const name of ['t1', 't2', 't3', 't4']) await okta('POST', '/Users', newUser(name))
    for (const name of ['T, "quoted"', 'T2']) await okta('POST', '/Groups', newGroup(name))
    const users = file('users.csv', '\uFEFFUser Name,Title\r\nt2,"a, b"\r\n\r\nnobody,\r\n')
    const mixed = file('mixed.csv', 'type,name\nrole,"T, ""quoted"""\ngroup,T2\nUSER,t3\n')
    const lines = [
      `ownership transfer --user t1 --file ${users} --to aad_provisioner`,
      `ownership transfer --file ${mixed} --to AAD_PROVISIONER --dry-run`,
      `ownership transfer --file ${mixed} --to AAD_PROVISIONER`,
      `ownership transfer --file ${mixed} --to AAD_PROVISIONER`,
    ]
    const results: CliResult[] = []
    for (const line of lines) results.push(await rolecall(line))
    expect(results.map(({ code, stderr }) => [code, stderr])).toEqual([
      [1, '2 transferred, 1 refused'],
      [0, '3 would be transferred; nothing was changed'],
      [0, '3 transferred'],
      [0, '0 transferred, 3 were so already'],
    ])
    expect(rowsOf(results[0]?.stdout ?? '')).toEqual([
      ['TYPE', 'NAME', 'OUTCOME', 'WHAT', 'REASON'],
      ['USER', 't1', 'done', 'owner OKTA_PROVISIONER → AAD_PROVISIONER'],
      ['USER', 't2', 'done', 'owner OKTA_PROVISIONER → AAD_PROVISIONER'],
      ['USER', 'nobody', 'refused', 'There is no user with id or name "nobody" in account "default"'],
    ])
    const shown = await rolecall('ownership show --user t3')
    expect(rowsOf(ok(shown))[1]).toEqual(['USER', expect.any(String), 't3', 'AAD_PROVISIONER'])
    expect((await entra('GET', '/Users?filter=userName%20eq%20%22t1%22')).body.totalResults).toBe(1)
  })

  test('takes all that a role owns, with progress, and shows what each has', async () => {
    for (let n = 0; n < 105; n++) await entra('POST', '/Users', newUser(`e${n}`))
    const progress: string[] = []
    const line = 'ownership transfer --owned-by AAD_PROVISIONER --to GENERIC_SCIM_PROVISIONER'
    expect((await rolecall(`${line} --only roles --dry-run`)).stderr).toMatch(/^\d+ would be transferred/)
    const all = await rolecall(line, { onProgress: (text) => progress.push(text) })
    expect([all.code, all.stderr]).toEqual([0, expect.stringMatching(/^1\d\d transferred$/)])
    expect(progress[0]).toMatch(/^100 of 1\d\d objects$/)
    const owners = rowsOf(ok(await rolecall('ownership show')))
    expect(owners).toContainEqual(['AAD_PROVISIONER', '0', '0'])
    expect((await rolecall(line)).stderr).toBe('0 transferred')
  })

  test.each<[string, number, string | RegExp]>([
    ['ownership transfer --to ADMIN', 2, /^Say what is transferred: --user, --role and --file, or --owned-by/],
    ['ownership transfer --user x --owned-by Y --to ADMIN', 2, /^Say what is transferred/],
    ['ownership transfer --user x --only roles --to ADMIN', 2, /^--only goes with --owned-by/],
    ['ownership transfer --user x', 2, /^--to: /],
    [
      'ownership transfer --user x --to NOBODY',
      1,
      'There is no role that may own objects "NOBODY" in account "default": there is AAD_PROVISIONER, GENERIC_SCIM_PROVISIONER, OKTA_PROVISIONER, ADMIN for administrators (404)',
    ],
    ['ownership show --user x --role y', 2, /^Give --user or --role, one of them/],
    ['ownership transfer --file nowhere.csv --to ADMIN', 1, /^Cannot read nowhere.csv: ENOENT/],
  ])('refuses "%s"', async (line, code, said) => {
    const result = await rolecall(line)
    expect([result.code, result.stdout]).toEqual([code, ''])
    if (typeof said === 'string') expect(result.stderr).toBe(said)
    else expect(result.stderr).toMatch(said)
  })

  test.each([
    [
      'a,b\n1,2\n',
      'expected a column userName for users, displayName for roles, or the columns type (user or role) and name (or id), with commas between columns',
    ],
    ['type,name\nrobot,x\n', 'the type in line 2 is neither user nor role'],
    ['userName,x\n,y\n', 'line 2 names nobody'],
    ['userName\n', 'it names nobody'],
    ['userName\n"open\n', 'Line 2: a quote is opened and never closed'],
  ])('refuses the file %j before anything is sent', async (text, reason) => {
    const path = file('bad.csv', text)
    const { code, stderr } = await rolecall(`ownership transfer --file ${path} --to ADMIN`)
    expect([code, stderr]).toEqual([1, `Cannot read ${path}: ${reason}`])
  })
})
