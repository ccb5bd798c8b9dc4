import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { describe, expect, test } from 'vitest'
import { changeAccount, createAccount, describeAccount, listAccountViews } from '../../shared/resources/accounts.ts'
import { changeIntegration } from '../../shared/resources/change-integration.ts'
import { dropAccount } from '../../shared/resources/drop-account.ts'
import { dropIntegration } from '../../shared/resources/drop-integration.ts'
import { createIntegration, describeIntegration } from '../../shared/resources/integrations.ts'
import { createNetworkPolicy, describeNetworkPolicy, dropPolicy } from '../../shared/resources/network-policies.ts'
import { issueToken } from '../../shared/resources/tokens.ts'
import { RESOURCE_TYPES } from '../../shared/scim/resource-types.ts'
import type { Db } from '../../shared/store/client.ts'
import { moveCountAction } from '../../shared/store/counters.ts'
import { getToken } from '../../shared/store/token-record.ts'
import { adminContext } from '../factories/admin.ts'
import { adminApi } from '../factories/admin-api.ts'
import { withTable } from '../factories/engine.ts'
import { hookedDb } from '../factories/faulty-db.ts'
import { scanAll, scanEvents } from '../factories/scan.ts'
import { newGroup, newUser, principal, scimApi } from '../factories/scim-api.ts'
import { settle } from '../factories/settle.ts'

const NOW = new Date('2026-08-31T10:00:00.000Z')
const LATER = new Date(NOW.getTime() + 120_000)
const db = withTable()
/** Each test has an account of its own. */
let account = 0
const admin = (now = NOW, isDryRun = false) => adminContext(db, { account: `a${account}`, now, isDryRun })
const create = (name = `a${account}`) => createAccount(adminContext(db, { now: NOW }), { name })
const integrate = (name: string, networkPolicy?: string) =>
  createIntegration(admin(), { name, clientKind: 'GENERIC', ...(networkPolicy && { networkPolicy }) })

describe('createAccount(), listAccountViews(), describeAccount()', () => {
  test('makes an account, whose name is taken then', async () => {
    account++
    expect(await create()).toEqual({ account: `a${account}`, createdAt: NOW.toISOString(), separateUserNames: false })
    await expect(create()).rejects.toMatchObject({
      ...{ status: 409, scimType: 'uniqueness' },
      message: `An account "a${account}" exists: choose another name`,
    })
    await expect(create('No')).rejects.toMatchObject({ status: 400 })
    expect((await listAccountViews(admin())).map((view) => view.account)).toEqual([`a${account}`, 'default'])
    await integrate('X')
    expect(await describeAccount(admin())).toEqual({
      ...{ account: `a${account}`, createdAt: NOW.toISOString(), integrations: ['X'], users: 0, roles: 0 },
      separateUserNames: false,
    })
    expect((await scanEvents(db, 'default'))[0]).toMatchObject({
      ...{ status: 201, resourceDomain: 'ACCOUNT', resourceName: `a${account}` },
    })
  })
})

