import { PutCommand } from '@aws-sdk/lib-dynamodb'
import { describe, expect, test } from 'vitest'
import { changeIntegration } from '../../shared/resources/change-integration.ts'
import { dropIntegration } from '../../shared/resources/drop-integration.ts'
import type { IntegrationInput } from '../../shared/resources/integration-input.ts'
import { createIntegration, describeIntegration, ensureAccount } from '../../shared/resources/integrations.ts'
import {
  changePolicy,
  createNetworkPolicy,
  describeNetworkPolicy,
  dropPolicy,
  listNetworkPolicies,
} from '../../shared/resources/network-policies.ts'
import type { NetworkPolicyChange, NetworkPolicyInput } from '../../shared/resources/network-policy-input.ts'
import { spreadPolicies } from '../../shared/resources/spread-policy.ts'
import { issueToken } from '../../shared/resources/tokens.ts'
import type { Json } from '../../shared/scim/schema.ts'
import { getToken } from '../../shared/store/token-record.ts'
import { adminContext } from '../factories/admin.ts'
import { withTable } from '../factories/engine.ts'
import { scanAll, scanEvents } from '../factories/scan.ts'
import { watchedDb } from '../factories/watched-db.ts'

const NOW = new Date('2026-08-31T10:00:00.000Z')
const ACTOR = 'arn:aws:iam::000000000000:user/test'
const db = withTable()
/** Each test has an account of its own. */
let account = 0
const admin = (isDryRun = false) => adminContext(db, { account: `a${account}`, now: NOW, isDryRun })
const integrate = (input: Partial<IntegrationInput> & { name: string }) =>
  createIntegration(admin(), { clientKind: 'GENERIC', ...input })
const attach = (name: string, networkPolicy: string | null) => changeIntegration(admin(), name, { networkPolicy })
const change = (name: string, input: NetworkPolicyChange | Json, isDryRun = false) =>
  changePolicy(admin(isDryRun), name, input)
const policyOf = async (tokenId: string) => (await getToken(db, tokenId))?.access.networkPolicy

async function create(input: NetworkPolicyInput) {
  await ensureAccount(db, `a${account}`, NOW)
  return createNetworkPolicy(admin(), input)
}

describe('createNetworkPolicy(), listNetworkPolicies()', () => {
  test('makes one that is attached to nothing, with its event', async () => {
    account++
    const made = await create({ name: 'office', allowed: ['192.0.2.0/24', '192.0.2.7/24', '2001:db8::/32'] })
    expect(made).toEqual({
      ...{ name: 'OFFICE', mode: 'enforce', allowed: ['192.0.2.0/24', '2001:db8::/32'], blocked: [] },
      ...{ account: false, integrations: [], createdAt: NOW.toISOString(), createdBy: ACTOR },
    })
    await create({ name: 'HOME', mode: 'observe', blocked: ['192.0.2.66'], comment: 'x' })
    expect((await listNetworkPolicies(admin())).map(({ name }) => name)).toEqual(['HOME', 'OFFICE'])
    expect(await listNetworkPolicies(admin(), { like: 'off%' })).toEqual([made])
    expect(await describeNetworkPolicy(admin(), 'Office')).toEqual(made)
    expect((await scanEvents(db, `a${account}`))[0]).toMatchObject({
      ...{ status: 201, resourceDomain: 'NETWORK_POLICY', resourceName: 'OFFICE' },
    })
  })

  test.each<[Json, number, string]>([
    [{ name: '1' }, 400, 'Cannot read name "1": a letter first, then letters, digits, _ and $, at most 128'],
    [{ name: 'X', mode: 'off' }, 400, 'Cannot read mode "off": expected one of enforce, observe'],
    [{ name: 'X', allow: [] }, 400, 'Cannot read the input: there is no setting "allow"'],
    [
      { name: 'X', allowed: Array.from({ length: 51 }, (_, i) => `10.0.${i}.0/24`) },
      400,
      'Cannot read the input: a network policy has at most 50 blocks: use larger ones',
    ],
    [{ name: 'TAKEN' }, 409, 'A network policy "TAKEN" exists: choose another name'],
  ])('refuses %j', async (input, status, message) => {
    account++
    await create({ name: 'TAKEN' })
    await expect(createNetworkPolicy(admin(), input)).rejects.toMatchObject({ status, message })
  })
})

