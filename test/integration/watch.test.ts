import { DeleteCommand } from '@aws-sdk/lib-dynamodb'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { RestEvent } from '../../shared/audit/rest-event.ts'
import { notaryHandler } from '../../shared/http/notary-handler.ts'
import { watchHandler } from '../../shared/http/watch-handler.ts'
import type { ObjectStore } from '../../shared/notary/object-store.ts'
import { changeIntegration } from '../../shared/resources/change-integration.ts'
import { createIntegration } from '../../shared/resources/integrations.ts'
import { rotateToken } from '../../shared/resources/token-rotation.ts'
import { issueToken, revokeToken } from '../../shared/resources/tokens.ts'
import { putCheckMark } from '../../shared/store/check-mark.ts'
import { roundKey } from '../../shared/store/keys.ts'
import { hoursSinceRun } from '../../shared/store/run-mark.ts'
import { useNoter } from '../../shared/store/token-use.ts'
import { putUse } from '../../shared/store/token-uses.ts'
import { watchAccount } from '../../shared/watch/account.ts'
import { daysLeft } from '../../shared/watch/expiring.ts'
import { watchAll } from '../../shared/watch/watch.ts'
import { adminContext } from '../factories/admin.ts'
import { lambdaContext } from '../factories/api-event.ts'
import { withTable } from '../factories/engine.ts'
import { hookedDb } from '../factories/faulty-db.ts'
import { itemsOf } from '../factories/items.ts'
import { scanEvents } from '../factories/scan.ts'
import { principal } from '../factories/scim-api.ts'
import { watchedDb } from '../factories/watched-db.ts'

const START = Date.parse('2026-08-31T10:00:00.000Z')
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const db = withTable()
let count = 0
let account: string

const at = (days: number) => new Date(START + days * DAY_MS)
const admin = (days = 0) => adminContext(db, { account, now: at(days) })
const issue = (input: object = {}, days = 0) => issueToken(admin(days), { integration: 'OKTA', name: 'mine', ...input })
const note = (tokenId: string, days: number) =>
  useNoter(putUse)(db, principal({ account, integration: 'OKTA', tokenId }), '192.0.2.1', at(days))

/** Looks once at each of these days; the figures of the last look. */
async function look(...days: number[]) {
  const figures: Record<string, number> = {}
  for (const day of days) {
    await watchAccount(db, account, at(day), (name, value, { integration }) => {
      figures[`${integration} ${name}`] = value
    })
  }
  return figures
}

async function told(): Promise<RestEvent[]> {
  const events = (await scanEvents(db)).filter((event) => event.account === account && event.method === 'NOTICE')
  return events.toSorted((a, b) => (a.time < b.time ? -1 : 1))
}
const detailsOf = async () => (await told()).map(({ detail }) => detail)

/** Each test has an account of its own. */
beforeEach(async () => {
  account = `w${count++}`
  await createIntegration(admin(), { name: 'OKTA', clientKind: 'OKTA' })
})

describe('a token that ends soon', () => {
  test('is told of 30 days, 7 days and 1 day before, each time once, with the command that mends it', async () => {
    const { tokenId } = await issue({ life: '40d' })
    await look(0, 9.9, 10, 10.1, 20, 33, 33.1, 39, 39.5, 40, 41)
    const events = (await told()).filter(({ endpoint }) => endpoint === 'notice/token-expires')
    const common = {
      ...{ account, type: 'ADMIN', method: 'NOTICE', endpoint: 'notice/token-expires', status: 200, clientIp: 'none' },
      ...{
        actorName: 'rolecall',
        actorDomain: 'ROLECALL',
        advice: `rolecall token rotate ${tokenId} --account ${account}`,
      },
      ...{ resourceId: tokenId, resourceName: 'mine', resourceDomain: 'TOKEN', eventId: expect.any(String) },
    }
    const ends = at(40).toISOString()
    expect(events).toEqual(
      [
        [10, '30 days'],
        [33, '7 days'],
        [39, '1 day'],
      ].map(([day, left]) => ({
        ...{ ...common, time: at(Number(day)).toISOString() },
        detail: `The token of integration OKTA expires in ${left}, at ${ends}`,
      })),
    )
  })

  test('is told of once when two look at the same time, and at the same instant', async () => {
    await issue({ life: '40d' })
    await Promise.all([look(10), look(10), look(10.001), look(10.002)])
    expect(await told()).toHaveLength(1)
  })

  test('is not told of what is past when nobody looked, nor of a span it never had', async () => {
    await issue({ life: '40d' })
    await issue({ life: '5d' })
    await look(34)
    expect(await detailsOf()).toEqual([expect.stringContaining('expires in 6 days')])
    await look(0)
    const short = (await told()).filter(({ detail = '' }) => detail.includes(at(5).toISOString()))
    expect(short).toEqual([])
  })

  test('is told of again by its new end when it is rotated, with its successor; not when it was revoked', async () => {
    const [old, gone] = [await issue(), await issue()]
    const next = await rotateToken(admin(), old.tokenId, { overlap: '8d' })
    await revokeToken(admin(), gone.tokenId)
    await look(1)
    expect(await told()).toMatchObject([
      {
        detail: `The token of integration OKTA expires in 7 days, at ${at(8).toISOString()}; ${next.tokenId} replaces it`,
        advice: `rolecall token list OKTA --account ${account}`,
      },
    ])
  })
})

