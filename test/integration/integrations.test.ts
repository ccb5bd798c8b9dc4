import { PutCommand } from '@aws-sdk/lib-dynamodb'
import { describe, expect, test } from 'vitest'
import { changeIntegration } from '../../shared/resources/change-integration.ts'
import type { IntegrationChange, IntegrationInput } from '../../shared/resources/integration-input.ts'
import {
  createIntegration,
  describeIntegration,
  ensureAccount,
  listIntegrations,
} from '../../shared/resources/integrations.ts'
import { createNetworkPolicy } from '../../shared/resources/network-policies.ts'
import { issueToken } from '../../shared/resources/tokens.ts'
import { ScimError } from '../../shared/scim/error.ts'
import type { Json } from '../../shared/scim/schema.ts'
import { accountKey } from '../../shared/store/keys.ts'
import { getToken } from '../../shared/store/token-record.ts'
import { adminContext } from '../factories/admin.ts'
import { withTable } from '../factories/engine.ts'
import { scanAll, scanEvents } from '../factories/scan.ts'

const NOW = new Date('2026-08-31T10:00:00.000Z')
const ACTOR = 'arn:aws:iam::000000000000:user/test'
const db = withTable()
/** Each test has an account of its own. */
let account = 0
const admin = (now = NOW) => adminContext(db, { account: `a${account}`, now })
/** Made, and shown as it is shown ever after. */
const create = async (input: IntegrationInput) => {
  const { outcome, ...view } = await createIntegration(admin(), input)
  expect(outcome).toBe('created')
  return view
}

