import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { logRefusal } from '../../../shared/http/refusal-line.ts'
import { newTally } from '../../../shared/store/tally.ts'
import { apiEvent } from '../../factories/api-event.ts'

const AT = new Date('2026-08-31T10:00:00.000Z')
const lines: string[] = []

beforeEach(() => {
  vi.resetModules()
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => lines.push(String(text)) > 0)
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  lines.length = 0
})

/** The writers of a process with these settings, which are read once. */
async function withSettings(settings: Record<string, string>) {
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value)
  const { log } = await import('../../../shared/http/log.ts')
  return { log, ...(await import('../../../shared/http/request-line.ts')) }
}
const written = () => lines.splice(0).map((line) => JSON.parse(line))

/** The line of a request, with all that may stand in it. */
const ended = () => {
  const calls = [
    { command: 'Query', units: 1.5, ms: 4 },
    { command: 'TransactWriteItems', units: 8, ms: 9 },
  ]
  const tally = { ...newTally(), calls, conflicts: 2 }
  return { status: 200, durationMs: 47, account: 'acme', integration: 'OKTA', tally }
}
const event = apiEvent({ method: 'PATCH', resource: '/scim/v2/Users/{id}' })
const count = (Name: string) => [{ Name, Unit: 'Count' }]

describe('the line of a request', () => {
  test('is its metric: whose it is stands in it, and is none of the dimensions', async () => {
    const { logRequest } = await withSettings({ DEPLOYMENT: 'blue' })
    vi.setSystemTime(AT)
    logRequest(event, ended())
    vi.useRealTimers()
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(/^\{.*\}\n$/)
    expect(written()).toEqual([
      {
        ...{ level: 'INFO', timestamp: '2026-08-31T10:00:00.000Z', service: 'blue', message: 'request' },
        ...{ requestId: event.requestContext.requestId, method: 'PATCH', route: '/scim/v2/Users/{id}' },
        ...{ status: 200, outcome: 'ok', durationMs: 47, account: 'acme', integration: 'OKTA' },
        ...{ calls: 2, Requests: 1, ReadUnits: 1.5, WriteUnits: 8, Conflicts: 2 },
        _aws: {
          Timestamp: AT.getTime(),
          CloudWatchMetrics: [
            { Namespace: 'Rolecall', Dimensions: [['service', 'outcome']], Metrics: count('Requests') },
            { Namespace: 'Rolecall', Dimensions: [['service']], Metrics: count('Conflicts') },
          ],
        },
      },
    ])
  })

  test('has metrics of the integration where the deployment pays for them', async () => {
    const { logRequest } = await withSettings({ METRICS_BY_INTEGRATION: 'on' })
    logRequest(event, ended())
    const integration = ['service', 'account', 'integration']
    expect(written()[0]._aws.CloudWatchMetrics).toEqual([
      { Namespace: 'Rolecall', Dimensions: [['service', 'outcome'], integration], Metrics: count('Requests') },
      { Namespace: 'Rolecall', Dimensions: [integration], Metrics: count('ReadUnits') },
      { Namespace: 'Rolecall', Dimensions: [integration], Metrics: count('WriteUnits') },
      { Namespace: 'Rolecall', Dimensions: [['service']], Metrics: count('Conflicts') },
    ])
    logRequest(event, { status: 200, durationMs: 1, account: 'acme' })
    expect(written()[0]._aws.CloudWatchMetrics).toEqual([
      { Namespace: 'Rolecall', Dimensions: [['service', 'outcome']], Metrics: count('Requests') },
    ])
  })

  test.each([
    [200, 'ok'],
    [204, 'ok'],
    [304, 'ok'],
    [400, 'refused'],
    [404, 'refused'],
    [409, 'conflict'],
    [412, 'conflict'],
    [429, 'throttled'],
    [500, 'failed'],
    [503, 'failed'],
  ])('says of %s that it is %s', async (status, outcome) => {
    const { logRequest } = await withSettings({})
    logRequest(event, { status, durationMs: 1 })
    expect(written()).toMatchObject([{ status, outcome }])
  })

  test('shows each call of the table at DEBUG', async () => {
    const { logRequest } = await withSettings({ LOG_LEVEL: 'DEBUG' })
    logRequest(event, ended())
    expect(written()[0].tableCalls).toEqual([
      ['Query', 1.5, 4],
      ['TransactWriteItems', 8, 9],
    ])
  })
})

test.each([
  ['DEBUG', ['DEBUG', 'INFO', 'WARN', 'ERROR']],
  ['INFO', ['INFO', 'WARN', 'ERROR']],
  ['', ['INFO', 'WARN', 'ERROR']],
  ['LOUD', ['INFO', 'WARN', 'ERROR']],
  ['WARN', ['WARN', 'ERROR']],
  ['ERROR', ['ERROR']],
])('LOG_LEVEL %s writes lines of %j', async (level, expected) => {
  const { log } = await withSettings({ LOG_LEVEL: level })
  for (const one of ['DEBUG', 'INFO', 'WARN', 'ERROR'] as const) log(one, 'x', {})
  expect(written().map((line) => line.level)).toEqual(expected)
})

test('a line with figures is written at every level, since it is the metric', async () => {
  const { log } = await withSettings({ LOG_LEVEL: 'ERROR' })
  log('INFO', 'integration', { account: 'acme', integration: 'OKTA' }, { DaysToTokenExpiry: 29 }, AT)
  expect(written()).toEqual([
    {
      ...{ level: 'INFO', timestamp: AT.toISOString(), service: 'rolecall', message: 'integration' },
      ...{ account: 'acme', integration: 'OKTA', DaysToTokenExpiry: 29 },
      _aws: {
        Timestamp: AT.getTime(),
        CloudWatchMetrics: [{ Namespace: 'Rolecall', Dimensions: [['service']], Metrics: count('DaysToTokenExpiry') }],
      },
    },
  ])
})

test('a refused token is counted under its reason, and one that a policy only observes is not', () => {
  const [requestId] = [event.requestContext.requestId]
  logRefusal(event, 'expired', { account: 'acme', integration: 'OKTA' })
  logRefusal(event, 'unknown')
  logRefusal(event, 'observed', { account: 'acme' })
  const [expired, unknown, observed] = written()
  const Dimensions = [['service'], ['service', 'reason']]
  expect([expired, unknown]).toMatchObject([
    {
      ...{ message: 'token refused', requestId, reason: 'expired', account: 'acme', integration: 'OKTA' },
      ...{ RefusedTokens: 1, _aws: { CloudWatchMetrics: [{ Dimensions, Metrics: count('RefusedTokens') }] } },
    },
    { message: 'token refused', requestId, reason: 'unknown', RefusedTokens: 1 },
  ])
  const { timestamp: _, ...rest } = observed
  expect(rest).toEqual({
    ...{ level: 'INFO', service: 'rolecall', message: 'token let in', requestId, reason: 'observed', account: 'acme' },
  })
})
