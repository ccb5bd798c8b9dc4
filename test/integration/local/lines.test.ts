import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ENV } from '../../../shared/config.ts'
import { newUser } from '../../factories/scim-api.ts'
import { withSystem } from '../../factories/system.ts'
import { client } from '../../rfc/client.ts'

const system = withSystem({ env: { [ENV.requestLog]: 'on' } })
const lines: string[] = []

beforeEach(() => {
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => lines.push(String(text)) > 0)
})
afterEach(() => {
  vi.restoreAllMocks()
  lines.length = 0
})

/** The lines of a message, without what differs each time. */
const linesOf = (message: string) =>
  lines
    .map((line) => JSON.parse(line))
    .filter((line) => line.message === message)
    .map(({ timestamp, durationMs, requestId, _aws, ...line }) => {
      expect([timestamp, requestId]).toEqual([expect.stringMatching(/^\d{4}-.*Z$/), expect.stringMatching(/./)])
      // CloudWatch drops a metric where the line lacks a value or a dimension that it is told to take from it.
      for (const { Dimensions, Metrics } of _aws.CloudWatchMetrics)
        for (const name of [Dimensions.flat(), Metrics.map(({ Name }: { Name: string }) => Name)].flat())
          expect(line).toHaveProperty([name])
      return line
    })

const REQUEST = { level: 'INFO', service: 'rolecall', message: 'request', Requests: 1 }
const OURS = { ...REQUEST, account: 'default', integration: 'GENERIC_PROVISIONING' }

describe('through the gateway each request leaves one line', () => {
  test('with what became of it, and what it took of the table', async () => {
    const { request } = client(system)
    const { body: user } = await request('POST', '/Users', newUser('ada'))
    await request('GET', `/Users/${user.id}`)
    await request('POST', '/Users', newUser('ada'))
    await request('GET', '/Users/nobody')
    await request('GET', '/Schemas')
    const units = { calls: expect.any(Number), ReadUnits: expect.any(Number), WriteUnits: expect.any(Number) }
    const [create, get, again, missing, schemas] = linesOf('request')
    const users = { ...OURS, ...units, route: '/scim/v2/Users' }
    expect([create, get, again, missing, schemas]).toEqual([
      { ...users, method: 'POST', status: 201, outcome: 'ok' },
      { ...users, method: 'GET', route: '/scim/v2/Users/{id}', status: 200, outcome: 'ok' },
      { ...users, method: 'POST', status: 409, outcome: 'conflict', Conflicts: 1 },
      { ...users, method: 'GET', route: '/scim/v2/Users/{id}', status: 404, outcome: 'refused' },
      // It speaks to the table without the SDK, and never reads.
      { ...OURS, method: 'GET', route: '/scim/v2/Schemas', status: 200, outcome: 'ok' },
    ])
    expect(lines.join()).not.toContain('ada')
  })

  test('also where clients of OAuth 2.0 get their tokens, and are kept out', async () => {
    const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'x', client_secret: 'nonsense' })
    await fetch(`${system.adminUrl}/oauth2/token`, { method: 'POST', body })
    const refused = { level: 'INFO', service: 'rolecall', message: 'token refused', reason: 'client', RefusedTokens: 1 }
    expect([linesOf('request'), linesOf('token refused')]).toMatchObject([
      [{ ...REQUEST, method: 'POST', route: '/oauth2/token', status: 401, outcome: 'refused' }],
      [refused],
    ])
    expect(lines.join()).not.toContain('nonsense')
  })

  test('and whoever is kept out one of his own, which says why', async () => {
    await client(system).request('GET', '/Users', undefined, { authorization: 'Bearer nonsense' })
    expect([linesOf('request'), linesOf('token refused')]).toEqual([
      [],
      [{ level: 'INFO', service: 'rolecall', message: 'token refused', reason: 'malformed', RefusedTokens: 1 }],
    ])
  })
})
