import { beforeEach, describe, expect, test } from 'vitest'
import { applyRestore } from '../../cli/restore/apply.ts'
import { toNoticed } from '../../cli/restore/noticed.ts'
import { walkTables } from '../../cli/restore/plan.ts'
import type { Tables } from '../../cli/restore/tables.ts'
import { changeIntegration } from '../../shared/resources/change-integration.ts'
import { createIntegration } from '../../shared/resources/integrations.ts'
import { issueToken, revokeToken } from '../../shared/resources/tokens.ts'
import { RESOURCE_TYPES } from '../../shared/scim/resource-types.ts'
import { batchWrite } from '../../shared/store/batch-write.ts'
import type { Db } from '../../shared/store/client.ts'
import { getIntegration } from '../../shared/store/integrations.ts'
import { checkAll } from '../../shared/store/invariants/check.ts'
import { collectionKey, lookupKey, nameKey } from '../../shared/store/keys.ts'
import { getToken } from '../../shared/store/token-record.ts'
import { adminContext } from '../factories/admin.ts'
import { runCli } from '../factories/cli.ts'
import { engineEndpoint, testTable } from '../factories/engine.ts'
import { dyingDb } from '../factories/faulty-db.ts'
import { scanAll, scanEvents } from '../factories/scan.ts'
import { type Call, newGroup, newUser, patchOf, principal, scimApi } from '../factories/scim-api.ts'
import { settle } from '../factories/settle.ts'

const { User } = RESOURCE_TYPES
const account = 'acme'
const LATER_MS = 120_000
const later = () => Date.now() + LATER_MS
let live: Db
let restored: Db
let call: Call
let ids: { ada: string; bob: string; eve: string; ops: string; many: string }
let tokens: { before: string; revoked: string; since: string }

const admin = () => adminContext(live, { account })
const issue = async (name: string) => (await issueToken(admin(), { integration: 'OKTA', name })).tokenId
const tables = (db = live): Tables => ({ live: { ...db, clock: later }, restored, restoredTo: undefined })
const restore = (db = live) =>
  applyRestore(tables(db), { actor: 'ops', at: '2026-11-27T02:00:00Z', progress: () => {} })
const eventIds = async () => (await scanEvents(live)).map(({ eventId }) => eventId)

/** What point-in-time recovery does: another table with all there is now. */
async function copyOf(db: Db): Promise<Db> {
  const copy = await testTable()
  await batchWrite(
    copy,
    (await scanAll(db)).map((Item) => ({ PutRequest: { Item } })),
  )
  return copy
}

/** A service as it is at a moment, a copy of that moment, and what happened since: changes, damage, and a revoked token. */
beforeEach(async () => {
  live = await testTable()
  call = scimApi(live, principal({ account, role: 'OKTA_PROVISIONER' }))
  await createIntegration(admin(), { name: 'OKTA', clientKind: 'OKTA' })
  const make = async (name: string) =>
    (await call('POST', '/Users', newUser(name, { externalId: `e-${name}` }))).body.id
  const [ada, bob, eve] = [await make('ada'), await make('bob'), await make('eve')]
  const members = [{ value: ada }, { value: bob }]
  const ops = (await call('POST', '/Groups', newGroup('Ops', { members }))).body.id
  const others: string[] = []
  for (let n = 0; n < 60; n++) others.push(await make(`u${n}`))
  const queued = newGroup('Many', { members: others.map((value) => ({ value })) })
  const many = (await call('POST', '/Groups', queued)).body.id
  const [before, revoked] = [await issue('before'), await issue('revoked')]
  restored = await copyOf(live)
  expect((await scanAll(restored)).filter(({ sk }) => String(sk).startsWith('INTENT#'))).toHaveLength(1)
  await settle(live)
  await call('DELETE', `/Users/${ada}`)
  await call('PATCH', `/Users/${bob}`, patchOf({ op: 'replace', path: 'userName', value: 'robert' }))
  await call('PATCH', `/Groups/${ops}`, patchOf({ op: 'remove', path: 'members' }))
  const since = await make('since')
  await call('POST', '/Groups', newGroup('Since', { members: [{ value: since }] }))
  await settle(live)
  tokens = { before, revoked, since: await issue('since') }
  await revokeToken(admin(), revoked)
  ids = { ada, bob, eve, ops, many }
})