describe('a policy of integrations', () => {
  test('is in the tokens of all it is attached to, and changes there', async () => {
    account++
    await create({ name: 'OFFICE', allowed: ['192.0.2.0/24'] })
    await create({ name: 'OTHER', allowed: ['203.0.113.0/24'] })
    await integrate({ name: 'X', networkPolicy: 'office' })
    await integrate({ name: 'Y' })
    await integrate({ name: 'Z', networkPolicy: 'OTHER' })
    await attach('Y', 'OFFICE')
    const tokens = await Promise.all(['X', 'Y', 'Z'].map((integration) => issueToken(admin(), { integration })))
    const asked = { mode: 'observe', allowed: { add: ['198.51.100.0/24'] }, blocked: { add: ['192.0.2.66'] } }
    const events = await scanEvents(db, `a${account}`)
    expect(await change('OFFICE', asked, true)).toMatchObject({ mode: 'observe', spreadTo: ['X', 'Y'] })
    expect(await scanEvents(db, `a${account}`)).toEqual(events)
    const changed = await change('OFFICE', asked)
    const applied = {
      ...{ name: 'OFFICE', mode: 'observe', allowed: ['192.0.2.0/24', '198.51.100.0/24'], blocked: ['192.0.2.66'] },
    }
    expect(changed).toEqual({
      ...{ ...applied, account: false, integrations: ['X', 'Y'], createdAt: NOW.toISOString(), createdBy: ACTOR },
      changes: [
        { attribute: 'mode', before: 'enforce', after: 'observe' },
        { attribute: 'allowed', before: ['192.0.2.0/24'], after: applied.allowed },
        { attribute: 'blocked', before: [], after: ['192.0.2.66'] },
      ],
      spreadTo: ['X', 'Y'],
    })
    const other = { name: 'OTHER', mode: 'enforce', allowed: ['203.0.113.0/24'], blocked: [] }
    expect(await Promise.all(tokens.map(({ tokenId }) => policyOf(tokenId)))).toEqual([applied, applied, other])
    expect((await describeIntegration(admin(), 'X')).networkPolicy).toEqual(applied)
    expect((await scanEvents(db, `a${account}`)).at(-1)).toMatchObject({
      ...{ status: 200, resourceDomain: 'NETWORK_POLICY', changes: changed.changes },
    })
    expect(await change('OFFICE', asked)).toMatchObject({ changes: [], spreadTo: [] })
  })

  test('that was interrupted midway is finished by asking again, and says so until then', async () => {
    account++
    await create({ name: 'OFFICE', allowed: ['192.0.2.0/24'] })
    for (const name of ['X', 'Y', 'Z']) await integrate({ name, networkPolicy: 'OFFICE' })
    const { tokenId } = await issueToken(admin(), { integration: 'Z' })
    const items = await scanAll(db)
    const stale = items.filter(({ pk, sk }) => pk === `A#a${account}#NETWORKPOLICY` && sk === 'OFFICE')
    for (const item of stale) {
      const Item = { ...item, blocked: ['192.0.2.66'], version: Number(item.version) + 1 }
      await db.client.send(new PutCommand({ TableName: db.tableName, Item }))
    }
    expect((await describeNetworkPolicy(admin(), 'OFFICE')).pending).toEqual(['X', 'Y', 'Z'])
    const again = await change('OFFICE', { blocked: { add: ['192.0.2.66'] } })
    expect(again).toMatchObject({ changes: [], spreadTo: ['X', 'Y', 'Z'] })
    expect(again.pending).toBeUndefined()
    expect(await policyOf(tokenId)).toMatchObject({ blocked: ['192.0.2.66'] })
  })

  test('asked for again where all have it, reads no integration by itself', async () => {
    account++
    await create({ name: 'OFFICE', allowed: ['192.0.2.0/24'] })
    for (const name of ['X', 'Y', 'Z', 'LATE']) await integrate({ name, networkPolicy: 'OFFICE' })
    const { db: watched, calls } = watchedDb(db)
    const spread = () => spreadPolicies({ ...admin(), db: watched }, ({ networkPolicy }) => networkPolicy !== undefined)
    expect(await spread()).toEqual([])
    // All integrations at once, the account's settings, and the policy.
    expect(calls.map(({ command }) => command).sort()).toEqual(['GetItemCommand', 'GetItemCommand', 'QueryCommand'])
  })

  test('reaches every integration of many, whoever changes or attaches at the same time', async () => {
    account++
    await create({ name: 'OFFICE', allowed: ['192.0.2.0/24'] })
    const names = Array.from({ length: 20 }, (_, i) => `N${String(i).padStart(2, '0')}`)
    await Promise.all(names.map((name) => integrate({ name, role: `R${name}`, networkPolicy: 'OFFICE' })))
    await integrate({ name: 'LATE' })
    const [one, other] = await Promise.all([
      change('OFFICE', { allowed: { add: ['198.51.100.0/24'] } }),
      change('OFFICE', { blocked: { add: ['192.0.2.66'] } }),
      attach('LATE', 'OFFICE'),
      changeIntegration(admin(), 'N00', { comment: 'new' }),
      issueToken(admin(), { integration: 'N01' }),
    ])
    expect([one.changes.length, other.changes.length]).toEqual([1, 1])
    const { pending, allowed, blocked, integrations } = await describeNetworkPolicy(admin(), 'OFFICE')
    expect({ pending, allowed, blocked }).toEqual({
      ...{ pending: undefined, allowed: ['192.0.2.0/24', '198.51.100.0/24'], blocked: ['192.0.2.66'] },
    })
    expect(integrations).toEqual(['LATE', ...names])
  })

  test('is taken off an integration, which then lets everybody in', async () => {
    account++
    await create({ name: 'OFFICE', allowed: ['192.0.2.0/24'] })
    await integrate({ name: 'X', networkPolicy: 'OFFICE' })
    const { tokenId } = await issueToken(admin(), { integration: 'X' })
    expect((await attach('X', null)).networkPolicy).toBeUndefined()
    expect(await policyOf(tokenId)).toBeUndefined()
  })

  test('is made of the lists of a new integration and called like it; a replaced one replaces it', async () => {
    account++
    const networkPolicy = { allowed: ['192.0.2.0/24'] }
    const { networkPolicy: made } = await integrate({ name: 'X', networkPolicy })
    expect(made).toEqual({ name: 'X', mode: 'enforce', allowed: ['192.0.2.0/24'], blocked: [] })
    expect(await describeNetworkPolicy(admin(), 'X')).toMatchObject({ integrations: ['X'] })
    const replaced = { name: 'X', mode: 'orReplace' as const, networkPolicy: { blocked: ['192.0.2.66'] } }
    expect((await integrate(replaced)).networkPolicy).toMatchObject({ allowed: [], blocked: ['192.0.2.66'] })
    await integrate({ name: 'Y', networkPolicy: 'X' })
    await expect(integrate(replaced)).rejects.toMatchObject({
      status: 409,
      message: 'Cannot replace network policy "X": it is attached to Y too; change it by itself, or attach another one',
    })
    await attach('Y', null)
    await dropIntegration(admin(), 'X')
    await expect(integrate({ name: 'X', networkPolicy })).rejects.toMatchObject({
      status: 409,
      message: 'A network policy "X" exists: attach it by its name instead of naming blocks, or choose another name',
    })
  })

  test('is refused by the name of one that is not there', async () => {
    account++
    await create({ name: 'OFFICE' })
    const message = `There is no network policy "NONE" in account "a${account}": there is OFFICE`
    await expect(integrate({ name: 'X', networkPolicy: 'NONE' })).rejects.toMatchObject({ status: 404, message })
    await integrate({ name: 'X' })
    await expect(attach('X', 'none')).rejects.toMatchObject({ status: 404, message })
    await expect(change('NONE', { mode: 'observe' })).rejects.toMatchObject({ status: 404, message })
  })

  test('lists that an integration had before there were policies hold until another is attached', async () => {
    account++
    await integrate({ name: 'X' })
    const { tokenId } = await issueToken(admin(), { integration: 'X' })
    const lists = { allowed: ['192.0.2.0/24'], blocked: [] }
    for (const item of await scanAll(db)) {
      const isToken = item.tokenId === tokenId
      if (!isToken && item.pk !== `A#a${account}#INTEGRATION`) continue
      const Item = isToken
        ? { ...item, access: { ...Object(item.access), networkPolicy: lists } }
        : { ...item, networkPolicy: lists }
      await db.client.send(new PutCommand({ TableName: db.tableName, Item }))
    }
    const old = { mode: 'enforce', ...lists }
    expect((await describeIntegration(admin(), 'X')).networkPolicy).toEqual(old)
    expect(await policyOf(tokenId)).toEqual(old)
    await changeIntegration(admin(), 'X', { comment: 'kept' })
    expect(await policyOf(tokenId)).toEqual(old)
    await create({ name: 'OFFICE', blocked: ['192.0.2.66'] })
    await attach('X', 'OFFICE')
    expect(await policyOf(tokenId)).toMatchObject({ name: 'OFFICE', allowed: [] })
  })
})

