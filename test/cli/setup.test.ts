import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeLocalCredentials } from '../../local/credentials.ts'
import type { Conversation } from '../../local/demo/conversation.ts'
import { GUIDE_NAMES, GUIDES, type GuideName } from '../../shared/setup/guides.ts'
import { runCli } from '../factories/cli.ts'
import { newUser } from '../factories/scim-api.ts'
import { withSystem } from '../factories/system.ts'
import { holdChecked } from '../idp/hold.ts'

const system = withSystem()
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rolecall-setup-'))
  writeLocalCredentials(system.adminUrl, system.credentials, folder)
})
afterAll(() => rmSync(folder, { recursive: true }))

const cli = (...args: string[]) => runCli([...args, '--data-dir', folder])
async function cliJson(...args: string[]) {
  const { code, stdout, stderr } = await cli(...args, '--output', 'json')
  expect({ args, code, stderr: code === 0 ? '' : stderr }).toEqual({ args, code: 0, stderr: '' })
  return JSON.parse(stdout)
}
const conversationOf = (name: string): Conversation =>
  JSON.parse(readFileSync(new URL(`../../local/demo/${name}-lifecycle.json`, import.meta.url), 'utf8'))
/** Those of which no conversation was recorded speak as the generic protocol does. */
const CONVERSATIONS: Partial<Record<GuideName, string>> = { okta: 'okta', entra: 'entra' }

/** A request of a client that has what setup printed. */
async function ask(baseUrl: string, token: string, path: string, body?: object) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' }
  const response = await fetch(`${baseUrl}${path}`, {
    headers,
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  })
  return { status: response.status, body: await response.json() }
}

