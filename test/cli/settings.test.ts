import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { integrationDrop } from '../../cli/commands/integration-drop.ts'
import { writeLocalCredentials } from '../../local/credentials.ts'
import { runCli, sessionOf } from '../factories/cli.ts'
import { withSystem } from '../factories/system.ts'

const system = withSystem()
let folder: string

/** Runs a command line in an account, as a shell splits it. */
async function rolecall(account: string, line: string) {
  const { code, stdout, stderr } = await runCli([...line.split(' '), '--account', account, '--data-dir', folder])
  return { code, stdout, stderr: stderr.replaceAll(` --account ${account} --data-dir ${folder}`, '') }
}

async function json(account: string, line: string) {
  const { code, stdout, stderr } = await rolecall(account, `${line} --output json`)
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
  return JSON.parse(stdout)
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rolecall-cli-'))
  writeLocalCredentials(system.adminUrl, system.credentials, folder)
})

afterAll(() => rmSync(folder, { recursive: true }))

describe('rolecall integration create, list, alter, drop', () => {
  test('makes, replaces and leaves alone, and says which', async () => {
    const create = 'integration create HR --kind GENERIC'
    expect(await rolecall('modes', `${create} --dry-run`)).toMatchObject({
      stderr: 'Would be created; nothing was changed',
    })
    expect((await rolecall('modes', create)).stderr).toBe('Next: npx rolecall token issue hr')
    expect((await rolecall('modes', `${create} --if-not-exists`)).stderr).toBe(
      'It was there already and is unchanged; to change it: npx rolecall integration alter hr --help',
    )
    await rolecall('modes', 'token issue HR')
    expect((await rolecall('modes', `${create} --or-replace --dry-run`)).stderr).toBe(
      'Would be replaced, 1 of its tokens ended; nothing was changed',
    )
    const replaced = await rolecall('modes', `${create} --or-replace --comment new`)
    expect(replaced.stdout).toMatch(/^Comment +none → new$/m)
    expect(replaced.stderr).toBe('Replaced: 1 token ended. Next: npx rolecall token issue hr')
    for (const flags of ['--or-replace --if-not-exists', '--keep-endpoint-id']) {
      expect((await rolecall('modes', `${create} ${flags}`)).code).toBe(2)
    }
  })

  test('lists by pattern', async () => {
    for (const name of ['OKTA_A', 'OKTA_B', 'HR']) await rolecall('like', `integration create ${name} --kind OKTA`)
    const named = await json('like', 'integration list --like okta%')
    expect(named.map(({ name }: { name: string }) => name)).toEqual(['OKTA_A', 'OKTA_B'])
    expect((await rolecall('like', 'integration list --like x%')).stderr).toBe(
      'None has such a name: npx rolecall integration list',
    )
  })

  test('runs an integration as another role', async () => {
    await rolecall('roles', 'integration create HR --kind GENERIC --role OLD')
    await rolecall('roles', 'provisioner grant NEW createUser')
    const { stdout } = await rolecall('roles', 'integration alter HR --role new --kind okta')
    expect(stdout).toMatch(/^Kind +GENERIC → OKTA$/m)
    expect(stdout).toMatch(/^Role +OLD → NEW$/m)
    expect(stdout).toMatch(/^Privileges +createUser, createRole → createUser$/m)
  })

  test('drops, and tells before what would end', async () => {
    await rolecall('drops', 'integration create HR --kind GENERIC')
    await rolecall('drops', 'token issue HR')
    expect((await rolecall('drops', 'integration drop hr --dry-run')).stdout).toBe(
      'HR would be dropped, and 1 token would end; nothing was changed',
    )
    expect((await rolecall('drops', 'integration drop hr')).stdout).toBe('Dropped HR; 1 token ended')
    expect(await rolecall('drops', 'integration drop hr')).toMatchObject({ code: 1, stdout: '' })
  })

  test.each([
    [false, ['Dropped HR; 1 token ended'], ['1 transferred'], ['POST ownership', 'POST ownership', 'DELETE HR']],
    [
      true,
      [],
      ['1 would be transferred; nothing was changed', 'Then HR would be dropped, and 1 token end'],
      ['POST ownership', 'POST ownership'],
    ],
  ])('hands over first what the role owns (dry run: %s)', async (isDryRun, written, told, calls) => {
    const { session, ...out } = sessionOf('json')
    const asked: string[] = []
    const row = { type: 'USER', id: '1', name: 'ada', outcome: 'done' }
    session.api.call = async ({ method = 'GET', path, body }) => {
      if (method !== 'GET') asked.push(`${method} ${path.at(-1)}`)
      if (method === 'GET') return { role: 'HR_ROLE', liveTokens: 1 } as never
      if (method === 'DELETE') return { name: 'HR', role: 'HR_ROLE', endedTokens: 1, sharedWith: [] } as never
      const { next, ...rest } = body as { next?: string }
      expect(rest).toEqual({ to: 'OKTA', ownedBy: 'HR_ROLE', ...(isDryRun && { dryRun: true }) })
      return (next === undefined ? { rows: [], next: '2' } : { rows: [row] }) as never
    }
    const work = integrationDrop.prepare(['HR'], { 'transfer-to': 'okta', 'dry-run': isDryRun })
    const { api, ...base } = session
    expect((await work(base, async () => api)) ?? 0).toBe(0)
    expect(out.written.join('')).toBe(
      `${JSON.stringify([row], null, 2).replaceAll('\n]', '\n]\n')}${written.map((line) => `${line}\n`).join('')}`,
    )
    expect([out.told, asked]).toEqual([told, calls])
  })
})