describe('changeAccount()', () => {
  test('gives its policy to all that have none of their own, those to come too, and takes it again', async () => {
    account++
    await create()
    await createNetworkPolicy(admin(), { name: 'OFFICE', allowed: ['192.0.2.0/24'] })
    await createNetworkPolicy(admin(), { name: 'OWN', blocked: ['192.0.2.66'] })
    await integrate('X')
    await integrate('Y', 'OWN')
    const { tokenId } = await issueToken(admin(), { integration: 'X' })
    expect(await changeAccount(admin(NOW, true), { networkPolicy: 'office' })).toMatchObject({
      ...{ networkPolicy: 'OFFICE', spreadTo: ['X'] },
    })
    expect((await getToken(db, tokenId))?.access.networkPolicy).toBeUndefined()
    expect(await changeAccount(admin(), { networkPolicy: 'office' })).toMatchObject({
      ...{ networkPolicy: 'OFFICE', spreadTo: ['X'] },
      changes: [{ attribute: 'networkPolicy', after: 'OFFICE' }],
    })
    expect((await getToken(db, tokenId))?.access.networkPolicy).toMatchObject({ name: 'OFFICE' })
    const policyOf = async (name: string) => {
      const { networkPolicy } = await describeIntegration(admin(), name)
      return [networkPolicy?.name, networkPolicy?.inherited]
    }
    await integrate('LATE')
    await changeIntegration(admin(), 'Y', { networkPolicy: null })
    for (const name of ['X', 'Y', 'LATE']) expect(await policyOf(name)).toEqual(['OFFICE', true])
    expect(await describeNetworkPolicy(admin(), 'OFFICE')).toMatchObject({ account: true, integrations: [] })
    await expect(dropPolicy(admin(), 'OFFICE')).rejects.toMatchObject({ status: 409 })
    expect(await changeAccount(admin(), { networkPolicy: null })).toMatchObject({ spreadTo: ['LATE', 'X', 'Y'] })
    for (const name of ['X', 'Y', 'LATE']) expect(await policyOf(name)).toEqual([undefined, undefined])
    await dropPolicy(admin(), 'OFFICE')
    await expect(changeAccount(admin(), { networkPolicy: 'OFFICE' })).rejects.toMatchObject({ status: 404 })
  })

  test('keeps the name of users apart for all integrations and their tokens, those to come too, and no longer', async () => {
    account++
    await create()
    for (const name of ['X', 'Y']) await integrate(name)
    const { tokenId } = await issueToken(admin(), { integration: 'X' })
    const isSeparate = async () => (await getToken(db, tokenId))?.access.separateUserNames ?? false
    const dry = await changeAccount(admin(NOW, true), { separateUserNames: true })
    expect([dry.separateUserNames, dry.spreadTo, await isSeparate()]).toEqual([true, ['X', 'Y'], false])
    expect(await changeAccount(admin(), { separateUserNames: true })).toMatchObject({
      ...{ separateUserNames: true, spreadTo: ['X', 'Y'] },
      changes: [{ attribute: 'separateUserNames', before: false, after: true }],
    })
    expect(await isSeparate()).toBe(true)
    await integrate('LATE')
    const late = await issueToken(admin(), { integration: 'LATE' })
    expect((await getToken(db, late.tokenId))?.access.separateUserNames).toBe(true)
    expect(await changeAccount(admin(), { separateUserNames: true })).toMatchObject({ changes: [], spreadTo: [] })
    expect(await changeAccount(admin(), { separateUserNames: false })).toMatchObject({ spreadTo: ['LATE', 'X', 'Y'] })
    expect(await isSeparate()).toBe(false)
  })

  test('reaches integrations that are made at the same time', async () => {
    account++
    await create()
    await createNetworkPolicy(admin(), { name: 'OFFICE', allowed: ['192.0.2.0/24'] })
    await Promise.all([integrate('X'), changeAccount(admin(), { networkPolicy: 'OFFICE' }), integrate('Y')])
    for (const name of ['X', 'Y']) {
      expect((await describeIntegration(admin(), name)).networkPolicy).toMatchObject({ name: 'OFFICE' })
    }
  })
})