describe('changePolicy()', () => {
  test('opens to every address only where that is said', async () => {
    account++
    await create({ name: 'X', allowed: ['192.0.2.1'], blocked: ['192.0.2.66'] })
    await expect(change('X', { allowed: { remove: ['192.0.2.1'] } })).rejects.toMatchObject({
      ...{ status: 400, scimType: 'invalidValue' },
      message:
        'Cannot remove every allowed block: all addresses would be allowed; if that is meant, say so with --allow-everywhere, in the API allowEverywhere',
    })
    expect(await change('X', { allowEverywhere: true, comment: 'open' })).toMatchObject({
      ...{ allowed: [], blocked: ['192.0.2.66'], comment: 'open' },
    })
    const bare = await change('X', { blocked: { remove: ['192.0.2.66/32'] }, comment: null })
    expect([bare.blocked, bare.comment]).toEqual([[], undefined])
  })

  test.each<[string, Json, string]>([
    [
      'to remove what is not there',
      { blocked: { remove: ['192.0.2.9'] } },
      'Cannot remove "192.0.2.9": it is not blocked; there is 192.0.2.66',
    ],
    [
      'to add and remove one block',
      { allowed: { add: ['192.0.2.9'], remove: ['192.0.2.9/32'] } },
      'Cannot read allowed an object: the same block cannot be added and removed',
    ],
    [
      'a list together with every address',
      { allowEverywhere: true, allowed: { add: ['192.0.2.9'] } },
      'Cannot read the input: allowEverywhere goes without a change of the allowed list',
    ],
    [
      'whole lists, which would undo what others have changed',
      { allowed: ['192.0.2.9'] },
      'Cannot read allowed an array of 1: expected { "add": [...], "remove": [...] }',
    ],
    [
      'more than fifty blocks',
      { allowed: { add: Array.from({ length: 50 }, (_, i) => `10.0.${i}.0/24`) } },
      'Cannot read the input: a network policy has at most 50 blocks: use larger ones',
    ],
  ])('refuses %s', async (_name, input, message) => {
    account++
    await create({ name: 'X', blocked: ['192.0.2.66'] })
    await expect(change('X', input)).rejects.toMatchObject({ status: 400, message })
  })
})

