import { describe, expect, test } from 'vitest'
import { billOf, firstSyncBill } from '../../cost/bill.ts'
import { type Line, totalOf } from '../../cost/line.ts'

import { measuredOperations } from '../../cost/operations.ts'
import { DEFAULTS, type Settings, SIZES, type Size } from '../../cost/settings.ts'

const NOTHING = { roundTrips: 0, readUnits: 0, writeUnits: 0 }
/** A service of which only looking for a user takes anything. */
const measured = {
  ...{ authorize: NOTHING, page: NOTHING, create: NOTHING, change: NOTHING, getGroup: NOTHING, addMember: NOTHING },
  ...{ historyRow: NOTHING, find: { roundTrips: 4, readUnits: 3, writeUnits: 1 } },
}
const QUIET: Size = {
  users: 1,
  requestsPerDay: 1_000_000,
  integrations: 1,
  questionsPerDay: 0,
  consoleHoursPerDay: 0,
  followers: 0,
}
const bill = (size: Partial<Size> = {}, settings: Partial<Settings> = {}) =>
  billOf({ size: { ...QUIET, ...size }, settings: { ...DEFAULTS, ...settings }, measured })
const dollars = (lines: readonly Line[], service: string, what: string) =>
  lines.filter((line) => line.service === service && line.what === what).map((line) => Number(line.dollars.toFixed(2)))

describe('billOf()', () => {
  test('a million requests a day are 30 million a month at the gateway, and what each takes at table and function', () => {
    const lines = bill()
    expect(dollars(lines, 'API Gateway', 'requests')).toEqual([105])
    // 3 units of nearly all and one of each for tokens that ended, 3 a minute for lost doorbells.
    expect(dollars(lines, 'DynamoDB', 'read units')).toEqual([15.02])
    // One of nearly all, and three a minute that note a use.
    expect(dollars(lines, 'DynamoDB', 'write units')).toEqual([18.83])
    // 4 round trips of 5 ms and 11.5 ms of a processor, of which half a GB is 0.29.
    expect(dollars(lines, 'Lambda', 'functions')).toEqual([
      Number((6 + 30 * 0.5 * 13.3334 * (0.02 + (0.0115 * 1769) / 512)).toFixed(2)),
    ])
  })

  test('the authorizer is asked once a minute by each address, and each time where nothing is kept', () => {
    const asked = (seconds: number) =>
      dollars(bill({}, { authorizerCacheSeconds: seconds }), 'Lambda', 'authorizer')[0] ?? 0
    // 4 addresses, 43,200 minutes.
    expect(asked(60)).toBeCloseTo((asked(0) * 4 * 43_200) / 30_000_000, 1)
  })

  test('each service has one line of a name, those of a service stand together, and nothing is below zero', () => {
    const lines = bill(
      { consoleHoursPerDay: 3, questionsPerDay: 7, followers: 2 },
      { firewall: true, customerKey: true, domain: true },
    )
    const names = lines.map(({ service, what }) => `${service}: ${what}`)
    expect(new Set(names).size).toBe(names.length)
    const services = lines.map(({ service }) => service)
    expect(services.filter((service, i) => service !== services[i - 1])).toEqual([...new Set(services)])
    expect(lines.filter((line) => !(line.dollars >= 0))).toEqual([])
  })

  test('what is switched on has a line of its own, and what is switched off has none', () => {
    const names = (settings: Partial<Settings>) => bill({}, settings).map(({ what }) => what)
    const watched = { methodMetrics: true, metricsByIntegration: true, tracing: true }
    const more = { firewall: true, customerKey: true, domain: true, ...watched }
    expect(names(more).filter((what) => !names({}).includes(what))).toEqual([
      ...['metrics of each method', 'metrics of each integration', 'traces', 'the key', 'web ACL', 'hosted zone'],
    ])
  })

  test('a second region has every write once more, and a stack that nobody asks', () => {
    const lines = bill({}, { regions: 2 })
    const [written] = dollars(lines, 'DynamoDB', 'write units')
    expect(dollars(lines, 'DynamoDB', 'second region, written again')).toEqual([written])
    const standing = (settings: Partial<Settings>) =>
      dollars(bill({}, { regions: 2, ...settings }), 'CloudWatch', 'second region, what stands there')[0] ?? 0
    // 31 metrics of alarms and a dashboard, and whether each of both is primary.
    expect(standing({})).toBeGreaterThan(3 + 3 + 0.6)
    const ofDomain = standing({ domain: true }) - standing({})
    expect(ofDomain).toBeCloseTo(0.1, 2)
    expect(dollars(bill({}, { regions: 2, domain: true }), 'Route 53', 'second region, what stands there')).toEqual([
      0.5,
    ])
    const names = bill().map(({ what }) => what)
    expect(names.filter((what) => what.includes('region'))).toEqual([])
  })

  test('each change asks its fence by two write units', () => {
    const size = { ...SIZES.large, followers: 0 }
    const given = { size, settings: { ...DEFAULTS, regions: 2 }, measured: measuredOperations() }
    const [fence] = dollars(billOf(given), 'DynamoDB', 'second region, the fence')
    // 1,850 changes a day.
    expect(fence).toBe(Number(((1850 * 30 * 2 * 0.625) / 1_000_000).toFixed(2)))
  })

  test('an archive is counted as it is once it forgets: what comes in, and all that it keeps', () => {
    const lines = (archiveRetentionDays: number) => bill({}, { archive: true, archiveRetentionDays })
    // 30 million events of 5 KB, $0.067 each GB; an object each quarter of an hour, 2,880 of them.
    const firehose = ((30_000_000 * 5) / 1024 ** 2) * (0.029 + 0.018 + 0.02) + 2.88 * 0.005
    expect(dollars(lines(2555), 'Firehose', 'the archive')).toEqual([Number(firehose.toFixed(2))])
    const stored = (days: number) => 1_000_000 * days * 150 * (0.023 / 1024 ** 3) + 2.88 * 0.005
    for (const days of [2555, 365])
      expect(dollars(lines(days), 'S3', 'the archive')).toEqual([Number(stored(days).toFixed(2))])
  })

  test('a follower keeps a function running at all hours: 30 days of half a GB', () => {
    const waiting = dollars(bill({ followers: 1 }), 'Lambda', 'waiting for what is new')
    expect(waiting).toEqual([Number((2.592 * 0.5 * 13.3334 + 0.2592 * 0.2).toFixed(2))])
  })

  test('fewer requests than the changes of so many users are fewer changes', () => {
    const lines = bill({ users: 1_000_000, requestsPerDay: 1000 })
    expect(dollars(lines, 'API Gateway', 'requests')).toEqual([Number((0.03 * 3.5).toFixed(2))])
  })
})

test('the first sync costs in proportion to the users', () => {
  const given = { size: SIZES.small, settings: DEFAULTS, measured: measuredOperations() }
  const ten = { ...given, size: { ...SIZES.small, users: 10 * SIZES.small.users } }
  // Uses of the token are noted once a minute at most, so a little less.
  expect(totalOf(firstSyncBill(ten)) / totalOf(firstSyncBill(given))).toBeGreaterThan(9)
  expect(totalOf(firstSyncBill(ten)) / totalOf(firstSyncBill(given))).toBeLessThanOrEqual(10)
})

test('an operation that the page does not have is named', () => {
  const page = '<!-- table: operations -->\n\n| operation | 10,000 users |\n| --- | --- |\n\n<!-- end -->\n'
  expect(() => measuredOperations(page)).toThrow(
    'docs/performance.md has no figures for "authorizer, cache miss": npm run bench -- --write measures them',
  )
})
