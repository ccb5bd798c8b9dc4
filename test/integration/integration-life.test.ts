import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { describe, expect, test } from 'vitest'
import { changeIntegration } from '../../shared/resources/change-integration.ts'
import { dropIntegration } from '../../shared/resources/drop-integration.ts'
import type { IntegrationInput } from '../../shared/resources/integration-input.ts'
import { createIntegration, describeIntegration, listIntegrations } from '../../shared/resources/integrations.ts'
import { issueToken, listTokens, revokeToken } from '../../shared/resources/tokens.ts'
import { RESOURCE_TYPES } from '../../shared/scim/resource-types.ts'
import { moveCountAction } from '../../shared/store/counters.ts'
import { getProvisioner } from '../../shared/store/provisioners.ts'
import { getToken } from '../../shared/store/token-record.ts'
import { adminContext } from '../factories/admin.ts'
import { withTable } from '../factories/engine.ts'
import { scanEvents } from '../factories/scan.ts'

const NOW = new Date('2026-08-31T10:00:00.000Z')
const db = withTable()
/** Each test has an account of its own. */
let account = 0
const admin = (now = NOW, isDryRun = false) => adminContext(db, { account: `a${account}`, now, isDryRun })
const create = (input: IntegrationInput, isDryRun = false) => createIntegration(admin(NOW, isDryRun), input)
const drop = (name: string, isDryRun = false) => dropIntegration(admin(NOW, isDryRun), name)
const namesOf = async () => (await listIntegrations(admin())).map(({ name }) => name)

/** Lets a role own a user, as far as counts go. */
async function own(role: string, type: keyof typeof RESOURCE_TYPES = 'User') {
  const action = moveCountAction(`a${account}`, RESOURCE_TYPES[type], role, 1)
  if (!('Update' in action)) throw new Error('Counters are updated')
  await db.client.send(new UpdateCommand({ TableName: db.tableName, ...action.Update }))
}