const namesOf = async () =>
  (await call('GET', '/Users?count=1000&attributes=userName')).body.Resources.map(
    ({ userName }: { userName: string }) => userName,
  )

/** That everything is as it was at the moment, what ended is ended, and the history is whole. */
async function expectRestored(before: readonly string[]) {
  await settle(live)
  expect(await checkAll(live, account)).toEqual([])
  expect((await namesOf()).filter((name: string) => !/^u\d/.test(name))).toEqual(['ada', 'bob', 'eve'])
  const memberIds = async (id: string) => {
    const { members = [] } = (await call('GET', `/Groups/${id}`)).body
    return members.map(({ value }: { value: string }) => value)
  }
  expect(await memberIds(ids.ops)).toEqual([ids.ada, ids.bob].sort())
  expect((await memberIds(ids.many)).length).toBe(60)
  const [kept, dead, since] = await Promise.all(
    [tokens.before, tokens.revoked, tokens.since].map((id) => getToken(live, id)),
  )
  expect([kept?.revokedAt, kept?.access.enabled]).toEqual([undefined, false])
  expect([typeof dead?.revokedAt, typeof since?.revokedAt]).toEqual(['number', 'number'])
  const integration = await getIntegration(live, account, 'OKTA')
  expect([integration?.enabled, Object.keys(integration?.tokens ?? {})]).toEqual([false, [tokens.before]])
  expect((await eventIds()).filter((id) => before.includes(id)).sort()).toEqual([...before].sort())
}