describe('rolecall provisioner', () => {
  test('lists, shows, grants, revokes and drops', async () => {
    await rolecall('prov', 'integration create HR --kind GENERIC --role HR_ROLE')
    await rolecall('prov', 'token issue HR')
    expect((await rolecall('prov', 'provisioner grant HR_ROLE monitoruser,monitorRole --dry-run')).stderr).toBe(
      'These would be the privileges of 1 live token; nothing was changed',
    )
    const granted = await rolecall('prov', 'provisioner grant HR_ROLE monitoruser,monitorRole')
    expect(granted.stdout).toMatch(/^Privileges +createUser, createRole, monitorUser, monitorRole$/m)
    expect(granted.stderr).toBe('Within a minute these are the privileges of 1 live token')
    await rolecall('prov', 'provisioner revoke HR_ROLE createUser')
    expect(await json('prov', 'provisioner list')).toMatchObject([
      { role: 'HR_ROLE', privileges: ['createRole', 'monitorUser', 'monitorRole'], integrations: ['HR'] },
    ])
    expect((await rolecall('prov', 'provisioner list')).stdout.split('\n')[0]).toBe(
      'ROLE     PRIVILEGES                            INTEGRATIONS  USERS  ROLES',
    )
    expect((await rolecall('prov', 'provisioner grant SPARE createUser')).code).toBe(0)
    expect((await rolecall('prov', 'provisioner show spare')).stdout).toMatch(/^Integrations +none$/m)
    expect((await rolecall('prov', 'provisioner drop SPARE --dry-run')).stdout).toBe(
      'SPARE would be dropped; nothing was changed',
    )
    expect((await rolecall('prov', 'provisioner drop SPARE')).stdout).toBe('Dropped SPARE')
    expect(await rolecall('prov', 'provisioner drop HR_ROLE')).toEqual({
      ...{ code: 1, stdout: '' },
      stderr:
        'Cannot drop role "HR_ROLE": integrations run as it (HR); drop them or give them another role first (409)',
    })
    expect((await rolecall('prov', 'provisioner grant HR_ROLE all')).stderr).toContain(
      'PRIVILEGE "all": expected some of createUser, createRole, monitorUser, monitorRole, with commas between them',
    )
  })
})

describe('rolecall network-policy', () => {
  test('creates, lists, describes, changes and drops', async () => {
    await rolecall('net', 'integration create HR --kind GENERIC')
    const created = await rolecall('net', 'network-policy create office --allow 192.0.2.0/24 --mode observe')
    expect(created.stdout).toMatch(/^Attached to +nothing$/m)
    expect(created.stderr).toBe('Next: npx rolecall integration alter NAME --network-policy office')
    expect((await rolecall('net', 'integration alter HR --network-policy office')).stdout).toMatch(
      /^Network policy +none → OFFICE, only observing$/m,
    )
    expect((await rolecall('net', 'network-policy list --like off%')).stdout.split('\n')).toEqual([
      'NAME    MODE     ALLOWED       BLOCKED  ATTACHED TO  COMMENT',
      'OFFICE  observe  192.0.2.0/24           HR',
    ])
    expect((await rolecall('net', 'network-policy alter OFFICE --mode enforce --dry-run')).stderr).toBe(
      'It would be so for HR; nothing was changed',
    )
    const altered = await rolecall('net', 'network-policy alter OFFICE --mode enforce --block-add 192.0.2.66')
    expect(altered.stdout).toMatch(/^Mode +enforce$/m)
    expect(altered.stderr).toBe('It is so for HR, within a minute')
    expect((await rolecall('net', 'network-policy alter OFFICE --mode enforce')).stderr).toBe(
      'Nothing has changed: all of it was so already',
    )
    expect((await rolecall('net', 'network-policy alter OFFICE')).stderr).toContain('Name a setting to change')
    expect(await json('net', 'network-policy describe office')).toMatchObject({
      ...{ mode: 'enforce', blocked: ['192.0.2.66'], integrations: ['HR'] },
    })
    expect((await rolecall('net', 'network-policy drop office')).code).toBe(1)
    await rolecall('net', 'integration alter HR --unset network-policy')
    expect((await rolecall('net', 'network-policy drop office')).stdout).toBe('Dropped office')
  })
})