describe('createIntegration()', () => {
  test("fills in what is not said: upper-case name, the kind's role, two privileges, no password sync", async () => {
    account++
    const view = await create({ name: 'okta_provisioning', clientKind: 'okta' })
    expect(view).toEqual({
      name: 'OKTA_PROVISIONING',
      clientKind: 'OKTA',
      role: 'OKTA_PROVISIONER',
      privileges: ['createUser', 'createRole'],
      enabled: true,
      syncPassword: false,
      unknownMembers: 'skip',
      brake: { mode: 'warn', objects: 25, share: 10 },
      ...{ userDefaults: {}, localChanges: 'allow', silentAfterDays: 7 },
      endpointId: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      createdAt: '2026-08-31T10:00:00.000Z',
      createdBy: ACTOR,
      liveTokens: 0,
    })
    expect(await describeIntegration(admin(), 'Okta_Provisioning')).toEqual({
      ...view,
      brakeHour: { limit: 25, used: 0, left: 25, until: '2026-08-31T11:00:00.000Z' },
    })
    expect(await listIntegrations(admin())).toEqual([view])
  })

  test.each([
    ['OKTA', 'skip'],
    ['AZURE', 'refuse'],
    ['GENERIC', 'refuse'],
  ])(
    'an integration of kind %s meets unknown members with %s, unless it is said otherwise',
    async (clientKind, word) => {
      account++
      expect((await create({ name: 'X', clientKind })).unknownMembers).toBe(word)
      expect((await create({ name: 'Y', clientKind, unknownMembers: 'skip' })).unknownMembers).toBe('skip')
      expect((await create({ name: 'Z', clientKind, unknownMembers: 'refuse' })).unknownMembers).toBe('refuse')
      expect((await listIntegrations(admin())).map((view) => view.unknownMembers)).toEqual([word, 'skip', 'refuse'])
    },
  )

  test.each([
    ['OKTA', 'skip'],
    ['GENERIC', 'refuse'],
  ])('an integration of kind %s and a token from before there was the setting: %s', async (clientKind, word) => {
    account++
    await create({ name: 'X', clientKind })
    const { tokenId } = await issueToken(admin(), { integration: 'X' })
    const items = await scanAll(db)
    const token = items.find((item) => item.tokenId === tokenId)
    const integration = items.find(({ pk }) => pk === `A#a${account}#INTEGRATION`)
    const without = (item: object) =>
      Object.fromEntries(Object.entries(item).filter(([name]) => name !== 'unknownMembers'))
    for (const Item of [without(Object(integration)), { ...token, access: without(Object(token?.access)) }]) {
      await db.client.send(new PutCommand({ TableName: db.tableName, Item }))
    }
    expect((await describeIntegration(admin(), 'X')).unknownMembers).toBe(word)
    expect((await getToken(db, tokenId))?.access.unknownMembers).toBe(word)
  })

  test('stores every setting that is said', async () => {
    account++
    const networkPolicy = { allowed: ['192.0.2.0/24', '2001:db8::/32'], blocked: ['192.0.2.66'] }
    const said = {
      enabled: false,
      syncPassword: true,
      unknownMembers: 'skip' as const,
      brake: { mode: 'stop' as const, objects: 0, share: 100 },
      userDefaults: { defaultRole: 'PUBLIC', defaultSecondaryRoles: 'NONE' as const, type: 'service' as const },
      ...{ localChanges: 'refuse' as const, silentAfterDays: 0 },
      networkPolicy,
      comment: 'HR <sync>',
    }
    const privileges = { privileges: ['createUser' as const], monitorUsers: true, monitorRoles: true }
    const view = await create({ name: 'A$1', clientKind: 'GENERIC', role: 'hr_provisioner', ...said, ...privileges })
    const policy = { name: 'A$1', mode: 'enforce', ...networkPolicy }
    expect(view).toMatchObject({ ...said, networkPolicy: policy, role: 'HR_PROVISIONER' })
    expect(view.privileges).toEqual(['createUser', 'createRole', 'monitorUser', 'monitorRole'])
    expect(await describeIntegration(admin(), 'A$1')).toMatchObject(view)
  })

  test('stores a network block once, however often and however it is written', async () => {
    account++
    const networkPolicy = { allowed: ['10.0.0.0/8', '10.0.0.5/8', '10.0.0.0/8'], blocked: ['10.0.0.1', '10.0.0.1/32'] }
    const created = await createIntegration(admin(), { name: 'ONCE', clientKind: 'OKTA', networkPolicy })
    expect(created.networkPolicy).toMatchObject({ allowed: ['10.0.0.0/8'], blocked: ['10.0.0.1'] })
  })

  test('gives a new role the default privileges besides those asked for, unless it is told not to', async () => {
    account++
    const more = await create({ name: 'A', clientKind: 'GENERIC', role: 'A', privileges: ['monitorRole'] })
    expect(more.privileges).toEqual(['createUser', 'createRole', 'monitorRole'])
    const reader = { defaultPrivileges: false, privileges: ['monitorUser' as const] }
    const less = await create({ name: 'B', clientKind: 'GENERIC', role: 'B', ...reader })
    expect(less.privileges).toEqual(['monitorUser'])
    const wider = await create({ name: 'C', clientKind: 'GENERIC', role: 'B', privileges: ['monitorRole'] })
    expect(wider.privileges).toEqual(['monitorUser', 'monitorRole'])
  })

  test.each([
    ['OKTA', 'OKTA_PROVISIONER'],
    ['AZURE', 'AAD_PROVISIONER'],
    ['GENERIC', 'GENERIC_SCIM_PROVISIONER'],
  ])('runs an integration of kind %s as %s', async (clientKind, role) => {
    account++
    expect((await create({ name: 'X', clientKind })).role).toBe(role)
  })

  test('stores its event in the same transaction, with actor, name and settings (R3)', async () => {
    account++
    const context = admin()
    await createIntegration(context, { name: 'AUDITED', clientKind: 'OKTA' })
    const events = await scanEvents(db, `a${account}`)
    expect(context.trail.recorded).toBe(true)
    expect(events).toHaveLength(1)
    expect(events[0]).toMatchObject({
      ...{ type: 'ADMIN', status: 201, actorName: ACTOR, resourceName: 'AUDITED', resourceDomain: 'INTEGRATION' },
    })
    expect(events[0]?.changes).toContainEqual({ attribute: 'clientKind', after: 'OKTA' })
  })

  test('refuses a taken name, in whatever case, and leaves nothing of the second behind', async () => {
    account++
    await create({ name: 'TAKEN', clientKind: 'OKTA' })
    const context = admin()
    await expect(createIntegration(context, { name: 'taken', clientKind: 'AZURE' })).rejects.toMatchObject({
      status: 409,
      scimType: 'uniqueness',
      message:
        'An integration "TAKEN" exists: choose another name, or say whether to replace it (--or-replace, in the API mode orReplace) or to leave it as it is (--if-not-exists, ifNotExists)',
    })
    expect(context.trail.recorded).toBe(false)
    expect((await listIntegrations(admin())).map(({ clientKind }) => clientKind)).toEqual(['OKTA'])
    const items = (await scanAll(db)).filter(({ pk }) => String(pk) === `A#a${account}#PROVISIONER`)
    expect(items.map(({ role }) => role)).toEqual(['OKTA_PROVISIONER'])
  })

  test('makes exactly one of many that ask for a name at once', async () => {
    account++
    const attempts = Array.from({ length: 8 }, () => create({ name: 'RACED', clientKind: 'GENERIC' }))
    const results = await Promise.allSettled(attempts)
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await listIntegrations(admin())).toHaveLength(1)
  })

  test('gives the same name to two accounts, which do not see each other', async () => {
    account++
    await create({ name: 'SAME', clientKind: 'OKTA' })
    account++
    const own = await create({ name: 'SAME', clientKind: 'AZURE' })
    expect(await listIntegrations(admin())).toEqual([own])
  })

  test('widens a role for every integration that shares it, down to the live tokens', async () => {
    account++
    await create({ name: 'FIRST', clientKind: 'GENERIC' })
    const { tokenId } = await issueToken(admin(), { integration: 'FIRST', name: 'old' })
    await create({ name: 'SECOND', clientKind: 'GENERIC', monitorUsers: true })
    const privileges = ['createUser', 'createRole', 'monitorUser']
    expect((await listIntegrations(admin())).map((view) => view.privileges)).toEqual([privileges, privileges])
    expect((await getToken(db, tokenId))?.access.privileges).toEqual(privileges)
  })

  test('refuses to widen a role whose tokens are more than one transaction can rewrite, and changes nothing', async () => {
    account++
    const names = Array.from({ length: 9 }, (_, i) => `N${i}`)
    await Promise.all(names.map((name) => create({ name, clientKind: 'GENERIC' })))
    const issueTen = async (integration: string) => {
      for (let i = 0; i < 10; i++) await issueToken(admin(), { integration })
    }
    await Promise.all(names.map(issueTen))
    await expect(create({ name: 'WIDER', clientKind: 'GENERIC', monitorRoles: true })).rejects.toMatchObject({
      status: 409,
      message: 'Too many live tokens share the role "GENERIC_SCIM_PROVISIONER": revoke some, or use another role',
    })
    const views = await listIntegrations(admin())
    expect(views.map(({ name }) => name)).toEqual(names)
    expect(views[0]?.privileges).toEqual(['createUser', 'createRole'])
  })

  test('gives every token the privileges of its role, however issuing and widening fall together', async () => {
    account++
    await create({ name: 'FIRST', clientKind: 'GENERIC' })
    const issue = () => issueToken(admin(), { integration: 'FIRST' })
    const widen = () => create({ name: 'SECOND', clientKind: 'GENERIC', monitorUsers: true })
    const [first, , second] = await Promise.all([issue(), widen(), issue()])
    for (const { tokenId } of [first, second]) {
      const record = await getToken(db, tokenId)
      expect(record?.access.privileges).toEqual(['createUser', 'createRole', 'monitorUser'])
    }
  })

  const valid = { name: 'A', clientKind: 'OKTA' }
  const NAME = 'a letter first, then letters, digits, _ and $, at most 128'
  test.each<[string, Json, string]>([
    ['no object', 'x', 'Cannot read the input: expected a JSON object'],
    ['no name', { clientKind: 'OKTA' }, `name is missing: ${NAME}`],
    ['a digit first', { ...valid, name: '1A' }, `Cannot read name "1A": ${NAME}`],
    [
      'a token for a name',
      { ...valid, name: `rolecall_${'a'.repeat(22)}_${'b'.repeat(43)}` },
      `Cannot read name "rolecall_${'a'.repeat(22)}_${'b'.repeat(43)}": a name, not a token`,
    ],
    ['a separator in the name', { ...valid, name: 'A#B' }, `Cannot read name "A#B": ${NAME}`],
    ['a name of 129 letters', { ...valid, name: 'A'.repeat(129) }, `Cannot read name "${'A'.repeat(80)}...": ${NAME}`],
    [
      'an unknown kind',
      { ...valid, clientKind: 'CUSTOM' },
      'Cannot read clientKind "CUSTOM": expected one of OKTA, AZURE, GENERIC',
    ],
    [
      'an unknown setting',
      { ...valid, __proto__: null, sync: true },
      'Cannot read the input: there is no setting "sync"',
    ],
    [
      'an unknown word',
      { ...valid, unknownMembers: 'ignore' },
      'Cannot read unknownMembers "ignore": expected one of refuse, skip',
    ],
    ['a flag in quotes', { ...valid, enabled: 'true' }, 'Cannot read enabled "true": expected true or false'],
    [
      'password sync for AZURE',
      { ...valid, clientKind: 'AZURE', syncPassword: true },
      'Cannot read syncPassword true: an AZURE integration has no passwords to sync: leave syncPassword out',
    ],
    [
      'an unknown privilege',
      { ...valid, privileges: ['root'] },
      'Cannot read privileges.0 "root": expected createUser, createRole, monitorUser, monitorRole',
    ],
    [
      'a broken block',
      { ...valid, networkPolicy: { allowed: ['10.0.0.0/33'] } },
      'Cannot read networkPolicy.allowed.0 "10.0.0.0/33": expected an address or a CIDR block such as "192.0.2.0/24" or "2001:db8::/32"',
    ],
  ])('refuses %s', async (_name, input, message) => {
    await expect(createIntegration(admin(), input)).rejects.toMatchObject({
      status: 400,
      scimType: 'invalidValue',
      message,
    })
  })

  test('refuses more network blocks than fit into a token record', async () => {
    const networkPolicy = { allowed: Array.from({ length: 51 }, (_, i) => `10.0.${i}.0/24`) }
    await expect(createIntegration(admin(), { ...valid, networkPolicy })).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining('a network policy has at most 50 blocks: use larger ones'),
    })
  })
})

