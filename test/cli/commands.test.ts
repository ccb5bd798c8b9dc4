import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listLocalCredentials, writeLocalCredentials } from '../../local/credentials.ts'
import { DATA_FOLDER } from '../../local/folders.ts'
import { EVENT_COLUMNS } from '../../shared/audit/event-row.ts'
import { parseToken } from '../../shared/auth/token.ts'
import { issueToken } from '../../shared/resources/tokens.ts'
import { adminContext } from '../factories/admin.ts'
import { type CliResult, runCli } from '../factories/cli.ts'
import { withSystem } from '../factories/system.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const system = withSystem()
let folder: string

/** Runs a command against the test's system, which it finds as it finds a real one. */
const rolecall = (...args: string[]) => runCli([...args, '--data-dir', folder])
const captured = (...args: string[]) => runCli([...args, '--data-dir', folder], { isPerson: false })
const ok = ({ code, stderr, stdout }: CliResult) => {
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
  return stdout
}

/** One SCIM request with the GENERIC integration's token. */
async function scim(method: string, path: string, body?: object) {
  const { tokens, baseUrl } = system
  const headers = { authorization: `Bearer ${tokens.GENERIC_PROVISIONING}`, 'content-type': 'application/scim+json' }
  const response = await fetch(`${baseUrl}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) })
  return { status: response.status, body: (await response.json()) as { id: string } }
}

const userOf = (userName: string, more: object = {}) => ({
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
  userName,
  ...more,
})

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rolecall-cli-'))
  const { accessKeyId, secretAccessKey } = system.credentials
  writeLocalCredentials(system.adminUrl, { accessKeyId, secretAccessKey }, folder)
})

afterAll(() => {
  rmSync(folder, { recursive: true })
})

describe('rolecall integration', () => {
  test('creates, lists, describes and changes', async () => {
    const created = await rolecall(
      'integration',
      'create',
      'hr',
      '--kind',
      'generic',
      '--comment',
      'HR',
      '--monitor-users',
    )
    expect(ok(created)).toContain(
      'Name             HR\nKind             GENERIC\nRole             GENERIC_SCIM_PROVISIONER\n',
    )
    expect(created.stderr).toBe(`Next: ./rolecall token issue hr --data-dir ${folder}`)
    const rows = ok(await rolecall('integration', 'list'))
      .split('\n')
      .map((line) => line.split(/ {2,}/).slice(0, 4))
    expect(rows).toEqual([
      ['NAME', 'KIND', 'ROLE', 'ENABLED'],
      ['AZURE_PROVISIONING', 'AZURE', 'AAD_PROVISIONER', 'true'],
      ['GENERIC_PROVISIONING', 'GENERIC', 'GENERIC_SCIM_PROVISIONER', 'true'],
      ['HR', 'GENERIC', 'GENERIC_SCIM_PROVISIONER', 'true'],
      ['OKTA_PROVISIONING', 'OKTA', 'OKTA_PROVISIONER', 'true'],
    ])
    ok(await rolecall('network-policy', 'create', 'office', '--allow', '192.0.2.0/24', '--block', '192.0.2.9'))
    const alter = ['--enabled', 'false', '--network-policy', 'office']
    const changed = ok(await rolecall('integration', 'alter', 'HR', ...alter))
    expect(changed).toMatch(/^Enabled +true → false$/m)
    expect(changed).toMatch(/^Network policy +none → OFFICE$/m)
    expect(changed).toMatch(/^Allowed from +everywhere → 192\.0\.2\.0\/24$/m)
    expect(changed).toMatch(/^Blocked from +none → 192\.0\.2\.9$/m)
    expect(changed).toMatch(/^Comment +HR$/m)
    const described = JSON.parse(ok(await rolecall('integration', 'describe', 'hr', '--output', 'json')))
    expect(described).toMatchObject({
      ...{ name: 'HR', enabled: false, comment: 'HR', privileges: ['createUser', 'createRole', 'monitorUser'] },
      networkPolicy: { name: 'OFFICE', mode: 'enforce', allowed: ['192.0.2.0/24'], blocked: ['192.0.2.9'] },
      baseUrl: system.baseUrl,
      ownBaseUrl: `${system.baseUrl}/${described.endpointId}`,
    })
    expect(ok(await rolecall('integration', 'describe', 'hr'))).toMatch(
      /^Brake this hour +0 of 25 objects, 25 left until \d{4}-\d\d-\d\dT\d\d:00:00\.000Z$/m,
    )
    const unset = ['--unset', 'network-policy', '--unset', 'comment']
    const after = JSON.parse(ok(await rolecall('integration', 'alter', 'HR', ...unset, '--output', 'json')))
    expect([after.networkPolicy, after.comment]).toEqual([undefined, undefined])
    expect(after.changes).toEqual([
      { attribute: 'networkPolicy', before: described.networkPolicy },
      { attribute: 'comment', before: 'HR' },
    ])
    const again = await rolecall('integration', 'alter', 'HR', '--unset', 'comment')
    expect(again.stderr).toBe('Nothing has changed: all of it was so already')
  })

  test('never opens to everywhere by a block or by removing the last allowed one', async () => {
    ok(await rolecall('integration', 'create', 'FENCED', '--kind', 'GENERIC', '--allow', '192.0.2.1'))
    expect(ok(await rolecall('network-policy', 'alter', 'FENCED', '--block-add', '192.0.2.9'))).toMatch(
      /^Allowed from +192\.0\.2\.1$/m,
    )
    expect(await rolecall('network-policy', 'alter', 'FENCED', '--allow-remove', '192.0.2.1')).toMatchObject({
      ...{ code: 1, stdout: '' },
      stderr: expect.stringContaining(
        'all addresses would be allowed; if that is meant, say so with --allow-everywhere, in the API allowEverywhere (400)',
      ),
    })
  })

  test('adds privileges to the default ones, and says what the role has', async () => {
    const args = ['--kind', 'GENERIC', '--role', 'WIDE', '--privilege', 'monitorrole']
    const wide = ok(await rolecall('integration', 'create', 'WIDE', ...args))
    expect(wide).toMatch(/^Privileges +createUser, createRole, monitorRole$/m)
    const narrow = ['--kind', 'GENERIC', '--role', 'NARROW', '--no-default-privileges', '--privilege', 'monitorUser']
    expect(ok(await rolecall('integration', 'create', 'NARROW', ...narrow))).toMatch(/^Privileges +monitorUser$/m)
  })

  test.each([
    [
      ['create', 'okta_provisioning', '--kind', 'OKTA'],
      'An integration "OKTA_PROVISIONING" exists: choose another name, or say whether to replace it (--or-replace, in the API mode orReplace) or to leave it as it is (--if-not-exists, ifNotExists) (409)',
    ],
    [
      ['describe', 'nobody'],
      'There is no integration "nobody" in account "default": there is AZURE_PROVISIONING, FENCED, GENERIC_PROVISIONING, HR, NARROW, OKTA_PROVISIONING, WIDE (404)',
    ],
    [['list', '--account', 'typo'], 'There is no account "typo": there is default (404)'],
  ])('passes on the refusal of %j with exit code 1', async (args, stderr) => {
    expect(await rolecall('integration', ...args)).toEqual({ code: 1, stdout: '', stderr })
  })

  test('keeps accounts apart', async () => {
    ok(await rolecall('integration', 'create', 'OWN', '--kind', 'OKTA', '--account', 'other'))
    const names = ok(await rolecall('integration', 'list', '--account', 'other', '--output', 'csv')).split('\r\n')
    expect(names.map((line) => line.split(',')[0])).toEqual(['"NAME"', '"OWN"'])
    expect(ok(await rolecall('integration', 'list'))).not.toContain('OWN')
  })
})

describe('rolecall token', () => {
  test('gives a script the token and nothing else', async () => {
    const { code, stdout, stderr } = await captured('token', 'issue', 'OKTA_PROVISIONING', '--name', 'script')
    expect(code).toBe(0)
    expect(parseToken(stdout)).toBeDefined()
    expect(stderr).toContain('Token name   script\n')
    expect(stderr).not.toContain(stdout)
    const response = await fetch(`${system.baseUrl}/Users`, { headers: { authorization: `Bearer ${stdout}` } })
    expect(response.status).toBe(200)
  })

  test('shows a person the token once, and never in a list', async () => {
    const { stdout, stderr } = await rolecall('token', 'issue', 'OKTA_PROVISIONING', '--name', 'person')
    expect(stderr).toContain('shown now and never again')
    const id = parseToken(stdout)?.tokenId ?? ''
    for (const output of ['table', 'json', 'csv']) {
      const listed = ok(await rolecall('token', 'list', 'OKTA_PROVISIONING', '--output', output))
      expect(listed).toContain(id)
      expect(listed).not.toContain('rolecall_')
    }
  })

  test('answers with the whole token as JSON, or with where it was written', async () => {
    const path = join(folder, 'json.token')
    const args = ['token', 'issue', 'AZURE_PROVISIONING', '--name', 'json', '--output', 'json']
    const shown = JSON.parse(ok(await rolecall(...args)))
    const id = parseToken(shown.token)?.tokenId
    expect(shown).toMatchObject({ tokenId: id, integration: 'AZURE_PROVISIONING', name: 'json' })
    const written = JSON.parse(ok(await rolecall(...args, '--output-file', path)))
    expect(written).toMatchObject({ name: 'json', writtenTo: path })
    expect(Object.keys(written)).not.toContain('token')
  })

  test('warns of a token that is about to expire', async () => {
    ok(await rolecall('integration', 'create', 'AGEING', '--kind', 'GENERIC'))
    const now = new Date(Date.now() - 170 * 86_400_000)
    const { tokenId } = await issueToken(adminContext(system.db, { now }), { integration: 'AGEING', name: 'old' })
    const { stderr } = await rolecall('token', 'list', 'AGEING')
    const command = `./rolecall token rotate ${tokenId} --data-dir ${folder}`
    expect(stderr).toMatch(new RegExp(`^Token "old" expires in \\d+ days: make a new one with "${command}"$`))
  })

  test('writes the token to a file of its owner, and overwrites none (S2)', async () => {
    const path = join(folder, 'okta.token')
    const { stdout, stderr } = await rolecall('token', 'issue', 'AZURE_PROVISIONING', '--output-file', path)
    expect(stdout).toBe('')
    expect(stderr).not.toContain('rolecall_')
    const text = readFileSync(path, 'utf8')
    expect(parseToken(text.trimEnd())).toBeDefined()
    expect(statSync(path).mode & 0o777).toBe(0o600)
    const tokens = async () =>
      JSON.parse(ok(await rolecall('token', 'list', 'AZURE_PROVISIONING', '--output', 'json'))).length
    const before = await tokens()
    expect(await rolecall('token', 'issue', 'AZURE_PROVISIONING', '--output-file', path)).toEqual({
      ...{ code: 1, stdout: '' },
      stderr: `The file ${path} exists: nothing is overwritten, name another`,
    })
    expect(await tokens()).toBe(before)
    expect(readFileSync(path, 'utf8')).toBe(text)
  })

  test('leaves no file behind when there is no token', async () => {
    const path = join(folder, 'nobody.token')
    const { code } = await rolecall('token', 'issue', 'NOBODY', '--output-file', path)
    expect(code).toBe(1)
    expect(() => statSync(path)).toThrow('ENOENT')
  })

  test('revokes by id, again and again, and takes no whole token', async () => {
    const token = ok(await captured('token', 'issue', 'GENERIC_PROVISIONING', '--name', 'doomed'))
    const id = parseToken(token)?.tokenId ?? ''
    const dry = await rolecall('token', 'revoke', id, '--dry-run')
    expect([ok(dry), dry.stderr]).toEqual([`Would revoke ${id}`, 'Nothing was changed'])
    expect(ok(await rolecall('token', 'revoke', id))).toBe(`Revoked ${id}`)
    expect(await rolecall('token', 'revoke', id)).toEqual({
      ...{ code: 0, stdout: '', stderr: expect.stringMatching(/^It was revoked already, at \d{4}-\S+Z$/) },
    })
    const response = await fetch(`${system.baseUrl}/Users`, { headers: { authorization: `Bearer ${token}` } })
    expect(response.status).toBe(401)
    const refused = await rolecall('token', 'revoke', token)
    expect(refused.code).toBe(2)
    expect(refused.stderr).not.toContain(token)
    expect((await rolecall('token', 'revoke', 'x'.repeat(22))).code).toBe(1)
  })
})

describe('rolecall user and role', () => {
  test('list and show what clients made, harmless on a terminal and in a sheet (I6)', async () => {
    const ada = await scim('POST', '/Users', userOf('ada@example.com', { displayName: '=1+1\u202e', active: true }))
    const group = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'], displayName: 'Night / Shift' }
    await scim('POST', '/Groups', { ...group, members: [{ value: ada.body.id }] })
    const table = ok(await rolecall('user', 'list', '--filter', 'userName eq "ada@example.com"'))
    expect(table.split('\n')[1]?.split(/ {2,}/).slice(0, 5)).toEqual([
      ...[ada.body.id, 'ada@example.com', '=1+1\\u202e', 'true', 'GENERIC_SCIM_PROVISIONER'],
    ])
    expect(ok(await rolecall('user', 'list', '--output', 'csv'))).toContain(`"ada@example.com","'=1+1`)
    expect(ok(await rolecall('user', 'show', 'ADA@example.com'))).toMatch(
      new RegExp(`^id +${ada.body.id}\nuserName +ada@example.com\n`),
    )
    expect(ok(await rolecall('role', 'list'))).toContain('Night / Shift')
    const shown = JSON.parse(ok(await rolecall('role', 'show', 'night / shift', '--output', 'json')))
    expect(shown).toMatchObject({ displayName: 'Night / Shift', members: [{ value: ada.body.id }] })
  })

  test('shows as many as were asked for and says that there are more', async () => {
    for (const name of ['more-1', 'more-2', 'more-3']) await scim('POST', '/Users', userOf(name))
    const { stdout, stderr } = await rolecall('user', 'list', '--filter', 'userName sw "more-"', '--limit', '2')
    expect(stdout.split('\n')).toHaveLength(3)
    expect(stderr).toBe('2 of 3 are shown: raise --limit, or say --all')
  })

  test('passes on what cannot be read or is not there', async () => {
    expect(await rolecall('user', 'show', 'nobody')).toEqual({
      ...{ code: 1, stdout: '' },
      stderr: 'There is no user with id or name "nobody" in account "default" (404)',
    })
    expect(await rolecall('role', 'list', '--account', 'typo')).toEqual({
      ...{ code: 1, stdout: '' },
      stderr: 'There is no account "typo": there is default, other (404)',
    })
  })
})

