import { expect, test } from 'vitest'
import { clientKeyOf } from '../../../shared/auth/client-key.ts'
import { CLIENT_REQUESTS_PER_SECOND } from '../../../shared/http/time-limits.ts'
import { createIntegration } from '../../../shared/resources/integrations.ts'
import { issueToken } from '../../../shared/resources/tokens.ts'
import { adminContext } from '../../factories/admin.ts'
import { newUser } from '../../factories/scim-api.ts'
import { withSystem } from '../../factories/system.ts'
import { tryThrottle } from '../../smoke/throttle.ts'

let clock = Date.now()
const system = withSystem({ now: () => clock, throttled: true })
const BURST = 2 * CLIENT_REQUESTS_PER_SECOND

/** A client, of an integration with a key that none of the others has: one in 32 would share it. */
async function enter(name: string, others: string[]) {
  for (let attempt = 0; ; attempt++) {
    const integration = `${name}_${attempt}`
    const { endpointId } = await createIntegration(adminContext(system.db), {
      name: integration,
      clientKind: 'GENERIC',
      role: integration,
    })
    const key = clientKeyOf('rolecall', endpointId)
    if (others.includes(key)) continue
    const { token } = await issueToken(adminContext(system.db), { integration })
    const send = (path: string, body?: object) =>
      fetch(`${system.baseUrl}${path}`, {
        method: body ? 'POST' : 'GET',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
        ...(body && { body: JSON.stringify(body) }),
      })
    return { key, send, token }
  }
}

test('a client that sends too much is told when to come back, while another is served as ever', async () => {
  const greedy = await enter('GREEDY', [])
  const modest = await enter('MODEST', [greedy.key])
  for (let sent = 0; sent < BURST; sent += 20) {
    const answers = await Promise.all(Array.from({ length: 20 }, () => greedy.send('/ServiceProviderConfig')))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  }
  const user = newUser('ada@example.com')
  const refused = await greedy.send('/Users', user)
  expect([refused.status, refused.headers.get('retry-after'), refused.headers.get('content-type')]).toEqual([
    ...[429, '1', 'application/scim+json'],
  ])
  expect(await refused.json()).toEqual({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    status: '429',
    detail: 'Too many requests: retry after the seconds named in Retry-After',
  })
  expect((await modest.send('/Users', newUser('grace@example.com'))).status).toBe(201)
  const found = await modest.send('/Users?filter=userName%20eq%20%22grace@example.com%22')
  expect(await found.json()).toMatchObject({ totalResults: 1 })

  clock += Number(refused.headers.get('retry-after')) * 1000
  expect((await greedy.send('/Users', user)).status).toBe(201)
})

test('the smoke run provokes 429, and sees that it goes on when the answer said so', async () => {
  const { token } = await enter('SMOKE', [])
  const service = { url: system.baseUrl, token, client: 'GENERIC', prefix: 'smoke-', burst: BURST + 5 } as const
  const waited: number[] = []
  const wait = async (seconds: number) => {
    waited.push(seconds)
    clock += seconds * 1000
  }
  const { value } = await tryThrottle(service, wait).next()
  expect([value, waited]).toEqual([
    { what: '429 with Retry-After for a client that sends too much, and 200 after it', fault: undefined },
    [1],
  ])
})