describe('changeIntegration()', () => {
  const change = (name: string, input: IntegrationChange) => changeIntegration(admin(), name, input)

  test('changes what is named, takes away what is null, and rewrites the live tokens', async () => {
    account++
    const before = await create({ name: 'X', clientKind: 'OKTA', comment: 'old' })
    const { tokenId } = await issueToken(admin(), { integration: 'X' })
    await createNetworkPolicy(admin(), { name: 'OFFICE', allowed: ['192.0.2.0/24'] })
    const rejectTokensIssuedBefore = '2026-01-01T00:00:00+01:00'
    const { changes, ...after } = await change('x', {
      enabled: false,
      comment: null,
      networkPolicy: 'office',
      rejectTokensIssuedBefore,
    })
    const { comment: _comment, ...rest } = before
    const policy = { name: 'OFFICE', mode: 'enforce', allowed: ['192.0.2.0/24'], blocked: [] }
    const expected = { enabled: false, networkPolicy: policy, liveTokens: 1 }
    expect(after).toEqual({ ...rest, ...expected, rejectTokensIssuedBefore: '2025-12-31T23:00:00.000Z' })
    expect(changes).toEqual([
      { attribute: 'enabled', before: true, after: false },
      { attribute: 'comment', before: 'old' },
      { attribute: 'networkPolicy', after: policy },
      { attribute: 'rejectTokensIssuedBefore', after: '2025-12-31T23:00:00.000Z' },
    ])
    expect(await describeIntegration(admin(), 'X')).toMatchObject(after)
    expect((await getToken(db, tokenId))?.access).toMatchObject({
      enabled: false,
      networkPolicy: policy,
      rejectTokensIssuedBefore: Date.parse(rejectTokensIssuedBefore),
    })
  })

  test('stores the event of a change, and none of its own when nothing changes', async () => {
    account++
    await create({ name: 'X', clientKind: 'OKTA' })
    await change('X', { enabled: false })
    const context = admin()
    await changeIntegration(context, 'X', { enabled: false })
    expect(context.trail.recorded).toBe(false)
    const events = await scanEvents(db, `a${account}`)
    expect(events.map(({ status }) => status)).toEqual([201, 200])
    const changes = [{ attribute: 'enabled', before: true, after: false }]
    expect(events[1]?.changes).toEqual(changes)
  })

  test('loses none of several changes at once', async () => {
    account++
    await create({ name: 'X', clientKind: 'OKTA' })
    await Promise.all([
      change('X', { enabled: false }),
      change('X', { comment: 'new' }),
      change('X', { syncPassword: true, unknownMembers: 'refuse' }),
      issueToken(admin(), { integration: 'X' }),
    ])
    const view = await describeIntegration(admin(), 'X')
    expect(view).toMatchObject({
      enabled: false,
      comment: 'new',
      syncPassword: true,
      unknownMembers: 'refuse',
      liveTokens: 1,
    })
  })

  test.each<[string, Json, string]>([
    ['the endpoint id', { endpointId: 'x' }, 'Cannot read the input: there is no setting "endpointId"'],
    [
      'the role of administrators',
      { role: 'admin' },
      'Cannot read role "admin": ADMIN stands for administrators, choose another role',
    ],
    [
      'a role that decides over others',
      { role: 'SecurityAdmin' },
      'Cannot read role "SecurityAdmin": SECURITYADMIN decides over other roles, choose another role',
    ],
    [
      'a default that is none',
      { userDefaults: { email: 'x' } },
      'Cannot read userDefaults an object: there is no setting "email"',
    ],
    [
      'a kind of user that is none',
      { userDefaults: { type: 'robot' } },
      'Cannot read userDefaults.type "robot": expected one of person, service, service_agent, legacy_service',
    ],
    [
      'days that are none',
      { silentAfterDays: -1 },
      'Cannot read silentAfterDays -1: expected whole days from 0, which is never, to 365',
    ],
    ['a word that is none', { localChanges: 'no' }, 'Cannot read localChanges "no": expected one of allow, refuse'],
    [
      'a bad instant',
      { rejectTokensIssuedBefore: 'now' },
      'Cannot read rejectTokensIssuedBefore "now": expected an instant such as "2026-01-31T12:00:00Z"',
    ],
  ])('refuses %s', async (_name, input, message) => {
    await expect(changeIntegration(admin(), 'X', input)).rejects.toMatchObject({ status: 400, message })
  })

  test('refuses password sync for AZURE', async () => {
    account++
    await create({ name: 'X', clientKind: 'AZURE' })
    await expect(change('X', { syncPassword: true })).rejects.toMatchObject({ status: 400, scimType: 'invalidValue' })
  })
})