describe('createIntegration() where there is one of the name', () => {
  test('ifNotExists makes it once and leaves it as it is from then on, without an event', async () => {
    account++
    const wanted = { name: 'X', clientKind: 'OKTA', mode: 'ifNotExists' as const }
    const { outcome, ...made } = await create({ ...wanted, comment: 'first' })
    const again = await create({ ...wanted, comment: 'second', clientKind: 'AZURE' })
    expect([outcome, again]).toEqual(['created', { ...made, outcome: 'unchanged' }])
    expect(await scanEvents(db, `a${account}`)).toHaveLength(1)
  })

  test('ifNotExists is answered to all of many that ask at once', async () => {
    account++
    const wanted = { name: 'X', clientKind: 'OKTA', mode: 'ifNotExists' as const }
    const outcomes = await Promise.all(Array.from({ length: 6 }, () => create(wanted)))
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['created', ...Array(5).fill('unchanged')])
  })

  test('orReplace ends its tokens, gives it new settings and another endpoint, and says what was before', async () => {
    account++
    const before = await create({ name: 'X', clientKind: 'OKTA', comment: 'old' })
    const issued = [await issueToken(admin(), { integration: 'X' }), await issueToken(admin(), { integration: 'X' })]
    const made = await create({ name: 'X', clientKind: 'GENERIC', role: 'HR', mode: 'orReplace' })
    expect(made).toMatchObject({ outcome: 'replaced', endedTokens: 2, role: 'HR', liveTokens: 0 })
    expect(made.endpointId).not.toBe(before.endpointId)
    expect(made.changes).toContainEqual({ attribute: 'comment', before: 'old' })
    expect(made.changes).toContainEqual({ attribute: 'role', before: 'OKTA_PROVISIONER', after: 'HR' })
    const records = await Promise.all(issued.map(({ tokenId }) => getToken(db, tokenId)))
    expect(records.map((record) => record?.revokedAt)).toEqual([NOW.getTime(), NOW.getTime()])
    const events = await scanEvents(db, `a${account}`)
    expect(events.at(-1)).toMatchObject({ status: 200, resourceName: 'X', changes: made.changes })
    const { outcome: _, changes: _changes, endedTokens: _ended, ...view } = made
    expect(await describeIntegration(admin(), 'X')).toMatchObject(view)
  })

  test('orReplace leaves nothing that no integration can change', async () => {
    account++
    await create({ name: 'X', clientKind: 'GENERIC', role: 'OLD' })
    await own('OLD')
    const replaced = { name: 'X', clientKind: 'GENERIC', role: 'NEW', mode: 'orReplace' as const }
    const refused = {
      status: 409,
      message: `Cannot replace integration "X" by one that runs as "NEW": its role "OLD" owns 1 user and 0 roles, and no other integration runs as it, so that no identity provider could change them any more; hand them over first: rolecall ownership transfer --owned-by OLD --to ROLE --account a${account}`,
    }
    for (const isDryRun of [true, false]) await expect(create(replaced, isDryRun)).rejects.toMatchObject(refused)
    expect((await describeIntegration(admin(), 'X')).role).toBe('OLD')
    expect((await create({ ...replaced, role: 'OLD' })).outcome).toBe('replaced')
    await create({ name: 'Y', clientKind: 'GENERIC', role: 'OLD' })
    expect((await create(replaced)).outcome).toBe('replaced')
  })

  test('orReplace keeps the endpoint where that is said', async () => {
    account++
    const { endpointId } = await create({ name: 'X', clientKind: 'OKTA' })
    const made = await create({ name: 'X', clientKind: 'OKTA', mode: 'orReplace', keepEndpointId: true })
    expect(made).toMatchObject({ outcome: 'replaced', endpointId })
    expect(made.changes).toEqual([])
    await expect(create({ name: 'X', clientKind: 'OKTA', keepEndpointId: true })).rejects.toMatchObject({
      ...{ status: 400, message: 'Cannot read keepEndpointId true: it goes with mode orReplace only' },
    })
  })

  test('orReplace makes what is not there, and its dry run makes nothing', async () => {
    account++
    const wanted = { name: 'X', clientKind: 'OKTA', mode: 'orReplace' as const }
    expect((await create(wanted, true)).outcome).toBe('created')
    expect((await create(wanted)).outcome).toBe('created')
    const { tokenId } = await issueToken(admin(), { integration: 'X' })
    expect(await create(wanted, true)).toMatchObject({ outcome: 'replaced', endedTokens: 1 })
    expect((await getToken(db, tokenId))?.revokedAt).toBeUndefined()
    expect(await scanEvents(db, `a${account}`)).toHaveLength(2)
  })

  test('no token outlives a replacement that falls together with its making', async () => {
    account++
    await create({ name: 'X', clientKind: 'OKTA' })
    const issue = () => issueToken(admin(), { integration: 'X' })
    const replace = () => create({ name: 'X', clientKind: 'OKTA', role: 'NEXT', mode: 'orReplace' })
    const [first, , second] = await Promise.all([issue(), replace(), issue()])
    for (const { tokenId } of [first, second]) {
      const record = await getToken(db, tokenId)
      expect([record?.revokedAt === undefined, record?.access.role]).toEqual(
        record?.revokedAt === undefined ? [true, 'NEXT'] : [false, 'OKTA_PROVISIONER'],
      )
    }
  })
})

describe('listIntegrations()', () => {
  test('shows those whose name is like a pattern, in any letter case', async () => {
    account++
    for (const name of ['OKTA_A', 'OKTA_B', 'HR']) await create({ name, clientKind: 'GENERIC' })
    const like = async (pattern: string) => (await listIntegrations(admin(), { like: pattern })).map(({ name }) => name)
    expect(await like('okta%')).toEqual(['OKTA_A', 'OKTA_B'])
    expect(await like('H_')).toEqual(['HR'])
    expect(await like('none')).toEqual([])
  })
})

