import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { checkHandler } from '../../shared/http/check-handler.ts'
import { RESOURCE_TYPES } from '../../shared/scim/resource-types.ts'
import { ensureAccount } from '../../shared/store/accounts.ts'
import type { Db } from '../../shared/store/client.ts'
import { BEGINNING } from '../../shared/store/invariants/check.ts'
import { INVARIANTS } from '../../shared/store/invariants/violation.ts'
import { collectionKey, nameKey, roundKey } from '../../shared/store/keys.ts'
import { stateOfCheck } from '../../shared/watch/nightly.ts'
import { lambdaContext } from '../factories/api-event.ts'
import { withTable } from '../factories/engine.ts'
import { hookedDb } from '../factories/faulty-db.ts'
import { itemsOf } from '../factories/items.ts'
import { scanAll } from '../factories/scan.ts'

const db = withTable()
const NIGHT = Date.parse('2026-11-27T03:17:00.000Z')
const SINCE = '2026-11-26T03:00:00.000Z'
const HOUR_MS = 3_600_000
const lines: Record<string, unknown>[] = []

/** A run of the night, with so many milliseconds left of its time. */
async function run(at: number, { on = db, ms = 900_000 }: { on?: Db; ms?: number } = {}) {
  lines.length = 0
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    lines.push(JSON.parse(String(text)))
    return true
  })
  const context = { ...lambdaContext(), getRemainingTimeInMillis: () => ms }
  const clock = on === db ? () => at : on.clock
  await checkHandler({ db: { ...on, clock } })({ id: 'night' }, context).finally(() => write.mockRestore())
}
const logged = () =>
  lines.filter(({ message }) => message !== 'invariant').map(({ timestamp: _, service: _service, ...line }) => line)
const measured = () =>
  Object.fromEntries(
    lines.filter((line) => '_aws' in line).map(({ invariant, InvariantFindings }) => [invariant, InvariantFindings]),
  )
const none = Object.fromEntries(INVARIANTS.map((name) => [name, 0]))
const summary = (checked: number, left: number, findings: number) => ({
  ...{ level: 'INFO', requestId: 'night' },
  message: `${checked} accounts are checked, ${left} are left for the next run: ${findings} findings`,
})

const put = (Item: Record<string, unknown>) => db.client.send(new PutCommand({ TableName: db.tableName, Item }))
/** A name that nobody has. */
const givenGhost = (account: string) =>
  put({ ...nameKey(account, RESOURCE_TYPES.User, 'ghost@example.com'), id: 'gone', owner: 'HR', eventId: 'x' })

beforeEach(async () => {
  for (const { pk, sk } of await scanAll(db))
    await db.client.send(new DeleteCommand({ TableName: db.tableName, Key: { pk, sk } }))
  await put({ ...roundKey('check'), since: SINCE })
  for (const account of ['north', 'south']) await ensureAccount(db, account, new Date(NIGHT))
})
afterEach(() => vi.restoreAllMocks())