describe('dropAccount()', () => {
  test('takes away an empty one with its roles and policies, and says what is in another', async () => {
    account++
    await integrate('X')
    await createNetworkPolicy(admin(), { name: 'OFFICE' })
    const action = moveCountAction(`a${account}`, RESOURCE_TYPES.User, 'ADMIN', 1)
    if (!('Update' in action)) throw new Error('Counters are updated')
    const count = (delta: number) =>
      db.client.send(
        new UpdateCommand({
          ...{ TableName: db.tableName, ...action.Update },
          ExpressionAttributeValues: { ':delta': delta },
        }),
      )
    await count(1)
    const there = (what: string) => `Cannot drop account "a${account}": there are ${what} in it; drop these first`
    await expect(dropAccount(admin())).rejects.toMatchObject({
      ...{ status: 409, message: there('integrations (X), 1 user and 0 roles') },
    })
    await dropIntegration(admin(), 'X')
    await expect(dropAccount(admin())).rejects.toMatchObject({ message: there('1 user and 0 roles') })
    await count(-1)
    await expect(dropAccount(admin())).rejects.toMatchObject({ status: 409 })
    await dropAccount(admin(LATER, true))
    await dropAccount(admin(LATER))
    await expect(describeAccount(admin())).rejects.toMatchObject({ status: 404 })
    const left = (await scanAll(db)).map(({ pk }) => String(pk).split('#').slice(1, 3).join('#'))
    const own = left.filter((key) => key.startsWith(`a${account}#`))
    expect([...new Set(own)].sort()).toEqual([`a${account}#COUNT`, `a${account}#EVENT`])
  })

  test('waits for what the worker has still to do in it, and says so, in a dry run too', async () => {
    account++
    await create()
    const call = scimApi(db, principal({ account: `a${account}` }))
    const { body } = await call('POST', '/Users', newUser('ada'))
    expect((await call('DELETE', `/Users/${body.id}`)).status).toBe(204)
    const refusal = {
      status: 409,
      message: `Cannot drop account "a${account}": 1 change in it is not finished yet (a deletion, or a change of many members); retry in a minute`,
    }
    await expect(dropAccount(admin(LATER, true))).rejects.toMatchObject(refusal)
    await expect(dropAccount(admin(LATER))).rejects.toMatchObject(refusal)
    expect((await describeAccount(admin())).users).toBe(0)
    await settle(db, `a${account}`)
    await dropAccount(admin(LATER))
    await expect(describeAccount(admin())).rejects.toMatchObject({ status: 404 })
  })

  describe('at the moment at which an administrator makes something in it', () => {
    const named = { users: newUser('ada'), roles: newGroup('Ops'), 'network-policies': { name: 'OFFICE' } }
    type Made = keyof typeof named
    const ALL = Object.keys(named) as Made[]
    /** Makes one; `table` is a table on which something happens just before the transaction. */
    const make = (table: Db, what: Made) =>
      adminApi(table, () => LATER)('POST', `/admin/${what}`, { query: { account: `a${account}` }, body: named[what] })
    const drop = (table: Db) => dropAccount(adminContext(table, { account: `a${account}`, now: LATER }))
    const justBefore = (happens: () => Promise<unknown>) => {
      let isDue = true
      return hookedDb(db, async (command) => {
        if (!isDue || !command.startsWith('TransactWrite')) return
        isDue = false
        await happens()
      })
    }
    const isThere = async () => (await listAccountViews(admin())).some((view) => view.account === `a${account}`)
    /** Keys of what is in the account, but for its history and its counters. */
    const listLeft = async () => {
      const keys = (await scanAll(db)).map(({ pk }) => String(pk)).filter((pk) => pk.startsWith(`A#a${account}#`))
      return keys.filter((pk) => !/#(EVENT|COUNT|DELETED)\b/.test(pk))
    }

    test.each(ALL)('loses where that comes first: %s', async (what) => {
      account++
      await create()
      const dropped = drop(justBefore(async () => expect((await make(db, what)).status).toBe(201)))
      // A policy goes with its account.
      if (what === 'network-policies') await dropped
      else {
        await expect(dropped).rejects.toMatchObject({
          status: 409,
          message: `Cannot drop account "a${account}": there are ${what === 'users' ? '1 user and 0 roles' : '0 users and 1 role'} in it; drop these first`,
        })
      }
      const isPolicy = what === 'network-policies'
      expect([await isThere(), (await listLeft()).length > 0]).toEqual([!isPolicy, !isPolicy])
    })

    test.each(ALL)('wins where it comes first, and nothing is made: %s', async (what) => {
      account++
      await create()
      const made = await make(
        justBefore(() => drop(db)),
        what,
      )
      const detail = `There is no account "a${account}" any more`
      expect([made.status, made.body.detail]).toEqual([404, detail])
      expect([await isThere(), await listLeft()]).toEqual([false, []])
    })

    test('what was deleted in one that is gone does not come back, nor is anything made in it', async () => {
      account++
      await create()
      const { body } = await make(db, 'users')
      const on = { query: { account: `a${account}` }, params: { id: body.id } }
      expect((await adminApi(db, () => LATER)('DELETE', '/admin/users/{id}', on)).status).toBe(204)
      await settle(db, `a${account}`)
      await drop(db)
      const then = { ...db, clock: () => LATER.getTime() }
      const back = await adminApi(then, () => LATER)('POST', '/admin/users/{id}/undrop', on)
      expect([back.status, back.body.rows]).toEqual([
        200,
        [
          {
            ...{ type: 'USER', id: body.id, name: 'ada', outcome: 'refused' },
            reason: `There is no account "a${account}" any more`,
          },
        ],
      ])
      const detail = `There is no account "a${account}": there is default`
      for (const dryRun of [{ dryRun: 'true' }, {}]) {
        const query = { account: `a${account}`, ...dryRun }
        const made = await adminApi(db)('POST', '/admin/users', { query, body: named.users })
        expect([made.status, made.body.detail.slice(0, detail.length)]).toEqual([404, detail])
      }
      expect(await listLeft()).toEqual([])
    })
  })

  test('never takes the default one, nor one in which an integration is made at the same time', async () => {
    await expect(dropAccount(adminContext(db))).rejects.toMatchObject({
      ...{ status: 400, message: 'Cannot drop account "default": it is always there' },
    })
    account++
    await create()
    await Promise.allSettled([integrate('X'), dropAccount(admin(LATER)), integrate('Y')])
    expect((await describeAccount(admin())).integrations).toEqual(['X', 'Y'])
  })
})
