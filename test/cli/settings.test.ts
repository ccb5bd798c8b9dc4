import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeLocalCredentials } from '../../local/credentials.ts'
import { type CliOptions, runCli } from '../factories/cli.ts'
import { withSystem } from '../factories/system.ts'

const system = withSystem()
let folder: string

/** Runs a command line in an account, as a shell splits it. */
async function rolecall(account: string, line: string, options: CliOptions = {}) {
  const args = [...line.split(' '), '--account', account, '--data-dir', folder]
  const { code, stdout, stderr } = await runCli(args, options)
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
    expect((await rolecall('modes', create)).stderr).toBe('Next: ./rolecall token issue hr')
    expect((await rolecall('modes', `${create} --if-not-exists`)).stderr).toBe(
      'It was there already and is unchanged; to change it: ./rolecall integration alter hr --help',
    )
    await rolecall('modes', 'token issue HR')
    expect((await rolecall('modes', `${create} --or-replace --dry-run`)).stderr).toBe(
      'Would be replaced, 1 of its tokens ended; nothing was changed',
    )
    const replaced = await rolecall('modes', `${create} --or-replace --comment new`)
    expect(replaced.stdout).toMatch(/^Comment +none → new$/m)
    expect(replaced.stderr).toBe('Replaced: 1 token ended. Next: ./rolecall token issue hr')
    for (const flags of ['--or-replace --if-not-exists', '--keep-endpoint-id']) {
      expect((await rolecall('modes', `${create} ${flags}`)).code).toBe(2)
    }
  })

  test('lists by pattern', async () => {
    for (const name of ['OKTA_A', 'OKTA_B', 'HR']) await rolecall('like', `integration create ${name} --kind OKTA`)
    const named = await json('like', 'integration list --like okta%')
    expect(named.map(({ name }: { name: string }) => name)).toEqual(['OKTA_A', 'OKTA_B'])
    expect((await rolecall('like', 'integration list --like x%')).stderr).toBe(
      'None has such a name: ./rolecall integration list',
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

  test('hands over what the role owned, or leaves it where that is said; a dry run does neither', async () => {
    for (const [name, role] of ['HR OLD', 'OTHER NEW'].map((pair) => pair.split(' ')))
      await rolecall('moved', `integration create ${name} --kind GENERIC --role ${role}`)
    await rolecall('moved', 'user create --user-name ada')
    await rolecall('moved', 'ownership transfer --user ada --to OLD')
    const alter = (flags: string) => rolecall('moved', `integration alter HR ${flags}`, { pause: async () => {} })
    const refused = await alter('--role NEW')
    expect([refused.code, refused.stderr]).toEqual([
      1,
      'Cannot have integration "HR" run as "NEW": its role "OLD" owns 1 user and 0 roles, and no other integration runs as it, so that no identity provider could change them any more; hand them over first: rolecall ownership transfer --owned-by OLD --to ROLE --account moved, or with --transfer-objects in this command; or leave them with --leave-objects, in the API leaveObjects (409)',
    ])
    const left = await alter('--role NEW --leave-objects --dry-run')
    expect([left.code, left.stderr]).toEqual([0, 'Nothing was changed'])
    expect(left.stdout).toMatch(/^Role +OLD → NEW$/m)
    const dry = await alter('--role NEW --transfer-objects --dry-run')
    expect([dry.code, dry.stderr]).toEqual([
      ...[0, '1 would be transferred; nothing was changed\nThen HR would run as NEW'],
    ])
    expect(await json('moved', 'integration describe HR')).toMatchObject({ role: 'OLD', enabled: true })
    const moved = await alter('--role NEW --transfer-objects --comment moved')
    expect([moved.code, moved.stderr]).toEqual([0, '1 transferred\nHR runs as NEW'])
    expect(await json('moved', 'integration describe HR')).toMatchObject({
      ...{ role: 'NEW', enabled: true, comment: 'moved' },
    })
    expect(await json('moved', 'ownership show')).toEqual(
      Object.entries({ ADMIN: 0, NEW: 1, OLD: 0 }).map(([role, users]) => ({ role, users, roles: 0 })),
    )
    const again = await alter('--role NEW --transfer-objects')
    expect([again.code, again.stderr]).toEqual([0, 'Nothing has changed: all of it was so already'])
    for (const [flags, said] of [
      ['--transfer-objects --comment x', '--transfer-objects goes with --role only'],
      ['--role OLD --transfer-objects --leave-objects', '--transfer-objects and --leave-objects contradict each other'],
    ] as const) {
      const { code, stderr } = await alter(flags)
      expect([code, stderr]).toEqual([2, expect.stringContaining(said)])
    }
  })

  test('shows what a change or a release would do, and does nothing', async () => {
    await rolecall('tried', 'integration create HR --kind GENERIC')
    const altered = await rolecall('tried', 'integration alter HR --enabled false --dry-run')
    expect([altered.stdout, altered.stderr]).toEqual([
      expect.stringMatching(/^Enabled +true → false$/m),
      'Nothing was changed',
    ])
    const released = await rolecall('tried', 'integration release HR --for 1h --dry-run')
    expect([released.stdout, released.stderr]).toEqual([
      expect.stringMatching(/^Brake released until +none → \d{4}-/m),
      'Nothing was changed',
    ])
    const view = await json('tried', 'integration describe HR')
    expect([view.enabled, view.brakeReleasedUntil]).toEqual([true, undefined])
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

  test('hands over first what the role owns, also what its client makes meanwhile', async () => {
    await rolecall('handed', 'integration create HR --kind GENERIC --role HR_ROLE')
    const { stdout: token } = await rolecall('handed', 'token issue HR')
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' }
    const create = async (n: number) => {
      const body = JSON.stringify({ schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName: `h${n}` })
      return (await fetch(`${system.baseUrl}/Users`, { method: 'POST', headers, body })).status
    }
    for (let n = 0; n < 3; n++) expect(await create(n)).toBe(201)
    const dryRun = await rolecall('handed', 'integration drop hr --transfer-to admin --dry-run')
    expect([dryRun.code, dryRun.stderr]).toEqual([
      0,
      '3 would be transferred; nothing was changed\nThen HR would be dropped, and 1 token would end',
    ])
    let made = 3
    const writing = (async () => {
      for (; (await create(made)) === 201; made++);
    })()
    const dropped = await rolecall('handed', 'integration drop hr --transfer-to admin', {
      pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    })
    await writing
    expect(dropped.stdout).toMatch(/\nDropped HR; 1 token ended$/)
    expect([dropped.code, made > 3]).toEqual([0, true])
    expect(await json('handed', 'ownership show')).toEqual([
      { role: 'ADMIN', users: made, roles: 0 },
      { role: 'HR_ROLE', users: 0, roles: 0 },
    ])
  })

  test('changes nothing where nobody can be given it, and tells scripts in rows', async () => {
    await rolecall('stuck', 'integration create HR --kind GENERIC --role HR_ROLE')
    const failed = await rolecall('stuck', 'integration drop hr --transfer-to nope')
    expect([failed.code, failed.stdout]).toEqual([1, ''])
    expect(failed.stderr).toMatch(/^There is no role that may own objects "NOPE"/)
    expect(await json('stuck', 'integration describe HR')).toMatchObject({ enabled: true })
    const dropped = await rolecall('stuck', 'integration drop hr --transfer-to ADMIN --output json', {
      pause: async () => {},
    })
    expect([dropped.code, dropped.stdout, dropped.stderr]).toEqual([
      ...[0, '[]', '0 transferred\nDropped HR; 0 tokens ended'],
    ])
  })

  test('sets and takes away what new users get, one by one', async () => {
    await rolecall('defaults', 'integration create HR --kind GENERIC --default-role PUBLIC')
    const altered = async (flags: string) => {
      expect((await rolecall('defaults', `integration alter HR ${flags}`)).code).toBe(0)
      return (await json('defaults', 'integration describe HR')).userDefaults
    }
    expect(await altered('--user-type service')).toEqual({ defaultRole: 'PUBLIC', type: 'service' })
    expect(await altered('--unset user-type --default-secondary-roles all')).toEqual({
      ...{ defaultRole: 'PUBLIC', defaultSecondaryRoles: 'ALL' },
    })
    expect(await altered('--unset default-role --unset default-secondary-roles')).toEqual({})
    const both = await rolecall('defaults', 'integration alter HR --user-type person --unset user-type')
    expect(both.code).toBe(2)
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
    expect(granted.stdout).toMatch(
      /^Privileges +createUser, createRole → createUser, createRole, monitorUser, monitorRole$/m,
    )
    expect(granted.stderr).toBe('Within a minute these are the privileges of 1 live token')
    await rolecall('prov', 'provisioner revoke HR_ROLE createUser')
    expect(await json('prov', 'provisioner list')).toMatchObject([
      { role: 'HR_ROLE', privileges: ['createRole', 'monitorUser', 'monitorRole'], integrations: ['HR'] },
    ])
    expect((await rolecall('prov', 'provisioner list')).stdout.split('\n')[0]).toBe(
      'ROLE     PRIVILEGES                            INTEGRATIONS  USERS  ROLES',
    )
    const spare = 'provisioner grant SPARE createUser'
    expect((await rolecall('prov', `${spare} --dry-run`)).stderr).toBe(
      'Role SPARE would be made; nothing was changed. No integration runs as it yet',
    )
    expect(await rolecall('prov', spare)).toMatchObject({
      ...{ code: 0, stderr: 'Made role SPARE. No integration runs as it yet' },
    })
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

/** What the latest event about a setting says that it changed. */
async function changesTold(account: string, name: string) {
  const question = `event-history --type ADMIN --method PATCH --resource ${name} --status 200`
  const rows: { DETAILS: { changes?: object[] } | string }[] = await json(account, question)
  const told = rows.map(({ DETAILS }) => (typeof DETAILS === 'string' ? JSON.parse(DETAILS) : DETAILS))
  return told.findLast(({ changes }) => changes)?.changes
}

describe('rolecall account settings', () => {
  test('shows what it changed, before and after, and so does its event', async () => {
    await rolecall('kept', 'integration create HR --kind GENERIC')
    await rolecall('kept', 'network-policy create OFFICE --allow 192.0.2.0/24')
    const set = 'account settings kept --network-policy office --separate-user-names true'
    const expected = /^Network policy +none → OFFICE\nSeparate user names +false → true$/m
    const dry = await rolecall('kept', `${set} --dry-run`)
    expect(dry.stdout).toMatch(expected)
    expect([dry.stderr, await changesTold('kept', 'kept')]).toEqual([
      'It would change HR; nothing was changed',
      undefined,
    ])
    const done = await rolecall('kept', set)
    expect(done.stdout).toMatch(expected)
    expect(done.stderr).toBe('It has changed HR, within a minute')
    expect(await changesTold('kept', 'kept')).toEqual([
      { attribute: 'separateUserNames', before: false, after: true },
      { attribute: 'networkPolicy', after: 'OFFICE' },
    ])
    const again = await rolecall('kept', set)
    expect([again.stdout.includes('→'), again.stderr]).toEqual([false, 'Nothing has changed: all of it was so already'])
  })
})

describe('rolecall network-policy', () => {
  test('creates, lists, describes, changes and drops', async () => {
    await rolecall('net', 'integration create HR --kind GENERIC')
    const created = await rolecall('net', 'network-policy create office --allow 192.0.2.0/24 --mode observe')
    expect(created.stdout).toMatch(/^Attached to +nothing$/m)
    expect(created.stderr).toBe('Next: ./rolecall integration alter NAME --network-policy office')
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
    expect(altered.stdout).toMatch(/^Mode +observe → enforce$/m)
    expect(altered.stdout).toMatch(/^Blocked from +none → 192.0.2.66$/m)
    expect(await changesTold('net', 'OFFICE')).toEqual([
      { attribute: 'mode', before: 'observe', after: 'enforce' },
      { attribute: 'blocked', before: [], after: ['192.0.2.66'] },
    ])
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
