import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { describe, expect, test } from 'vitest'
import { RULING_ROLES } from '../../shared/auth/role-names.ts'
import { dropIntegration } from '../../shared/resources/drop-integration.ts'
import { dropProvisioner } from '../../shared/resources/drop-provisioner.ts'
import { createIntegration, describeIntegration } from '../../shared/resources/integrations.ts'
import type { PrivilegeChange } from '../../shared/resources/provisioner-input.ts'
import { changeProvisioner, describeProvisioner, listProvisioners } from '../../shared/resources/provisioners.ts'
import { issueToken } from '../../shared/resources/tokens.ts'
import { RESOURCE_TYPES } from '../../shared/scim/resource-types.ts'
import type { Json } from '../../shared/scim/schema.ts'
import { moveCountAction } from '../../shared/store/counters.ts'
import { nameKey } from '../../shared/store/keys.ts'
import { getToken } from '../../shared/store/token-record.ts'
import { adminContext } from '../factories/admin.ts'
import { withTable } from '../factories/engine.ts'
import { scanAll, scanEvents } from '../factories/scan.ts'

const NOW = new Date('2026-08-31T10:00:00.000Z')
const LATER = new Date(NOW.getTime() + 120_000)
const db = withTable()
/** Each test has an account of its own. */
let account = 0
const admin = (now = NOW, isDryRun = false) => adminContext(db, { account: `a${account}`, now, isDryRun })
const create = (name: string, role: string) => createIntegration(admin(), { name, clientKind: 'GENERIC', role })
const change = (role: string, input: PrivilegeChange | Json, isDryRun = false) =>
  changeProvisioner(admin(NOW, isDryRun), role, input)
const drop = (role: string, now = LATER) => dropProvisioner(admin(now), role)
const ACTOR = 'arn:aws:iam::000000000000:user/test'

describe('changeProvisioner()', () => {
  test('grants and revokes for every integration that runs as the role, down to the live tokens', async () => {
    account++
    await create('X', 'HR')
    await create('Y', 'HR')
    const tokens = [await issueToken(admin(), { integration: 'X' }), await issueToken(admin(), { integration: 'Y' })]
    const before = await scanEvents(db, `a${account}`)
    const asked = { grant: ['monitorUser' as const], revoke: ['createRole' as const] }
    const expected = {
      isNew: false,
      ...{ role: 'HR', privileges: ['createUser', 'monitorUser'], integrations: ['X', 'Y'] },
      ...{ owns: { users: 0, roles: 0 }, createdAt: NOW.toISOString(), createdBy: ACTOR, tokens: 2 },
      changes: [
        { attribute: 'privileges', before: ['createUser', 'createRole'], after: ['createUser', 'monitorUser'] },
      ],
    }
    expect(await change('hr', asked, true)).toEqual(expected)
    expect(await scanEvents(db, `a${account}`)).toEqual(before)
    expect(await change('hr', asked)).toEqual(expected)
    for (const { tokenId } of tokens) {
      expect((await getToken(db, tokenId))?.access.privileges).toEqual(['createUser', 'monitorUser'])
    }
    expect((await describeIntegration(admin(), 'Y')).privileges).toEqual(['createUser', 'monitorUser'])
    expect((await scanEvents(db, `a${account}`)).at(-1)).toMatchObject({
      ...{ status: 200, resourceDomain: 'PROVISIONER', resourceName: 'HR', changes: expected.changes },
    })
  })

  test('makes a role that is new, with what is granted and nothing else', async () => {
    account++
    expect(await change('NEW', { grant: ['createUser'] })).toMatchObject({ privileges: ['createUser'], tokens: 0 })
    expect(await describeProvisioner(admin(), 'new')).toMatchObject({ role: 'NEW', integrations: [] })
    expect((await scanEvents(db, `a${account}`)).map(({ status }) => status)).toEqual([201])
    expect((await create('X', 'NEW')).privileges).toEqual(['createUser'])
  })

  test('what is so already is no change and has no event of its own', async () => {
    account++
    await create('X', 'HR')
    expect((await change('HR', { grant: ['createUser'], revoke: ['monitorUser'] })).changes).toEqual([])
    expect(await scanEvents(db, `a${account}`)).toHaveLength(1)
  })

  test('loses none of several changes at once', async () => {
    account++
    await create('X', 'HR')
    const { tokenId } = await issueToken(admin(), { integration: 'X' })
    await Promise.all([
      change('HR', { grant: ['monitorUser'] }),
      change('HR', { grant: ['monitorRole'] }),
      change('HR', { revoke: ['createUser'] }),
      create('Y', 'HR'),
    ])
    const { privileges } = await describeProvisioner(admin(), 'HR')
    expect([...privileges].sort()).toEqual(['createRole', 'monitorRole', 'monitorUser'])
    expect((await getToken(db, tokenId))?.access.privileges).toEqual(privileges)
  })

  test.each<[string, Json, number, string]>([
    ['ADMIN', { grant: ['createUser'] }, 400, 'ADMIN stands for administrators, choose another role'],
    ...RULING_ROLES.map((role): [string, Json, number, string] => {
      return [role, { grant: ['createUser'] }, 400, `${role} decides over other roles, choose another role`]
    }),
    ['HR', {}, 400, 'Cannot read the input: name a privilege to grant or to revoke'],
    [
      'HR',
      { grant: ['all'] },
      400,
      'Cannot read grant.0 "all": expected createUser, createRole, monitorUser, monitorRole',
    ],
    ['HR', { give: [] }, 400, 'Cannot read the input: there is no setting "give"'],
    [
      'HR',
      { grant: ['createUser'], revoke: ['createUser'] },
      400,
      'Cannot read the input: the same privilege cannot be granted and revoked',
    ],
    [
      'NONE',
      { revoke: ['createUser'] },
      404,
      'There is no provisioner role "NONE" in account "default": there is none yet',
    ],
  ])('of %s by %j is refused', async (role, input, status, message) => {
    const refused = changeProvisioner(adminContext(db), role, input)
    await expect(refused).rejects.toMatchObject({ status, message: expect.stringContaining(message) })
  })

  test('of a role with more tokens than one transaction can rewrite is refused and changes nothing', async () => {
    account++
    const names = Array.from({ length: 9 }, (_, i) => `N${i}`)
    for (const name of names) await create(name, 'HR')
    for (let i = 0; i < 10; i++) await Promise.all(names.map((integration) => issueToken(admin(), { integration })))
    await expect(change('HR', { grant: ['monitorRole'] })).rejects.toMatchObject({
      status: 409,
      message: 'Too many live tokens share the role "HR": revoke some, or use another role',
    })
    expect((await describeProvisioner(admin(), 'HR')).privileges).toEqual(['createUser', 'createRole'])
  })
})