describe('rolecall event-history', () => {
  const LAST = ['event-history', '--last', '5m', '--limit', '200']

  test('answers "the requests of the last five minutes, at most 200, ordered by time" in every form', async () => {
    await scim('POST', '/Users', userOf('event@example.com'))
    await scim('POST', '/Users', userOf('EVENT@example.com'))
    const about = ['--resource', 'event@example.com', '--reads']
    const rows = JSON.parse(ok(await rolecall(...LAST, ...about, '--output', 'json')))
    expect(rows).toMatchObject([
      {
        ...{ METHOD: 'POST', ENDPOINT: 'scim/v2/Users', STATUS: 'SUCCESS', HTTP_STATUS: 201, ERROR_CODE: null },
        ...{ ACTOR_NAME: 'GENERIC_SCIM_PROVISIONER', ACTOR_DOMAIN: 'GENERIC_PROVISIONING' },
        ...{ RESOURCE_NAME: 'event@example.com', RESOURCE_DOMAIN: 'USER' },
      },
      { METHOD: 'POST', STATUS: 'FAILURE', HTTP_STATUS: 409, ERROR_CODE: '409 uniqueness' },
    ])
    const all = JSON.parse(ok(await rolecall(...LAST, '--output', 'json')))
    const times = all.map((row: { EVENT_TIMESTAMP: string }) => row.EVENT_TIMESTAMP)
    expect(times).toEqual([...times].sort())
    const csv = ok(await rolecall(...LAST, '--output', 'csv')).split('\r\n')
    expect(csv[0]).toBe(EVENT_COLUMNS.map((name) => `"${name}"`).join(','))
    expect(csv.length).toBeGreaterThan(all.length)
    const table = ok(await rolecall(...LAST, '--status', '409'))
    expect(table).toMatch(/^TIME +METHOD +ENDPOINT +STATUS/)
    expect(table).toMatch(/POST +scim\/v2\/Users +409 uniqueness/)
  })

  test('keeps the most recent and says that there may be more', async () => {
    const { stdout, stderr } = await rolecall('event-history', '--last', '5m', '--limit', '2', '--method', 'post')
    expect(stdout.split('\n')).toHaveLength(3)
    expect(stderr).toBe('The 2 most recent are shown, there may be more: raise --limit, or say --all')
  })

  test('says that there are none', async () => {
    expect(await rolecall(...LAST, '--address', '198.51.100.0/24')).toMatchObject({
      ...{ code: 0, stderr: 'No such events in this range' },
    })
  })

  test('passes on what is wrong with a range', async () => {
    const { code, stderr } = await rolecall('event-history', '--last', '400d')
    expect(code).toBe(1)
    expect(stderr).toContain('events are kept 90 days')
  })
})

