import { beforeEach, describe, expect, test } from 'vitest'
import { openDoorkeeper } from '../../shared/http/doorkeeper.ts'
import { createIntegration } from '../../shared/resources/integrations.ts'
import { issueToken, listAllTokens, listTokens, revokeToken } from '../../shared/resources/tokens.ts'
import type { Db } from '../../shared/store/client.ts'
import { revokedKey, usesKey } from '../../shared/store/keys.ts'
import { closedLately, KNOWN_MS } from '../../shared/store/revoked.ts'
import { useNoter } from '../../shared/store/token-use.ts'
import { getUses, putUse } from '../../shared/store/token-uses.ts'
import { adminContext } from '../factories/admin.ts'
import { engineEndpoint, openTestDb, withTable } from '../factories/engine.ts'
import { hookedDb } from '../factories/faulty-db.ts'
import { startProxy } from '../factories/proxy.ts'
import { scanAll, scanEvents } from '../factories/scan.ts'
import { newUser, principal, scimApi } from '../factories/scim-api.ts'
import { watchedDb } from '../factories/watched-db.ts'

const NOW = new Date('2026-08-31T10:00:30.000Z')
const MINUTE = '2026-08-31T10:00:00.000Z'
const db = withTable()
let count = 0
let account: string
let caller: ReturnType<typeof principal>

const later = (ms: number) => new Date(NOW.getTime() + ms)
const admin = () => adminContext(db, { account, now: NOW })
/** The functions of one process, a request at `now`. */
const process =
  (table: Db, doorkeeper = openDoorkeeper()) =>
  (now: Date) =>
    scimApi(table, caller, { now: () => now, doorkeeper })

/** Each test has an account and a token of its own. */
beforeEach(async () => {
  account = `d${count++}`
  await createIntegration(admin(), { name: 'OKTA', clientKind: 'OKTA' })
  const { tokenId } = await issueToken(admin(), { integration: 'OKTA' })
  caller = principal({ account, integration: 'OKTA', tokenId, tokenExpiresAt: Date.parse('2027-02-28T10:00:00Z') })
})

/** Whether a call is about the account's list, its uses, or anything else. */
function kindOf(input: object): 'list' | 'use' | 'other' {
  const text = JSON.stringify(input)
  if (text.includes(revokedKey(account))) return 'list'
  return text.includes(`"${usesKey(account)}"`) ? 'use' : 'other'
}

/** A table on which calls of some kind wait until another one has been sent: who waits for them first waits for ever. */
function holding(held: 'list' | 'use', sent: string[] = []): Db {
  let release = () => {}
  const other = new Promise<void>((resolve) => {
    release = resolve
  })
  return hookedDb(db, (command, input) => {
    const kind = kindOf(input)
    sent.push(`${kind} ${command}`)
    if (kind === 'other') release()
    return kind === held ? other : undefined
  })
}

describe('the list of tokens that ended', () => {
  test('is known for two seconds, as docs/security.md promises', () => {
    expect(KNOWN_MS).toBe(2000)
  })

  test.each([
    ['GET', '/Users/00000000-0000-7000-8000-000000000000', undefined, 404],
    ['POST', '/Users', newUser('beside'), 201],
    ['GET', '/Users', undefined, 200],
  ])('costs %s %s no round trip: it is read beside the first call', async (method, path, body, status) => {
    expect((await process(holding('list'))(NOW)(method, path, body)).status).toBe(status)
    expect((await process(holding('use'))(NOW)(method, path, body)).status).toBe(method === 'POST' ? 409 : status)
  })

  test('is read once in two seconds by each process, for 1 read unit', async () => {
    const { db: watched, calls } = watchedDb(db)
    const look = closedLately()
    for (const ms of [0, 1, KNOWN_MS - 1, KNOWN_MS, KNOWN_MS + 1]) await look(watched, account, NOW.getTime() + ms)
    expect(calls.map(({ command }) => command)).toEqual(['QueryCommand', 'QueryCommand'])
    const sent: string[] = []
    const at = process(hookedDb(db, (_command, input) => sent.push(kindOf(input))))
    for (const ms of [0, 1, KNOWN_MS - 1]) await at(later(ms))('GET', '/Users?count=0')
    expect(sent.filter((kind) => kind === 'list')).toHaveLength(1)
  })

  test('is asked again at once by a process whose clock was set back', async () => {
    const at = process(db)
    expect((await at(NOW)('GET', '/Users')).status).toBe(200)
    await revokeToken(admin(), caller.tokenId)
    expect((await at(later(-1))('GET', '/Users')).status).toBe(401)
  })

  test('that cannot be read refuses, and is asked for again', async () => {
    let broken = true
    const failing = hookedDb(db, (_command, input) => {
      if (broken && kindOf(input) === 'list') throw Object.assign(new Error('hung up'), { name: 'TimeoutError' })
    })
    const at = process(failing)
    expect((await at(NOW)('GET', '/Users')).status).toBe(503)
    broken = false
    expect((await at(later(1))('GET', '/Users')).status).toBe(200)
  })

  test('holds a change back until it is known, and the refusal has its event', async () => {
    const { body: user } = await process(db)(NOW)('POST', '/Users', newUser('kept'))
    await revokeToken(admin(), caller.tokenId)
    const sent: string[] = []
    const api = process(holding('list', sent))(later(KNOWN_MS))
    const answer = await api('DELETE', `/Users/${user.id}`)
    const detail = 'The token was revoked: use another one'
    expect(answer).toMatchObject({ status: 401, body: { detail } })
    expect(sent.filter((call) => call.includes('TransactWrite'))).toEqual([])
    const events = (await scanEvents(db)).filter(
      ({ method, account: where }) => where === account && method === 'DELETE',
    )
    expect(events).toMatchObject([{ status: 401, detail, tokenId: caller.tokenId }])
  })

  test('lets one create of a process pass that had not looked for two seconds, answered as it is', async () => {
    const at = process(db)
    await revokeToken(admin(), caller.tokenId)
    expect((await at(NOW)('POST', '/Users', newUser('last'))).status).toBe(201)
    expect((await at(NOW)('POST', '/Users', newUser('next'))).status).toBe(401)
  })
})