describe('listProvisioners()', () => {
  test('shows what roles may do, who runs as them and what they own', async () => {
    account++
    await create('X', 'HR')
    await change('IDLE', { grant: ['monitorUser'] })
    await own('HR')
    const made = { createdAt: NOW.toISOString(), createdBy: ACTOR }
    expect(await listProvisioners(admin())).toEqual([
      {
        role: 'HR',
        privileges: ['createUser', 'createRole'],
        integrations: ['X'],
        owns: { users: 1, roles: 0 },
        ...made,
      },
      { role: 'IDLE', privileges: ['monitorUser'], integrations: [], owns: { users: 0, roles: 0 }, ...made },
    ])
  })
})

describe('dropProvisioner()', () => {
  test('takes an unused role away and gives its name free', async () => {
    account++
    await create('X', 'HR')
    await dropIntegration(admin(), 'X')
    await drop('hr')
    await expect(describeProvisioner(admin(), 'HR')).rejects.toMatchObject({ status: 404 })
    const { pk, sk } = nameKey(`a${account}`, RESOURCE_TYPES.Group, 'hr')
    expect((await scanAll(db)).filter((item) => item.pk === pk && item.sk === sk)).toEqual([])
    expect((await scanEvents(db, `a${account}`)).at(-1)).toMatchObject({
      ...{ status: 204, resourceDomain: 'PROVISIONER', resourceName: 'HR' },
      changes: [
        { attribute: 'role', before: 'HR' },
        { attribute: 'privileges', before: ['createUser', 'createRole'] },
      ],
    })
  })

  test('is refused while it is used, and says by what', async () => {
    account++
    await create('X', 'HR')
    await expect(drop('HR')).rejects.toMatchObject({
      status: 409,
      message: 'Cannot drop role "HR": integrations run as it (X); drop them or give them another role first',
    })
    await dropIntegration(admin(), 'X')
    await expect(drop('HR', NOW)).rejects.toMatchObject({
      status: 409,
      message:
        'Cannot drop role "HR": an integration ran as it a moment ago, and its last requests may still run; retry after 2026-08-31T10:02:00.000Z',
    })
    await own('HR')
    await expect(drop('HR')).rejects.toMatchObject({
      status: 409,
      message: `Cannot drop role "HR": it owns 1 user and 0 roles; hand them over first: rolecall ownership transfer --owned-by HR --to ROLE --account a${account}`,
    })
  })

  test('never takes a role from an integration that is made at the same time', async () => {
    account++
    await change('HR', { grant: ['createUser'] })
    await Promise.allSettled([create('X', 'HR'), drop('HR'), create('Y', 'HR')])
    expect((await describeIntegration(admin(), 'X')).role).toBe('HR')
    expect((await describeIntegration(admin(), 'Y')).role).toBe('HR')
  })
})

async function own(role: string) {
  const action = moveCountAction(`a${account}`, RESOURCE_TYPES.User, role, 1)
  if (!('Update' in action)) throw new Error('Counters are updated')
  await db.client.send(new UpdateCommand({ TableName: db.tableName, ...action.Update }))
}