describe('the target', () => {
  test('is named again in hints, with the account and the profile', async () => {
    const { stderr } = await rolecall(
      'integration',
      'create',
      'far',
      '--kind',
      'OKTA',
      '--account',
      'acme',
      '--url',
      system.baseUrl,
    )
    const where = `--account acme --url ${system.baseUrl} --data-dir ${folder}`
    expect(stderr).toBe(`Next: ./rolecall token issue far ${where}`)
  })

  test('may be named by the SCIM base URL, in a flag or in the environment', async () => {
    ok(await rolecall('integration', 'list', '--url', system.baseUrl))
    const env = { ROLECALL_URL: `${system.baseUrl}/` }
    ok(await runCli(['integration', 'list', '--data-dir', folder], { env }))
  })

  test('is called with the AWS credentials of the environment where it is not the local one', async () => {
    const { accessKeyId, secretAccessKey } = system.credentials
    const elsewhere = mkdtempSync(join(tmpdir(), 'rolecall-cli-'))
    const profile = join(elsewhere, 'credentials')
    const keys = (secret: string) => `aws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secret}\n`
    writeFileSync(profile, `[right]\n${keys(secretAccessKey)}[wrong]\n${keys('wrong')}`, { mode: 0o600 })
    process.env.AWS_SHARED_CREDENTIALS_FILE = profile
    const args = ['integration', 'list', '--url', system.adminUrl, '--region', 'us-east-1', '--data-dir', elsewhere]
    ok(await runCli([...args, '--profile', 'right']))
    expect(await runCli([...args, '--profile', 'wrong'])).toMatchObject({
      code: 1,
      stderr: 'The request signature does not match: sign with AWS Signature Version 4 and valid credentials (403)',
    })
    expect(await runCli([...args, '--profile', 'missing'])).toMatchObject({ code: 1, stdout: '' })
    rmSync(elsewhere, { recursive: true })
  })
})

describe('cli/rolecall.mjs', () => {
  const start = (...args: string[]) =>
    promisify(execFile)(process.execPath, [join(ROOT, 'cli', 'rolecall.mjs'), ...args], { cwd: tmpdir() })

  test('runs from any folder and passes on output and exit code', async () => {
    const { stdout } = await start('integration', 'list', '--data-dir', folder, '--output', 'json')
    expect(JSON.parse(stdout).map(({ name }: { name: string }) => name)).toContain('OKTA_PROVISIONING')
    await expect(start('bogus')).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no command "bogus"'),
    })
    await expect(start('user', 'show', 'nobody', '--data-dir', folder)).rejects.toMatchObject({ code: 1 })
  })

  test("looks into the project's own folder unless another is named", () => {
    expect(DATA_FOLDER).toBe(join(ROOT, '.rolecall'))
    expect(listLocalCredentials(folder)).toMatchObject([{ adminUrl: system.adminUrl }])
  })
})