describe('dropIntegration()', () => {
  test('ends its tokens and keeps its role; one event tells what it was', async () => {
    account++
    await create({ name: 'X', clientKind: 'OKTA', comment: 'gone' })
    const { tokenId } = await issueToken(admin(), { integration: 'X' })
    const expected = {
      name: 'X',
      role: 'OKTA_PROVISIONER',
      endedTokens: 1,
      owns: { users: 0, roles: 0 },
      sharedWith: [],
    }
    expect(await drop('x', true)).toEqual(expected)
    expect(await namesOf()).toEqual(['X'])
    expect(await drop('x')).toEqual(expected)
    expect(await namesOf()).toEqual([])
    expect((await getToken(db, tokenId))?.revokedAt).toBe(NOW.getTime())
    expect(await getProvisioner(db, `a${account}`, 'OKTA_PROVISIONER')).toMatchObject({
      releasedAt: NOW.toISOString(),
    })
    const events = await scanEvents(db, `a${account}`)
    expect(events.at(-1)).toMatchObject({ status: 200, resourceDomain: 'INTEGRATION', resourceName: 'X' })
    expect(events.at(-1)?.changes).toContainEqual({ attribute: 'comment', before: 'gone' })
    await expect(drop('x')).rejects.toMatchObject({ status: 404 })
  })

  test('is refused while its role owns objects that nobody else could change', async () => {
    account++
    await create({ name: 'X', clientKind: 'OKTA', role: 'HR' })
    await own('HR')
    await own('HR', 'Group')
    await own('HR', 'Group')
    for (const isDryRun of [true, false]) {
      await expect(drop('X', isDryRun)).rejects.toMatchObject({
        status: 409,
        message: `Cannot drop integration "X": its role "HR" owns 1 user and 2 roles, and no other integration runs as it, so that no identity provider could change them any more; hand them over first: rolecall ownership transfer --owned-by HR --to ROLE --account a${account}`,
      })
    }
    await create({ name: 'Y', clientKind: 'OKTA', role: 'HR' })
    expect(await drop('X')).toMatchObject({ owns: { users: 1, roles: 2 }, sharedWith: ['Y'] })
  })

  test('of two that share a role which owns objects, one at most goes, however they fall together', async () => {
    account++
    await create({ name: 'X', clientKind: 'OKTA', role: 'HR' })
    await create({ name: 'Y', clientKind: 'OKTA', role: 'HR' })
    await own('HR')
    const results = await Promise.allSettled([drop('X'), drop('Y')])
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(await namesOf()).toHaveLength(1)
  })

  test('leaves no live token that is made at the same time', async () => {
    account++
    await create({ name: 'X', clientKind: 'OKTA' })
    const issued = await Promise.allSettled([
      issueToken(admin(), { integration: 'X' }),
      drop('X'),
      issueToken(admin(), { integration: 'X' }),
    ])
    for (const result of issued) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ status: 404 })
      else if ('tokenId' in result.value) {
        expect((await getToken(db, result.value.tokenId))?.revokedAt).toBe(NOW.getTime())
      }
    }
  })

  test('a token that expired before can still be revoked, and one of the same name starts without tokens', async () => {
    account++
    await create({ name: 'X', clientKind: 'OKTA' })
    const { tokenId } = await issueToken(admin(), { integration: 'X' })
    const later = new Date('2027-03-01T10:00:00.000Z')
    await dropIntegration(admin(later), 'X')
    expect(await revokeToken(admin(later), tokenId)).toMatchObject({ status: 'revoked' })
    const { liveTokens, role } = await createIntegration(admin(later), { name: 'X', clientKind: 'OKTA' })
    expect([liveTokens, role]).toEqual([0, 'OKTA_PROVISIONER'])
    expect((await listTokens(admin(later), 'X')).map(({ status }) => status)).toEqual(['revoked'])
  })
})