describe('rolecall setup', () => {
  test.each(GUIDE_NAMES)(
    'makes role, integration and token of %s in an account of its own, which then work',
    async (name) => {
      const guide = GUIDES[name]
      const on = ['--account', `for-${name}`]
      const said = await cliJson('setup', name, ...on)
      const { integration, role } = guide
      expect(said).toMatchObject({ integration, role, kind: guide.kind, baseUrl: system.baseUrl })
      expect(said.made).toEqual([`role ${role}`, `integration ${integration}`, 'a token'])
      expect(said.next).toBe(`./rolecall check ${integration} --wait --account for-${name} --data-dir ${folder}`)
      const view = await cliJson('integration', 'describe', integration, ...on)
      expect(view).toMatchObject({ role, clientKind: guide.kind, enabled: true, liveTokens: 1 })
      const recorded = CONVERSATIONS[name]
      if (recorded) await holdChecked(conversationOf(recorded), said.baseUrl, said.token)
      else {
        expect(await ask(said.baseUrl, said.token, '/Users', newUser('ada@example.com'))).toMatchObject({ status: 201 })
        const found = await ask(said.baseUrl, said.token, '/Users?filter=userName%20eq%20%22ADA%40example.com%22')
        expect(found).toMatchObject({ status: 200, body: { totalResults: 1 } })
      }
    },
  )

  test('makes nothing twice, and a further token only when asked', async () => {
    const on = ['--account', 'twice']
    await cliJson('setup', 'okta', ...on)
    const again = await cliJson('setup', 'okta', ...on)
    expect([again.made, again.token]).toEqual([[], 'the token it has already; --new-token makes another'])
    const { stdout } = await cli('setup', 'okta', ...on)
    expect(stdout).toMatch(/^Nothing was made: all of it is there already\n/)
    const further = await cliJson('setup', 'okta', '--new-token', ...on)
    expect([further.made, further.token]).toEqual([['a token'], expect.stringMatching(/^rolecall_/)])
    expect(await cliJson('integration', 'describe', 'OKTA_PROVISIONING', ...on)).toMatchObject({ liveTokens: 2 })
  })

  test('makes one of each where several run at once, and tells the others to run again', async () => {
    const on = ['--account', 'at-once', '--output', 'json']
    const runs = await Promise.all([1, 2, 3].map(() => cli('setup', 'onelogin', ...on)))
    const refused = 'Integration "ONELOGIN_PROVISIONING" was made by somebody else meanwhile: run this again'
    expect(runs.filter(({ code }) => code !== 0).map(({ stderr }) => stderr)).toEqual(
      runs.filter(({ code }) => code !== 0).map(() => refused),
    )
    expect(runs.some(({ code }) => code === 0)).toBe(true)
    const { integrations } = { integrations: await cliJson('integration', 'list', '--account', 'at-once') }
    expect(integrations).toHaveLength(1)
  })

  test('says that a role lacks what a provider needs', async () => {
    const on = ['--account', 'lacking']
    await cliJson('setup', 'okta', ...on)
    await cli('provisioner', 'revoke', 'OKTA_PROVISIONER', 'createRole', ...on)
    expect((await cli('setup', 'okta', ...on)).stderr).toBe(
      `Role OKTA_PROVISIONER lacks createRole: creates are answered 403; give it with "./rolecall provisioner grant OKTA_PROVISIONER createRole --account lacking --data-dir ${folder}"`,
    )
  })

  test('makes what an interrupted run left out', async () => {
    const on = ['--account', 'halfway']
    await cliJson(
      'integration',
      'create',
      'PING_PROVISIONING',
      '--kind',
      'GENERIC',
      '--role',
      'PING_PROVISIONER',
      ...on,
    )
    expect((await cliJson('setup', 'ping', ...on)).made).toEqual(['a token'])
  })

  test('names last day, cron line and next command, and puts the token alone on its line', async () => {
    const { code, stdout } = await cli('setup', 'okta', '--name', 'Okta_Two', '--role', 'two', '--account', 'text')
    expect(code).toBe(0)
    const [{ expiresAt }] = await cliJson('token', 'list', 'OKTA_TWO', '--account', 'text')
    const options = `--account text --data-dir ${folder}`
    expect(stdout).toContain(`The token works until ${expiresAt.slice(0, 10)}, `)
    expect(stdout).toContain(`\n    0 8 * * *  ./rolecall token check OKTA_TWO ${options}\n`)
    expect(stdout).toMatch(/\n +rolecall_\w{22}_\w{43}_\w{6}\n/)
    expect(stdout).toContain('It is the local system, which no provider in the cloud can reach')
    expect(stdout.split('\n').at(-1)).toBe(`Next, when this is done: ./rolecall check OKTA_TWO --wait ${options}`)
    expect(stdout).toContain('Integration OKTA_TWO runs as role TWO, which owns what it creates.')
  })

  test('writes the token to a file of its owner, and shows it nowhere', async () => {
    const path = join(folder, 'entra.token')
    const { code, stdout, stderr } = await cli('setup', 'entra', '--output-file', path, '--account', 'to-file')
    expect([code, stderr]).toEqual([0, ''])
    const token = readFileSync(path, 'utf8')
    expect(token).toMatch(/^rolecall_\w+\n$/)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(stdout).not.toContain(token.trim())
    expect(stdout).toContain(`the content of the file ${path}`)
    expect(stdout).toContain(`    ${system.baseUrl}?aadOptscim062020\n`)
    expect(await cli('setup', 'entra', '--output-file', path, '--new-token', '--account', 'to-file')).toEqual({
      ...{ code: 1, stdout: '' },
      stderr: `The file ${path} exists: nothing is overwritten, name another`,
    })
    expect(await cliJson('token', 'list', 'AZURE_PROVISIONING', '--account', 'to-file')).toHaveLength(1)
  })

  test('makes an OAuth client, with which an access token is got', async () => {
    const on = ['--account', 'oauth']
    const said = await cliJson('setup', 'sailpoint', '--oauth', ...on)
    expect(said.made).toEqual(['role SAILPOINT_PROVISIONER', 'integration SAILPOINT_PROVISIONING', 'an OAuth client'])
    const form = { grant_type: 'client_credentials', client_id: said.clientId, client_secret: said.clientSecret }
    const response = await fetch(said.tokenEndpoint, { method: 'POST', body: new URLSearchParams(form) })
    const { access_token: token } = (await response.json()) as { access_token: string }
    expect(await ask(said.baseUrl, token, '/Users')).toMatchObject({ status: 200, body: { totalResults: 0 } })
    const again = await cliJson('setup', 'sailpoint', '--oauth', ...on)
    expect([again.made, again.clientId]).toEqual([[], said.clientId])
    expect((await cliJson('setup', 'sailpoint', '--oauth', '--new-token', ...on)).made).toEqual(['a client secret'])
    expect((await cli('setup', 'sailpoint', '--oauth', ...on)).stdout).toContain('Its secret has no end.')
  })

  test.each([
    [['okta', '--oauth'], 2, '--oauth: Okta has no client credentials for SCIM, only: entra, ping, sailpoint, custom'],
    [
      ['okta', '--role', 'accountadmin'],
      2,
      '--role "accountadmin": ACCOUNTADMIN decides over other roles, choose another role',
    ],
    [['octa'], 2, 'There is no guide for "octa", only: okta, entra, ping, sailpoint, jumpcloud, onelogin, custom'],
    [[], 2, 'PROVIDER is missing: okta, entra, ping, sailpoint, jumpcloud, onelogin, custom'],
    [
      ['entra', '--name', 'OKTA_PROVISIONING'],
      1,
      'Integration "OKTA_PROVISIONING" is there and of kind OKTA, not AZURE as for Microsoft Entra ID: give another --name',
    ],
    [
      ['okta', '--role', 'OTHER'],
      1,
      'Integration "OKTA_PROVISIONING" is there and runs as "OKTA_PROVISIONER": leave --role out, or give another --name',
    ],
  ])('%j is refused', async (args, code, said) => {
    const answer = await cli('setup', ...args)
    expect([answer.code, answer.stdout, answer.stderr.split('\n')[0]]).toEqual([code, '', said])
  })
})

