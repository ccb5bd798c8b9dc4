import { describe, expect, test } from 'vitest'
import type { RestEvent } from '../../../shared/audit/rest-event.ts'
import type { HealthFacts, IntegrationFacts, TokenFacts } from '../../../shared/watch/health/facts.ts'
import { judgeHealth } from '../../../shared/watch/health/judge.ts'
import { anEvent } from '../../factories/events.ts'

const NOW = Date.parse('2026-08-31T10:30:00.000Z')
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const ago = (ms: number) => new Date(NOW - ms)
const isoAgo = (ms: number) => ago(ms).toISOString()

const facts = (given: Partial<HealthFacts> = {}): HealthFacts => ({
  account: 'default',
  ...{ now: NOW, integrations: [], work: [], history: { since: NOW - DAY_MS, events: [] } },
  ...given,
})
const integration = (given: Partial<IntegrationFacts> = {}): IntegrationFacts => ({
  ...{ name: 'OKTA', enabled: true, hasClient: false, silentAfterDays: 7, silence: undefined, tokens: [] },
  brake: undefined,
  ...given,
})
const token = (days: number, given: Partial<TokenFacts> = {}): TokenFacts => ({
  ...{ tokenId: `t${days}`, name: `n${days}`, createdAt: NOW - 150 * DAY_MS, expiresAt: NOW + days * DAY_MS },
  ...{ isEnded: false, rotatedTo: undefined, isUsed: true },
  ...given,
})
const judge = (given: Partial<IntegrationFacts>) => judgeHealth(facts({ integrations: [integration(given)] }))
const judgeEvents = (...events: RestEvent[]) =>
  judgeHealth(facts({ integrations: [integration()], history: { since: NOW - DAY_MS, events } }))

test('all is well: nothing is found', () => {
  expect(judgeHealth(facts({ integrations: [integration({ tokens: [token(31)] })] }))).toEqual([])
})

test('problems come first, and of each what lasts longest', () => {
  const found = judgeHealth(
    facts({
      integrations: [
        integration({ silence: { since: NOW - 9 * DAY_MS, wasHeard: true }, tokens: [token(3), token(20)] }),
        integration({ name: 'HR', silence: { since: NOW - 20 * DAY_MS, wasHeard: true } }),
      ],
      work: [{ kind: 'GROUP', since: NOW - 11 * MINUTE_MS }],
    }),
  )
  expect(found.map(({ kind, severity, integration: name }) => [kind, severity, name])).toEqual([
    ['unfinished-work', 'problem', undefined],
    ['silent', 'attention', 'HR'],
    ['silent', 'attention', 'OKTA'],
    ['token-ends', 'attention', 'OKTA'],
  ])
})

describe('unfinished work', () => {
  test.each([
    ['younger than two minutes is none', [{ kind: 'GROUP' as const, since: NOW - MINUTE_MS }], []],
    [
      'is told after two minutes',
      [
        { kind: 'GROUP' as const, since: NOW - 3 * MINUTE_MS },
        { kind: 'USER' as const, since: NOW - 4 * MINUTE_MS },
        { kind: 'USER' as const, since: NOW + MINUTE_MS },
      ],
      [
        {
          ...{ kind: 'unfinished-work', severity: 'attention', since: isoAgo(4 * MINUTE_MS), count: 2 },
          message: `Changes of 1 role and 1 deleted user wait to be applied since ${isoAgo(4 * MINUTE_MS)}; they are shown to readers all the same`,
          command: 'rolecall health',
        },
      ],
    ],
    [
      'is a problem after ten',
      [{ kind: 'GROUP' as const, since: NOW - 10 * MINUTE_MS }],
      [expect.objectContaining({ severity: 'problem', count: 1 })],
    ],
  ])('%s', (_what, work, expected) => {
    expect(judgeHealth(facts({ work }))).toEqual(expected)
  })
})