describe('the days of a token', () => {
  test('stay at none once the last one has ended, until another is issued', async () => {
    await issue({ life: '40d' })
    expect(await look(39.5)).toMatchObject({ 'OKTA DaysToTokenExpiry': 0 })
    expect(await look(41)).toMatchObject({ 'OKTA DaysToTokenExpiry': 0 })
    await issue({ life: '40d' }, 42)
    expect(await look(42)).toMatchObject({ 'OKTA DaysToTokenExpiry': 40 })
  })

  test('are not told of who is off, whose last one was revoked, or who has an OAuth client instead', async () => {
    const ended = { tokens: { a: START }, enabled: true }
    expect(daysLeft(ended, START)).toBe(0)
    expect(daysLeft({ ...ended, enabled: false }, START)).toBeUndefined()
    expect(daysLeft({ ...ended, oauthClient: 'c1' }, START)).toBeUndefined()
    const { tokenId } = await issue({ life: '40d' })
    await revokeToken(admin(1), tokenId)
    expect(await look(41)).not.toHaveProperty(['OKTA DaysToTokenExpiry'])
  })
})

describe('a silent integration', () => {
  test('is told of once for each silence, as many days after it was heard of last', async () => {
    const { tokenId } = await issue()
    await note(tokenId, 0)
    await look(6.99, 7, 7.1, 8)
    const silentSince = at(0).toISOString()
    expect(await told()).toEqual([
      {
        ...{ account, type: 'ADMIN', method: 'NOTICE', endpoint: 'notice/integration-silent', status: 200 },
        ...{ clientIp: 'none', actorName: 'rolecall', actorDomain: 'ROLECALL', eventId: expect.any(String) },
        ...{ resourceId: 'OKTA', resourceName: 'OKTA', resourceDomain: 'INTEGRATION', time: at(7).toISOString() },
        detail: `The integration OKTA is silent for 7 days: no request since ${silentSince}`,
        advice: `rolecall token list OKTA --account ${account}`,
      },
    ])
    await note(tokenId, 9)
    await look(10, 15.9)
    expect(await told()).toHaveLength(1)
    await Promise.all([look(16), look(16), look(17)])
    expect(await told()).toHaveLength(2)
  })

  test('that never had a request is told of after its first token, as long as it is watched', async () => {
    await look(0)
    await issue({}, 2)
    await look(8.9)
    expect(await told()).toEqual([])
    await look(9, 10)
    expect(await detailsOf()).toEqual([
      `The integration OKTA is silent for 7 days: no request yet, awaited since ${at(2).toISOString()}`,
    ])
  })

  test('of before it was watched is not told of at once: it may have been heard of', async () => {
    await issue()
    await look(20, 26.9)
    expect(await told()).toEqual([])
    await look(27)
    expect(await told()).toHaveLength(1)
  })

  test('without a token, or disabled, is awaited by nobody', async () => {
    expect(await look(0, 30)).toEqual({})
    const { tokenId } = await issue()
    await note(tokenId, 0)
    await changeIntegration(admin(), 'OKTA', { enabled: false })
    expect(await look(30)).toEqual({ 'OKTA DaysToTokenExpiry': 151 })
    expect(await told()).toEqual([])
  })
})