describe('rolecall setup --dry-run', () => {
  test('says what would be made, and makes nothing', async () => {
    const on = ['--account', 'dry']
    expect(await cli('setup', 'okta', '--dry-run', ...on)).toMatchObject({
      code: 0,
      stdout:
        'Would make: role OKTA_PROVISIONER, integration OKTA_PROVISIONING, a token\nNo other role owns anything: no name is taken',
    })
    expect((await cli('integration', 'list', ...on)).code).toBe(1)
  })

  test('names who holds what a first sync would meet, and the command that mends it', async () => {
    const on = ['--account', 'held']
    const hr = await cliJson('setup', 'custom', '--name', 'HR', '--role', 'HR_PROVISIONER', ...on)
    await ask(hr.baseUrl, hr.token, '/Users', newUser('ada@example.com'))
    await ask(hr.baseUrl, hr.token, '/Users', newUser('bob@example.com'))
    const held = { owner: 'HR_PROVISIONER', users: 2, roles: 0, names: ['ada@example.com', 'bob@example.com'] }
    expect(await cliJson('setup', 'okta', '--dry-run', ...on)).toEqual({
      ...{ integration: 'OKTA_PROVISIONING', role: 'OKTA_PROVISIONER', heldByOthers: [held] },
      wouldMake: ['role OKTA_PROVISIONER', 'integration OKTA_PROVISIONING', 'a token'],
    })
    const { stdout } = await cli('setup', 'okta', '--dry-run', ...on)
    expect(stdout).toContain(
      'HR_PROVISIONER owns 2 users and 0 roles, such as ada@example.com, bob@example.com: a create of such a name is refused; hand them all over only where nothing else pushes as HR_PROVISIONER\n' +
        `    ./rolecall ownership transfer --owned-by HR_PROVISIONER --to OKTA_PROVISIONER --dry-run --account held --data-dir ${folder}`,
    )
  })
})