describe('the use of a token', () => {
  const usesOf = async () => (await getUses(db, account)).filter(({ tokenId }) => tokenId === caller.tokenId)

  test('is written once a minute: a hundred requests cost one write unit', async () => {
    const { db: watched, calls } = watchedDb(db)
    const note = useNoter(putUse)
    for (let i = 0; i < 100; i++) await note(watched, caller, '192.0.2.7', later(i * 200))
    expect(calls).toEqual([{ command: 'UpdateItemCommand', units: 1 }])
    await note(watched, caller, '192.0.2.7', later(30_000))
    expect(calls).toHaveLength(2)
    expect(await usesOf()).toEqual([
      {
        ...{ tokenId: caller.tokenId, integration: 'OKTA', address: '192.0.2.0/24' },
        ...{ since: MINUTE, lastUsedAt: '2026-08-31T10:01:00.000Z' },
      },
    ])
  })

  test('is shown with the blocks of addresses it came from, the latest first', async () => {
    const note = useNoter(putUse)
    await note(db, caller, '192.0.2.7', NOW)
    await note(db, caller, '2001:db8::1', later(60_000))
    await note(db, caller, '192.0.2.200', later(120_000))
    const [at10, at11, at12] = ['10:00', '10:01', '10:02'].map((time) => `2026-08-31T${time}:00.000Z`)
    const expected = [
      {
        tokenId: caller.tokenId,
        lastUsedAt: at12,
        usedFrom: [
          { address: '192.0.2.0/24', since: at10, lastUsedAt: at12 },
          { address: '2001:db8::/64', since: at11, lastUsedAt: at11 },
        ],
      },
    ]
    expect(await listTokens(admin(), 'OKTA')).toMatchObject(expected)
    expect(await listAllTokens(admin())).toMatchObject(expected)
  })

  test('shows the latest twenty blocks', async () => {
    const note = useNoter(putUse)
    for (let i = 0; i < 25; i++) await note(db, caller, `198.51.${i}.1`, later(i * 60_000))
    const [token] = await listTokens(admin(), 'OKTA')
    expect(token?.usedFrom.map(({ address }) => address)).toEqual(
      Array.from({ length: 20 }, (_, i) => `198.51.${24 - i}.0/24`),
    )
  })

  test('is remembered as long as the token', async () => {
    await useNoter(putUse)(db, caller, '192.0.2.7', NOW)
    const row = (await scanAll(db)).find(({ pk }) => pk === usesKey(account))
    expect(row?.ttl).toBe(Date.parse('2027-05-29T10:00:00Z') / 1000)
  })

  test('is there when the answer is', async () => {
    expect((await process(db)(NOW)('GET', '/Users')).status).toBe(200)
    expect(await usesOf()).toMatchObject([{ since: MINUTE, lastUsedAt: MINUTE }])
  })

  test('that cannot be written changes no answer, and is written by the next request', async () => {
    let broken = true
    const failing = hookedDb(db, (_command, input) => {
      if (broken && kindOf(input) === 'use') throw new Error('refused')
    })
    const at = process(failing)
    expect((await at(NOW)('POST', '/Users', newUser('unnoted'))).status).toBe(201)
    expect(await usesOf()).toEqual([])
    broken = false
    expect((await at(later(1))('GET', '/Users')).status).toBe(200)
    expect(await usesOf()).toHaveLength(1)
  })

  test('that is not answered is given up, and the request is answered', async () => {
    const isUse = (operation: string) => operation === 'UpdateItem'
    const proxy = await startProxy(engineEndpoint(), (operation) => (isUse(operation) ? 'hang' : 'pass'))
    const hanging = openTestDb(db.tableName, { endpoint: proxy.endpoint })
    expect((await process(hanging)(NOW)('GET', '/Users')).status).toBe(200)
    await proxy.close()
    expect(await usesOf()).toEqual([])
  })
})