describe('changeIntegration() to another role or kind', () => {
  test('is refused while the role owns objects that no other integration could change, unless that is asked for', async () => {
    account++
    await create({ name: 'X', clientKind: 'OKTA', role: 'OLD' })
    await create({ name: 'Y', clientKind: 'OKTA', role: 'NEW' })
    await own('OLD')
    const move = (input: object, isDryRun = false) =>
      changeIntegration(admin(NOW, isDryRun), 'X', { role: 'new', ...input })
    for (const isDryRun of [true, false]) {
      await expect(move({}, isDryRun)).rejects.toMatchObject({
        status: 409,
        message: `Cannot have integration "X" run as "NEW": its role "OLD" owns 1 user and 0 roles, and no other integration runs as it, so that no identity provider could change them any more; hand them over first: rolecall ownership transfer --owned-by OLD --to ROLE --account a${account}, or with --transfer-objects in this command; or leave them with --leave-objects, in the API leaveObjects`,
      })
    }
    const dry = admin(NOW, true)
    const expected = { role: 'NEW', changes: [{ attribute: 'role', before: 'OLD', after: 'NEW' }] }
    expect(await changeIntegration(dry, 'X', { role: 'new', leaveObjects: true })).toMatchObject(expected)
    expect([dry.trail.recorded, (await describeIntegration(admin(), 'X')).role]).toEqual([false, 'OLD'])
    const moved = await move({ leaveObjects: true })
    expect(moved).toMatchObject(expected)
    expect(moved).not.toHaveProperty('notice')
  })

  test('moves its tokens to the role, leaves objects with the one before, and says so', async () => {
    account++
    await create({ name: 'OTHER', clientKind: 'OKTA', role: 'OLD' })
    await create({ name: 'X', clientKind: 'OKTA', role: 'OLD' })
    await create({ name: 'Y', clientKind: 'OKTA', role: 'NEW', monitorUsers: true })
    const { tokenId } = await issueToken(admin(), { integration: 'X' })
    await own('OLD')
    const changed = await changeIntegration(admin(), 'X', { role: 'new', clientKind: 'azure' })
    expect(changed.notice).toBe(
      `Role OLD, still that of OTHER, keeps 1 user and 0 roles; to hand them over: rolecall ownership transfer --owned-by OLD --to NEW --account a${account}`,
    )
    expect(changed.changes).toEqual([
      { attribute: 'clientKind', before: 'OKTA', after: 'AZURE' },
      { attribute: 'role', before: 'OLD', after: 'NEW' },
      {
        attribute: 'privileges',
        before: ['createUser', 'createRole'],
        after: ['createUser', 'createRole', 'monitorUser'],
      },
    ])
    expect((await getToken(db, tokenId))?.access).toMatchObject({
      ...{ role: 'NEW', clientKind: 'AZURE', privileges: ['createUser', 'createRole', 'monitorUser'] },
    })
    expect((await getProvisioner(db, `a${account}`, 'OLD'))?.releasedAt).toBe(NOW.toISOString())
  })

  test('is refused to a role that is not there, and names those that are', async () => {
    account++
    await create({ name: 'X', clientKind: 'OKTA' })
    await expect(changeIntegration(admin(), 'X', { role: 'NONE' })).rejects.toMatchObject({
      status: 404,
      message: `There is no provisioner role "NONE" in account "a${account}": there is OKTA_PROVISIONER`,
    })
  })

  test('is refused to AZURE while it syncs passwords', async () => {
    account++
    await create({ name: 'X', clientKind: 'OKTA', syncPassword: true })
    await expect(changeIntegration(admin(), 'X', { clientKind: 'AZURE' })).rejects.toMatchObject({ status: 400 })
    expect(await changeIntegration(admin(), 'X', { clientKind: 'AZURE', syncPassword: false })).toMatchObject({
      clientKind: 'AZURE',
    })
  })
})