describe('tokens', () => {
  test.each<[string, TokenFacts[], unknown[]]>([
    [
      'one that ends within 30 days is told of, with the command that rotates it',
      [token(20)],
      [
        {
          ...{ kind: 'token-ends', severity: 'attention', integration: 'OKTA' },
          message: `Token "n20" of OKTA ends in 20 days, at ${isoAgo(-20 * DAY_MS)}, and no newer one is in use`,
          command: 'rolecall token rotate t20',
        },
      ],
    ],
    ['within 7 days it is a problem', [token(6)], [expect.objectContaining({ severity: 'problem' })]],
    ['at 7 days it is not yet', [token(7)], [expect.objectContaining({ severity: 'attention' })]],
    ['behind 30 days it is nothing', [token(30.01)], []],
    ['nothing where a newer one is in use', [token(3), token(150)], []],
    [
      'where the newer one is not in use it is told of, and the list shows it',
      [token(0.5, { rotatedTo: 't150' }), token(150, { isUsed: false })],
      [
        {
          ...{ kind: 'token-ends', severity: 'problem', integration: 'OKTA' },
          message: `Token "n0.5" of OKTA ends within a day, at ${isoAgo(-0.5 * DAY_MS)}, and the one that replaces it is not in use`,
          command: 'rolecall token list OKTA',
        },
      ],
    ],
    [
      'an ended one replaces none',
      [token(3), token(150, { isEnded: true })],
      [expect.objectContaining({ kind: 'token-ends' })],
    ],
    ['one that was made for less ends on purpose', [token(1, { createdAt: NOW - DAY_MS })], []],
    [
      'an integration whose last one ended',
      [token(-9), token(-2)],
      [
        {
          ...{ kind: 'no-token', severity: 'problem', integration: 'OKTA', since: isoAgo(2 * DAY_MS) },
          message: `OKTA has no token that works: the last one, "n-2", ended at ${isoAgo(2 * DAY_MS)}`,
          command: 'rolecall token issue OKTA',
        },
      ],
    ],
    ['revoked ones were ended on purpose', [token(100, { isEnded: true })], []],
    ['none was made yet', [], []],
  ])('%s', (_what, tokens, expected) => {
    expect(judge({ tokens })).toEqual(expected)
  })

  test('a disabled integration needs none, nor one with an OAuth client', () => {
    expect(judge({ tokens: [token(-1), token(3)], enabled: false })).toEqual([])
    expect(judge({ tokens: [token(-1)], hasClient: true })).toEqual([])
  })
})

describe('silence', () => {
  const since = NOW - 7 * DAY_MS
  test.each<[string, Partial<IntegrationFacts>, unknown[]]>([
    [
      'of as many days as the integration says',
      { silence: { since, wasHeard: true } },
      [
        {
          ...{ kind: 'silent', severity: 'attention', integration: 'OKTA', since: new Date(since).toISOString() },
          message: 'Nothing came from OKTA for 7 days: people sign in on, while nothing is provisioned',
          command: 'rolecall check OKTA',
        },
      ],
    ],
    [
      'of one that was never heard',
      { silence: { since, wasHeard: false } },
      [expect.objectContaining({ message: expect.stringMatching(/^Nothing has come yet from OKTA for 7 days/) })],
    ],
    ['of less', { silence: { since: since + 1, wasHeard: true } }, []],
    ['of one that is never silent', { silence: { since, wasHeard: true }, silentAfterDays: 0 }, []],
    ['of a disabled one', { silence: { since, wasHeard: true }, enabled: false }, []],
  ])('%s', (_what, given, expected) => {
    expect(judge(given)).toEqual(expected)
  })
})

describe('brakes', () => {
  const since = Date.parse('2026-08-31T10:00:00.000Z')
  const did = (count: number) =>
    `OKTA has deactivated, deleted or taken out of roles ${count} objects since 2026-08-31T10:00:00.000Z`
  const look = 'rolecall event-history --integration OKTA --last 1h --details'
  test.each<[string, IntegrationFacts['brake'], unknown[]]>([
    ['far from the limit', { mode: 'stop', limit: 25, counted: 19, since }, []],
    ['a limit of nothing and nothing done', { mode: 'stop', limit: 0, counted: 0, since }, []],
    [
      'close to it',
      { mode: 'stop', limit: 25, counted: 20, since },
      [['attention', 20, `${did(20)}, and may do 5 more this hour`, look]],
    ],
    [
      'reached, and only warning',
      { mode: 'warn', limit: 25, counted: 40, since },
      [['attention', 40, `${did(40)}; its limit is 25 an hour: its brake only warns`, look]],
    ],
    [
      'reached, and stopping',
      { mode: 'stop', limit: 25, counted: 25, since },
      [
        [
          ...['problem', 25, `${did(25)}; its limit is 25 an hour: more is refused until the hour ends`],
          'rolecall integration release OKTA --for 1h',
        ],
      ],
    ],
  ])('%s', (_what, brake, expected) => {
    const found = judge({ brake })
    expect(found.map(({ severity, count, message, command }) => [severity, count, message, command])).toEqual(expected)
  })
})