describe('dropPolicy()', () => {
  test('takes one away that is attached to nothing, and names what it is attached to', async () => {
    account++
    await create({ name: 'OFFICE' })
    await integrate({ name: 'X', networkPolicy: 'OFFICE' })
    await expect(dropPolicy(admin(), 'OFFICE')).rejects.toMatchObject({
      status: 409,
      message:
        'Cannot drop network policy "OFFICE": it is attached to integration X; attach another one there, or none, first',
    })
    await attach('X', null)
    await dropPolicy(admin(true), 'OFFICE')
    await dropPolicy(admin(), 'office')
    expect(await listNetworkPolicies(admin())).toEqual([])
    expect((await scanEvents(db, `a${account}`)).at(-1)).toMatchObject({
      ...{ status: 204, resourceDomain: 'NETWORK_POLICY', resourceName: 'OFFICE' },
    })
  })

  test('never takes one from an integration that it is attached to at the same time', async () => {
    account++
    await create({ name: 'OFFICE' })
    await integrate({ name: 'X' })
    const [attached, dropped] = await Promise.allSettled([attach('X', 'OFFICE'), dropPolicy(admin(), 'OFFICE')])
    const { networkPolicy } = await describeIntegration(admin(), 'X')
    const left = (await listNetworkPolicies(admin())).map(({ name }) => name)
    expect([attached.status, dropped.status, networkPolicy?.name, left]).toEqual(
      attached.status === 'fulfilled'
        ? ['fulfilled', 'rejected', 'OFFICE', ['OFFICE']]
        : ['rejected', 'fulfilled', undefined, []],
    )
  })
})