describe('the watch', () => {
  test('measures the days of silence and the days until the first live token ends', async () => {
    const { tokenId } = await issue({ life: '20d' })
    await issue()
    await note(tokenId, 0)
    expect(await look(3)).toEqual({ 'OKTA DaysToTokenExpiry': 17, 'OKTA IntegrationSilentDays': 3 })
    expect(await look(30)).toMatchObject({ 'OKTA DaysToTokenExpiry': 151 })
  })

  test('counts an integration that is silent for longer than it says, and none that may be', async () => {
    const { tokenId } = await issue()
    await note(tokenId, 0)
    expect(await look(6)).not.toHaveProperty(['OKTA SilentIntegrations'])
    expect(await look(7)).toMatchObject({ 'OKTA IntegrationSilentDays': 7, 'OKTA SilentIntegrations': 1 })
    await changeIntegration(admin(), 'OKTA', { silentAfterDays: 0 })
    expect(await look(8)).not.toHaveProperty(['OKTA SilentIntegrations'])
  })

  test('costs three queries for an account about which there is nothing to tell', async () => {
    const { tokenId } = await issue()
    await note(tokenId, 0)
    await look(0)
    const { db: watched, calls } = watchedDb(db)
    await watchAccount(watched, account, at(1), () => {})
    expect(calls.map(({ command }) => command)).toEqual(['QueryCommand', 'QueryCommand', 'QueryCommand'])
    expect(calls.reduce((sum, { units }) => sum + units, 0)).toBe(3)
  })

  test('goes on past an account that cannot be looked at, and reports it', async () => {
    const broken = `A#${account}#USE`
    await createIntegration(adminContext(db, { account: `${account}z`, now: at(0) }), {
      name: 'OKTA',
      clientKind: 'OKTA',
    })
    await issueToken(adminContext(db, { account: `${account}z`, now: at(0) }), { integration: 'OKTA' })
    const failing = hookedDb(db, (_command, input) => {
      if (JSON.stringify(input).includes(`"${broken}"`)) throw new Error('no answer')
    })
    const seen: string[] = []
    const errors: unknown[] = []
    const measure = (_name: string, _value: number, of: { account: string }) => seen.push(of.account)
    await watchAll(failing, at(1), { measure, report: (error) => errors.push(error) }, Number.POSITIVE_INFINITY)
    expect(errors).toMatchObject([{ message: 'no answer' }])
    expect(seen).toContain(`${account}z`)
  })

  test('as a function writes its figures as metrics', async () => {
    await issue()
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
    await watchHandler({ db: { ...db, clock: () => START }, hasDigests: true })({ id: 'event' }, lambdaContext())
    const lines = write.mock.calls.map(([text]) => JSON.parse(String(text)))
    write.mockRestore()
    expect(lines.filter((line) => line.account === account)).toMatchObject([
      { integration: 'OKTA', IntegrationSilentDays: 0 },
      { integration: 'OKTA', DaysToTokenExpiry: 181 },
    ])
    expect(lines.at(-1)).toMatchObject({ message: 'schedules', HoursSinceCheck: 0, HoursSinceDigest: 0 })
    expect(lines.at(-1)).not.toHaveProperty('BrokenInvariants')
  })
})

describe('a schedule that stopped', () => {
  /** What a function of this hour writes of schedules. */
  async function toldAt(hours: number, hasDigests: boolean) {
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
    await watchHandler({ db: atHour(hours), hasDigests })({ id: 'event' }, lambdaContext())
    const line = JSON.parse(String(write.mock.calls.at(-1)?.[0]))
    write.mockRestore()
    return { check: line.HoursSinceCheck, digest: line.HoursSinceDigest, broken: line.BrokenInvariants }
  }
  const atHour = (hours: number) => ({ ...db, clock: () => START + hours * HOUR_MS })
  const clear = () => Promise.all(['check', 'watch-ran', 'notary-ran'].map((name) => remove(roundKey(name))))
  const remove = (Key: object) => db.client.send(new DeleteCommand({ TableName: db.tableName, Key }))

  test('is told by the hours since it ran, from when it was awaited first', async () => {
    await clear()
    expect(await toldAt(0, true)).toEqual({ check: 0, digest: 0 })
    expect(await toldAt(3, true)).toEqual({ check: 3, digest: 3 })
    expect(await toldAt(3, false)).toEqual({ check: 3 })
    await notaryHandler({ db: atHour(1), store: emptyStore })({ id: 'event' }, lambdaContext())
    expect(await toldAt(6.5, true)).toEqual({ check: 6, digest: 5 })
  })

  test('so is the watch itself, which each minute is asked for, and what is broken is told again', async () => {
    await clear()
    expect(await hoursSinceRun(db, 'watch', at(0))).toBe(0)
    await putCheckMark(db, { since: at(0).toISOString(), findings: 3 })
    expect(await toldAt(30, false)).toEqual({ check: 30, broken: 3 })
    expect(await toldAt(31, false)).toEqual({ check: 31, broken: 3 })
    expect(await hoursSinceRun(db, 'watch', new Date(START + 36 * HOUR_MS))).toBe(5)
  })

  test('a notary that did not come round is missed', async () => {
    await clear()
    const late = { ...lambdaContext(), getRemainingTimeInMillis: () => 0 }
    vi.spyOn(process.stdout, 'write').mockReturnValue(true)
    await notaryHandler({ db: atHour(4), store: emptyStore })({ id: 'event' }, late).catch(() => {})
    vi.restoreAllMocks()
    expect(await itemsOf(db, 'ROUND')).not.toContainEqual(expect.objectContaining(roundKey('notary-ran')))
  })
})

const emptyStore: ObjectStore = {
  get: async () => undefined,
  putNew: async () => true,
  list: async () => [],
  listKept: async () => [],
}