describe('an item that cannot be read (F25)', () => {
  test('is left out of lists, and an error by its name', async () => {
    account++
    const good = await create({ name: 'GOOD', clientKind: 'OKTA' })
    const Item = { pk: `A#a${account}#INTEGRATION`, sk: 'POISONED', name: 'POISONED', enabled: 'perhaps' }
    await db.client.send(new PutCommand({ TableName: db.tableName, Item }))
    expect(await listIntegrations(admin())).toEqual([good])
    await expect(describeIntegration(admin(), 'POISONED')).rejects.not.toBeInstanceOf(ScimError)
  })
})

describe('describeIntegration()', () => {
  test.each(['NONE', 'no such', '', 'A#B', 'x'.repeat(2000)])('answers 404 for "%.20s"', async (name) => {
    await expect(describeIntegration(admin(), name)).rejects.toMatchObject({ status: 404 })
  })
})

describe('ensureAccount()', () => {
  test('makes the account once and leaves it alone afterwards', async () => {
    await ensureAccount(db, 'ensured', NOW)
    await ensureAccount(db, 'ensured', new Date('2027-01-01T00:00:00Z'))
    const accounts = (await scanAll(db)).filter(({ pk, sk }) => pk === 'ACCOUNT' && sk === 'ensured')
    expect(accounts).toEqual([{ ...accountKey('ensured'), createdAt: NOW.toISOString(), version: 1 }])
  })
})
