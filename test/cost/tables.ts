import type { Tables } from '../bench/report.ts'
import { toMarkdown } from '../bench/table.ts'
import { HABITS, MONTH_DAYS } from './assumptions.ts'
import { billOf, firstSyncBill } from './bill.ts'
import { type Line, totalOf } from './line.ts'
import { measuredOperations } from './operations.ts'
import { LIST_PRICES, PRICES } from './prices.ts'
import { DEFAULTS, type Settings, SIZES, type Size } from './settings.ts'
import { looksPerDay, monthOf } from './traffic.ts'
import type { Given } from './usage.ts'

const measured = measuredOperations()
const sizes: [name: string, size: Size][] = Object.entries(SIZES)
const HEAD = sizes.map(([name]) => name)

/** The tables of docs/cost.md. */
export const costTables = (): Tables => ({
  sizes: sizesTable(),
  month: monthTable(),
  largest: largestTable(),
  settings: settingsTable(),
  prices: pricesTable(),
})

const given = (size: Size, settings: Settings = DEFAULTS): Given => ({ size, settings, measured })
const perSize = (of: (size: Size) => string) => sizes.map(([, size]) => of(size))
const count = (value: number) => value.toLocaleString('en', { maximumFractionDigits: 1 })
export const inDollars = (value: number) => value.toFixed(2)

function sizesTable(): string {
  const rows: [string, (size: Size) => string][] = [
    ['users', ({ users }) => count(users)],
    [`memberships, ${HABITS.groupsOfUser} a user`, ({ users }) => count(users * HABITS.groupsOfUser)],
    ['requests of the identity provider, a day', ({ requestsPerDay }) => count(requestsPerDay)],
    ['of these, changes', (size) => count(changesPerDay(size))],
    ['each user is looked for, times a day', (size) => count(looksPerDay(size))],
    ['pages of the event history, a day', ({ questionsPerDay }) => count(questionsPerDay)],
    ['a console stands open, hours a day', ({ consoleHoursPerDay }) => count(consoleHoursPerDay)],
  ]
  return toMarkdown(
    ['', ...HEAD],
    rows.map(([what, of]) => [what, ...perSize(of)]),
  )
}

const changesPerDay = (size: Size) =>
  monthOf(size).reduce((sum, { route, count: calls }) => (route.startsWith('GET ') ? sum : sum + calls), 0) / MONTH_DAYS

function monthTable(): string {
  const bills = sizes.map(([, size]) => billOf(given(size)))
  const rows = (bills[0] ?? []).map(({ service, what }, i) => [
    service,
    what,
    ...bills.map((bill) => dollarsAt(bill, i)),
  ])
  return toMarkdown(
    ['service', 'what', ...HEAD],
    [
      ...rows,
      ['', '**a month**', ...bills.map((bill) => `**${inDollars(totalOf(bill))}**`)],
      [
        '',
        'a thousand users and month',
        ...perSize((size) => inDollars((totalOf(billOf(given(size))) / size.users) * 1000)),
      ],
      ['', 'the first sync, once', ...perSize((size) => inDollars(totalOf(firstSyncBill(given(size)))))],
    ],
  )
}

const dollarsAt = (bill: readonly Line[], i: number) => inDollars(bill[i]?.dollars ?? 0)

/** The four largest lines of each bill. */
function largestTable(): string {
  const rows = sizes.map(([name, size]) => {
    const bill = billOf(given(size))
    const most = bill.toSorted((a, b) => b.dollars - a.dollars).slice(0, 4)
    return [name, ...most.map((line) => `${line.service}, ${line.what}: ${percent(line.dollars, totalOf(bill))}`)]
  })
  return toMarkdown(['', 'first', 'second', 'third', 'fourth'], rows)
}

const percent = (part: number, whole: number) => `${Math.round((part / whole) * 100)} %`

interface Change {
  what: string
  settings?: Partial<Settings>
  size?: (size: Size) => Partial<Size>
}

const CHANGES: readonly Change[] = [
  { what: 'a web ACL before the API (two rules)', settings: { firewall: true } },
  {
    what: 'and ranges of both kinds of address that alone may call (two rules more)',
    settings: { firewall: true, allowedRangeKinds: 2 },
  },
  { what: "a key of your own for the table's data", settings: { customerKey: true } },
  { what: 'a domain of your own, with a hosted zone', settings: { domain: true } },
  { what: 'a second region that takes over', settings: { regions: 2 } },
  {
    what: 'and a domain of your own that goes from one to the other',
    settings: { regions: 2, domain: true },
  },
  {
    what: `an archive in S3, once it keeps all its ${DEFAULTS.archiveRetentionDays.toLocaleString('en')} days`,
    settings: { archive: true },
  },
  { what: 'change events on EventBridge', settings: { changeEvents: true } },
  { what: 'no digests', settings: { auditDigests: false } },
  { what: 'events kept for a year, not 90 days', settings: { eventRetentionDays: 365 } },
  { what: 'log lines kept for a year, not 90 days', settings: { logRetentionDays: 365 } },
  { what: 'the authorizer asked each time', settings: { authorizerCacheSeconds: 0 } },
  { what: 'functions of 1,024 MB, not 512', settings: { memoryMb: 1024 } },
  { what: 'alarms that somebody is told of', settings: { alarmsTold: true } },
  { what: 'metrics of each integration', settings: { metricsByIntegration: true } },
  { what: "the gateway's metrics of each method", settings: { methodMetrics: true } },
  { what: 'tracing', settings: { tracing: true } },
  {
    what: 'a second integration that sends as much',
    size: ({ integrations, requestsPerDay }) => ({
      integrations: integrations + 1,
      requestsPerDay: 2 * requestsPerDay,
    }),
  },
  {
    what: 'everybody looked for in each cycle of 40 minutes',
    size: ({ users, requestsPerDay }) => ({ requestsPerDay: requestsPerDay + HABITS.cyclesPerDay * users }),
  },
  {
    what: 'an application that follows the changes day and night',
    size: ({ followers }) => ({ followers: followers + 1 }),
  },
  {
    what: 'a console that stands open eight hours a day more',
    size: (size) => ({ consoleHoursPerDay: size.consoleHoursPerDay + 8 }),
  },
]

function settingsTable(): string {
  const added =
    ({ settings, size: change }: Change) =>
    (size: Size) => {
      const after = billOf(given({ ...size, ...change?.(size) }, { ...DEFAULTS, ...settings }))
      return signed(totalOf(after) - totalOf(billOf(given(size))))
    }
  return toMarkdown(
    ['what is set otherwise', ...HEAD],
    CHANGES.map((change) => [change.what, ...perSize(added(change))]),
  )
}

/** `+8.20`, `-3.74` */
const signed = (value: number) => (value < 0 ? '' : '+') + inDollars(value)

function pricesTable(): string {
  const rows = Object.values(PRICES).map(({ service, unit, dollars, per }) => [service, unit, count(per), `${dollars}`])
  return toMarkdown(['service', `unit, ${LIST_PRICES.region}, ${LIST_PRICES.asOf}`, 'for', '$'], rows)
}