describe('the nightly check', () => {
  test('tells each invariant as a metric, also where nothing is found, and works once a day', async () => {
    await run(NIGHT)
    expect([measured(), logged()]).toEqual([none, [summary(2, 0, 0)]])
    expect(lines[0]).toMatchObject({
      _aws: { CloudWatchMetrics: [{ Namespace: 'Rolecall', Dimensions: [['service', 'invariant']] }] },
      ...{ invariant: 'object', InvariantFindings: 0 },
    })
    await run(NIGHT + HOUR_MS)
    expect([measured(), logged()]).toEqual([{}, [summary(0, 0, 0)]])
    await run(NIGHT + 24 * HOUR_MS)
    expect(logged()).toEqual([summary(2, 0, 0)])
  })

  test('names a finding by its item, and nobody by name', async () => {
    await givenGhost('north')
    await run(NIGHT)
    expect([measured(), logged()]).toEqual([
      { ...none, name: 1 },
      [
        {
          level: 'ERROR',
          message: 'An invariant is broken',
          requestId: 'night',
          account: 'north',
          invariant: 'name',
          finding: 'USER gone',
        },
        summary(2, 0, 1),
      ],
    ])
    expect(JSON.stringify(lines)).not.toContain('ghost')
  })

  test('leaves a mark where it is cut off, and the next run goes on there', async () => {
    // Each call to the table takes a second, of which a run has enough for an account.
    let now = NIGHT
    const pass = () => {
      now += 1000
    }
    const slow = { ...hookedDb(db, pass), clock: () => now }
    await run(NIGHT, { on: slow, ms: 25_000 })
    expect(logged()).toEqual([summary(1, 1, 0)])
    const [mark] = await itemsOf(db, 'ROUND')
    const place = JSON.stringify({ part: 0, checked: 0, direct: 0, counted: {}, print: '', isRecount: false })
    expect(mark).toEqual({ ...roundKey('check'), since: SINCE, found: 0, next: { account: 'south', place } })
    await run(NIGHT + HOUR_MS)
    expect(logged()).toEqual([summary(1, 0, 0)])
  })

  test('goes on within an account', async () => {
    await givenGhost('north')
    await put({ pk: collectionKey('north', RESOURCE_TYPES.User), sk: 'poisoned' })
    const place = JSON.stringify({ ...BEGINNING, part: 2 })
    await put({ ...roundKey('check'), since: SINCE, next: { account: 'north', place } })
    await run(NIGHT)
    expect(logged().map(({ finding }) => finding)).toEqual(['USER gone', undefined])
  })

  test('goes on with the others where an account cannot be checked, fails, and is no whole one', async () => {
    const failing = hookedDb(db, (command, input) => {
      if (command.startsWith('Query') && JSON.stringify(input).includes('A#north#USER')) throw new Error('not now')
    })
    await expect(run(NIGHT, { on: { ...failing, clock: () => NIGHT } })).rejects.toThrow(
      '1 accounts could not be checked',
    )
    expect(logged()).toEqual([expect.objectContaining({ level: 'ERROR' }), summary(1, 0, 0)])
    const [mark] = await itemsOf(db, 'ROUND')
    expect(mark).toEqual({ ...roundKey('check'), since: SINCE, found: 0 })
  })
})

describe('what is broken is known between the nights', () => {
  const broken = async () => (await stateOfCheck(db, new Date(NIGHT))).broken

  test('until a whole check finds nothing', async () => {
    await givenGhost('north')
    await run(NIGHT)
    expect(await broken()).toBe(1)
    await run(NIGHT + HOUR_MS)
    expect(await broken()).toBe(1)
    const { pk, sk } = nameKey('north', RESOURCE_TYPES.User, 'ghost@example.com')
    await db.client.send(new DeleteCommand({ TableName: db.tableName, Key: { pk, sk } }))
    await run(NIGHT + 24 * HOUR_MS)
    expect(await broken()).toBe(0)
  })

  test('where a night is cut off, or an account cannot be checked, what it found counts and what it did not is left', async () => {
    const mark = { ...roundKey('check'), since: SINCE, findings: 2 }
    const next = { account: 'south', place: JSON.stringify({ ...BEGINNING, part: 2 }) }
    await put({ ...mark, found: 3, next })
    expect(await broken()).toBe(3)
    await givenGhost('south')
    await run(NIGHT)
    expect(await broken()).toBe(4)
    const failing = hookedDb(db, (command) => {
      if (command.startsWith('Query')) throw new Error('not now')
    })
    await put(mark)
    await run(NIGHT, { on: { ...failing, clock: () => NIGHT } }).catch(() => {})
    expect(await broken()).toBe(2)
  })
})

test('how long ago it came to its end is told in hours, or since it was awaited first', async () => {
  expect(await stateOfCheck(db, new Date(NIGHT))).toEqual({ hoursSince: 24, broken: 0 })
  await run(NIGHT)
  expect(await stateOfCheck(db, new Date(NIGHT + 2.5 * HOUR_MS))).toEqual({ hoursSince: 2, broken: 0 })
})
