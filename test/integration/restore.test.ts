import { beforeEach, describe, expect, test } from 'vitest'
import { abandonRestore, applyRestore, type Restore } from '../../cli/restore/apply.ts'
import { toNoticed } from '../../cli/restore/noticed.ts'
import { walkTables } from '../../cli/restore/plan.ts'
import type { Tables } from '../../cli/restore/tables.ts'
import { changeIntegration } from '../../shared/resources/change-integration.ts'
import { createIntegration } from '../../shared/resources/integrations.ts'
import { issueToken, revokeToken } from '../../shared/resources/tokens.ts'
import { RESOURCE_TYPES } from '../../shared/scim/resource-types.ts'
import { batchWrite } from '../../shared/store/batch-write.ts'
import type { Db } from '../../shared/store/client.ts'
import { listHeads } from '../../shared/store/groups/heads.ts'
import { getIntegration } from '../../shared/store/integrations.ts'
import { checkAll } from '../../shared/store/invariants/check.ts'
import { collectionKey, lookupKey, nameKey } from '../../shared/store/keys.ts'
import { getToken } from '../../shared/store/token-record.ts'
import { adminContext } from '../factories/admin.ts'
import { runCli } from '../factories/cli.ts'
import { engineEndpoint, testTable } from '../factories/engine.ts'
import { dyingDb, hookedDb } from '../factories/faulty-db.ts'
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
const AT = '2026-11-27T02:00:00Z'
const restore = (db = live, { plannedAt, progress = () => {} }: Partial<Restore> = {}) =>
  applyRestore(tables(db), { actor: 'ops', at: AT, plannedAt, progress })
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
    for (let at = 1; at <= writes; at += 6) {
      live = await copyOf(begun)
      call = scimApi(live, principal({ account, role: 'OKTA_PROVISIONER' }))
      const before = await eventIds()
      const reached = at % 12 === 7
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
    expect(await say(`apply --yes --restored ${empty} --live ${one}`)).toEqual([
      1,
      `The table "${empty}" holds no account: everything would be deleted`,
    ])
    expect(await say(`apply --yes --restored ${other} --live ${one}`)).toEqual([
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
    const { kinds, plannedAt } = JSON.parse(plan.stdout)
    expect([plan.code, kinds.users.returned]).toEqual([0, 1])
    const planned = [...line, '--planned', plannedAt]
    const there = await scanAll(live)
    expect(await runCli(['restore', 'apply', ...planned], { env })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^There is nobody to ask whether that is meant: give --yes\n/),
    })
    const asked: string[] = []
    const answer = (question: string) => {
      asked.push(question)
      return restored.tableName
    }
    expect(await runCli(['restore', 'apply', ...line], { env, answer })).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^KIND +RETURN +CHANGE BACK/),
      stderr: expect.stringContaining(`Nothing was done: the table is "${live.tableName}"`),
    })
    expect(asked).toEqual([
      `The table "${live.tableName}" is written over: all but its history becomes what "${restored.tableName}" holds. Type its name to go on: `,
    ])
    expect(await scanAll(live)).toEqual(there)
    const done = await runCli(['restore', 'apply', ...planned], { env, answer: () => live.tableName })
    expect([done.code, done.stderr.split('\n').slice(-2)]).toEqual([
      0,
      [
        'The table is restored; its history is whole',
        '→ ./rolecall integration alter OKTA --enabled true --account acme',
      ],
    ])
    const again = await runCli(['restore', 'apply', ...line, '--enable', '--yes'], { env })
    expect(again.code).toBe(0)
    expect((await getToken(live, tokens.before))?.access.enabled).toBe(true)
  })

  test.each(['copy', 'mend'])(
    'tells what an administrator writes while it is at "%s", and undoes it when run again',
    async (step) => {
      const before = await eventIds()
      let acting: Promise<unknown> | undefined
      const progress = (text: string) => {
        const context = () => adminContext(live, { account, now: new Date(later()) })
        if (text.endsWith(`: ${step}`)) acting ??= createIntegration(context(), { name: 'LATE', clientKind: 'GENERIC' })
      }
      const error = await restore(live, { progress }).catch((cause: Error) => cause.message)
      await acting
      const [said, who] = String(error).split('\n')
      expect([said, who]).toEqual([
        `The table "${live.tableName}" was written while it was restored: see that nobody changes anything, and run the same command again, which undoes this too; whoever did it does it again afterwards`,
        expect.stringMatching(/^20.*Z POST admin\/test "LATE" by arn:aws:iam::000000000000:user\/test, account acme$/),
      ])
      await restore()
      await expectRestored(before)
      expect(await getIntegration(live, account, 'LATE')).toBeUndefined()
    },
  )

  test('refuses where something was written since the plan was made', async () => {
    await createIntegration(admin(), { name: 'LATE', clientKind: 'GENERIC' })
    const there = await scanAll(live)
    const plannedAt = Date.now() - 1000
    await expect(restore(live, { plannedAt })).rejects.toThrow(
      `The table "${live.tableName}" was written since the plan of ${new Date(plannedAt).toISOString()}: make the plan anew\n20`,
    )
    expect(await scanAll(live)).toEqual(there)
  })

  test('is given up before it copied, and what waited goes on', async () => {
    const members = (await call('GET', `/Groups/${ids.many}`)).body.members
    const waiting = (await call('POST', '/Groups', newGroup('Waiting', { members }))).body.id
    const parked = async () => (await listHeads(live, account)).map(({ lease }) => lease > later())
    const dies = hookedDb(live, (_command, { Item }: { Item?: { step?: string } }) => {
      if (Item?.step === 'copy') throw new Error('The process has died')
    })
    await expect(restore(dies)).rejects.toThrow('The process has died')
    expect([await parked(), (await getIntegration(live, account, 'OKTA'))?.enabled]).toEqual([
      [true, true, true],
      false,
    ])
    const env = { DYNAMODB_ENDPOINT: engineEndpoint() }
    const abandon = () => runCli(['restore', 'abandon', '--live', live.tableName, '--yes'], { env })
    expect(await abandon()).toMatchObject({
      code: 0,
      stderr: [
        'The restore is given up: nothing was copied, and 3 changes that waited go on',
        '→ ./rolecall integration alter OKTA --enabled true --account acme',
      ].join('\n'),
    })
    expect(await parked()).toEqual([false, false, false])
    await settle(live)
    expect((await call('GET', `/Groups/${waiting}`)).body.members).toHaveLength(60)
    expect(await checkAll(live, account)).toEqual([])
    expect(await abandon()).toMatchObject({ code: 1, stderr: `No restore of "${live.tableName}" was begun` })
  })

  test('is not given up once it copied', async () => {
    const dies = hookedDb(live, (command) => {
      if (command === 'ScanCommand') throw new Error('The process has died')
    })
    await expect(restore(dies)).rejects.toThrow('The process has died')
    await expect(abandonRestore(live)).rejects.toThrow(
      `The restore from "${restored.tableName}" has begun to copy, so that the table is neither what it was nor what it is to be: run it to its end. What was before comes back in the same way, from a table that is restored to a moment before 20`,
    )
  })

  test('tells of itself in accounts that were made since and go, and in those that come back', async () => {
    await createIntegration(adminContext(live, { account: 'since' }), { name: 'NEW', clientKind: 'GENERIC' })
    await createIntegration(adminContext(restored, { account: 'gone' }), { name: 'OLD', clientKind: 'GENERIC' })
    await restore()
    const told = (await scanEvents(live)).filter(({ method, detail }) => method === 'RESTORE' && detail !== undefined)
    expect(told.map((event) => event.account).sort()).toEqual(['acme', 'gone', 'since'])
  })
})