describe('callers that are turned away', () => {
  const row = (detail: string, given: Partial<RestEvent> = {}) =>
    anEvent(ago(60 * MINUTE_MS), {
      ...{ method: 'ANY', endpoint: 'scim/v2', status: 401, count: 3, clientIp: '198.51.100.0/24' },
      ...{ actorName: 'unknown', actorDomain: 'unknown' },
      detail: `Callers refused in this minute and address block: ${detail}`,
      ...given,
    })
  const since = isoAgo(60 * MINUTE_MS)
  const seen = '(first seen: token t1 of integration OKTA, ended at 2026-08-01T00:00:00.000Z)'

  test.each<[string, RestEvent[], unknown]>([
    [
      'by what is no token of ours, together',
      [row('no such token'), row('no such token', { count: 4 })],
      {
        ...{ kind: 'refused-tokens', severity: 'attention', since, count: 7 },
        message: `7 requests refused since ${since}, the first from 198.51.100.0/24: no such token`,
        command: 'rolecall event-history --integration UNKNOWN --last 24h --details',
      },
    ],
    [
      'for a token that has expired',
      [row(`the token has expired ${seen}`)],
      {
        ...{ kind: 'expired-token', severity: 'problem', since, count: 3, integration: 'OKTA' },
        message: `OKTA is called with a token that has expired: 3 requests refused since ${since}`,
        command: 'rolecall token issue OKTA',
      },
    ],
    [
      'since their integration is disabled',
      [row('the integration is disabled (first seen: token t1 of integration OKTA)', { status: 403 })],
      {
        ...{ kind: 'disabled-called', severity: 'attention', since, count: 3, integration: 'OKTA' },
        message: `OKTA is disabled and still called: 3 requests refused since ${since}`,
        command: 'rolecall integration alter OKTA --enabled true',
      },
    ],
    [
      'by a network policy',
      [
        row('the network policy "OFFICE" does not allow the address', {
          ...{ status: 403, resourceDomain: 'NETWORK_POLICY', resourceName: 'OFFICE' },
        }),
      ],
      {
        ...{ kind: 'address-refused', severity: 'attention', since, count: 3 },
        message: `Network policy OFFICE refused 3 requests since ${since}, the first from 198.51.100.0/24`,
        command: 'rolecall network-policy describe OFFICE',
      },
    ],
  ])('%s', (_what, events, expected) => {
    expect(judgeEvents(...events)).toEqual([expected])
  })

  test('whom a policy only observes is no finding', () => {
    expect(
      judgeEvents(row('the network policy does not allow the address, but only observes', { status: 200 })),
    ).toEqual([])
  })
})

describe('requests that were refused or failed', () => {
  const at = (minutes: number, status: number, given: Partial<RestEvent> = {}) =>
    anEvent(ago(minutes * MINUTE_MS), { status, actorDomain: 'OKTA', detail: 'why', ...given })

  test('are told by integration and status, with the latest reason and what mends it', () => {
    const found = judgeEvents(
      at(9, 409),
      at(8, 200),
      at(7, 409, { resourceName: 'ada', advice: 'rolecall ownership transfer --user ada --to OKTA' }),
      at(6, 409, { actorDomain: 'HR' }),
      at(5, 503),
      at(4, 429),
      at(3, 412),
      at(2, 403),
      at(1, 404),
      at(1, 400),
    )
    const more = (statuses: string, name = 'OKTA') =>
      `rolecall event-history --integration ${name} --status ${statuses} --last 24h --details`
    const since = (minutes: number) => isoAgo(minutes * MINUTE_MS)
    const latest = 'the latest about scim/v2/Users: why'
    expect(
      found.map(({ kind, severity, count, message, command }) => [kind, severity, count, message, command]),
    ).toEqual([
      ['failed', 'problem', 1, `1 request of OKTA failed since ${since(5)}, ${latest}`, more('5xx')],
      [
        ...['conflicts', 'attention', 2],
        `2 requests of OKTA in conflict with what is here since ${since(9)}, the latest about ada: why`,
        'rolecall ownership transfer --user ada --to OKTA',
      ],
      [
        'conflicts',
        'attention',
        1,
        `1 request of HR in conflict with what is here since ${since(6)}, ${latest}`,
        more('409', 'HR'),
      ],
      ['busy', 'attention', 1, `1 request of OKTA told to come again later since ${since(4)}, ${latest}`, more('429')],
      [
        'conflicts',
        'attention',
        1,
        `1 request of OKTA overtaken by another change since ${since(3)}, ${latest}`,
        more('412'),
      ],
      ['denied', 'attention', 1, `1 request of OKTA not allowed since ${since(2)}, ${latest}`, more('403')],
    ])
  })

  test('by administrators are theirs to see; what they changed by hand is told', () => {
    const byHand = (minutes: number, given: Partial<RestEvent>) =>
      at(minutes, 200, {
        type: 'ADMIN',
        method: 'PATCH',
        endpoint: 'admin/users/u1',
        actorDomain: 'IAM',
        changes: [],
        ...given,
      })
    const found = judgeEvents(
      byHand(5, { resourceId: 'u1' }),
      byHand(4, { resourceId: 'u1' }),
      byHand(3, { resourceId: 'g1', endpoint: 'admin/roles/g1', method: 'DELETE' }),
      byHand(2, { resourceId: 'u2', endpoint: 'admin/users', method: 'POST' }),
      byHand(1, { endpoint: 'admin/integrations/X' }),
      at(1, 409, { type: 'ADMIN' }),
    )
    expect(found).toEqual([
      {
        ...{ kind: 'changed-by-hand', severity: 'attention', since: isoAgo(5 * MINUTE_MS), count: 2 },
        message: `2 objects changed by hand since ${isoAgo(5 * MINUTE_MS)}: what an identity provider owns, it may set back with its next write`,
        command: 'rolecall event-history --integration IAM --last 24h --details',
      },
    ])
  })
})