describe('rolecall restore', () => {
  test('plans what would change, by kind, and what is noticed, and changes nothing', async () => {
    const there = await scanAll(live)
    const plan = await walkTables(tables(), Date.now(), async () => {})
    const { users, roles, tokens: ended, integrations } = plan.kinds
    const none = { same: 0, kept: 0, returned: 0, changed: 0, deleted: 0, revoked: 0 }
    expect({ users, roles, ended, integrations }).toEqual({
      users: { ...none, same: 61, returned: 1, changed: 1, deleted: 1 },
      roles: { ...none, same: 1, changed: 1, deleted: 1 },
      ended: { ...none, same: 2, revoked: 1 },
      integrations: { ...none, changed: 1 },
    })
    expect(plan.issuedSince).toEqual([{ account, integration: 'OKTA', tokenId: tokens.since, name: 'since' }])
    expect(toNoticed(plan)).toEqual([
      '1 users and 0 roles come back under the ids they had: who remembers those finds them again',
      '1 users and 1 roles that were made since are gone: their identity provider hears 404 and makes them anew, under new ids',
      '1 users and 1 roles are what they were, as a new version: their identity provider sends at its next cycle what it has other',
      '1 tokens that were issued since end: whoever uses one hears 401 and needs another',
      expect.stringMatching(/^\d+ events that were written since stay in the history$/),
    ])
    expect(await scanAll(live)).toEqual(there)
  })

  test('writes what was, keeps the history, ends what was issued since, and says so in the history', async () => {
    const before = await eventIds()
    const version = (await call('GET', `/Users/${ids.bob}`)).body.meta.version
    const { off, violations } = await restore()
    expect([off, violations]).toEqual([[{ account, name: 'OKTA' }], []])
    await expectRestored(before)
    const told = (await scanEvents(live)).filter(({ method }) => method === 'RESTORE')
    expect(told.map(({ detail, changes }) => [detail, changes])).toEqual([
      [
        `Everything but the history was restored from table ${restored.tableName}, as of 2026-11-27T02:00:00Z`,
        undefined,
      ],
      [undefined, [{ attribute: 'enabled', before: true, after: false }]],
    ])
    expect((await call('GET', `/Users/${ids.bob}`)).body.meta.version).not.toBe(version)
    await changeIntegration(admin(), 'OKTA', { enabled: true })
    expect((await getToken(live, tokens.before))?.access.enabled).toBe(true)
  })

  test('mends what a restore point tore: counts, lookups that are missing and that are left, names, members', async () => {
    const del = (Key: { pk: string; sk: string }) => batchWrite(restored, [{ DeleteRequest: { Key } }])
    await del(lookupKey(account, User, 'externalId', 'e-eve', ids.eve))
    await del({ pk: collectionKey(account, User), sk: ids.bob })
    const before = await eventIds()
    await restore()
    await settle(live)
    expect(await checkAll(live, account)).toEqual([])
    expect((await namesOf()).filter((name: string) => !/^u\d/.test(name))).toEqual(['ada', 'eve'])
    const left = (await scanAll(live)).filter(({ pk, sk }) => String(pk).includes('#LOOKUP#') && sk === ids.bob)
    expect([left, (await eventIds()).filter((id) => before.includes(id)).length]).toEqual([[], before.length])
    expect((await scanAll(live)).some(({ pk, sk }) => pk === nameKey(account, User, 'bob').pk && sk === 'bob')).toBe(
      false,
    )
  })

  test('goes on by being run again, wherever it was killed', async () => {
    const whole = dyingDb(await copyOf(live))
    await restore(whole.db)
    const { writes } = whole.state
    expect(writes).toBeGreaterThan(10)
    const begun = live
    for (let at = 1; at <= writes; at += 4) {
      live = await copyOf(begun)
      call = scimApi(live, principal({ account, role: 'OKTA_PROVISIONER' }))
      const before = await eventIds()
      const reached = at % 8 === 5
      await expect(restore(dyingDb(live, { at, reached }).db)).rejects.toThrow('The process has died')
      await restore()
      await expectRestored(before)
    }
  })

  test('refuses what is no restore', async () => {
    const env = { DYNAMODB_ENDPOINT: engineEndpoint() }
    const say = async (line: string) => {
      const { code, stderr } = await runCli(['restore', ...line.split(' ')], { env })
      return [code, stderr]
    }
    const [one, other] = [live.tableName, restored.tableName]
    expect(await say(`plan --restored ${one} --live ${one}`)).toEqual([
      1,
      `"${one}" is named for both tables: a table is not restored over itself`,
    ])
    expect(await say(`plan --restored nowhere --live ${one}`)).toEqual([1, 'There is no table "nowhere"'])
    const empty = (await testTable()).tableName
    expect(await say(`apply --restored ${empty} --live ${one}`)).toEqual([
      1,
      `The table "${empty}" holds no account: everything would be deleted`,
    ])
    expect(await say(`apply --restored ${other} --live ${one}`)).toEqual([
      1,
      expect.stringMatching(
        `^The table "${one}" is being written, last at 20.*Z: switch off what writes and wait a minute\n./rolecall integration alter OKTA --enabled false --account acme$`,
      ),
    ])
  })

  test('is a command that shows the plan, restores, and says what is left', async () => {
    await changeIntegration(admin(), 'OKTA', { enabled: false })
    const line = ['--restored', restored.tableName, '--live', live.tableName]
    const env = { DYNAMODB_ENDPOINT: engineEndpoint(), USER: 'ops' }
    const plan = await runCli(['restore', 'plan', ...line, '--output', 'json'], { env })
    expect([plan.code, JSON.parse(plan.stdout).kinds.users.returned]).toEqual([0, 1])
    const done = await runCli(['restore', 'apply', ...line], { env })
    expect([done.code, done.stderr.split('\n').slice(-2)]).toEqual([
      0,
      [
        'The table is restored; its history is whole',
        '→ ./rolecall integration alter OKTA --enabled true --account acme',
      ],
    ])
    const again = await runCli(['restore', 'apply', ...line, '--enable'], { env })
    expect(again.code).toBe(0)
    expect((await getToken(live, tokens.before))?.access.enabled).toBe(true)
  })
})
