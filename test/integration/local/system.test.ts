import { expect, test } from 'vitest'
import { seed } from '../../../local/seed.ts'
import { signRequest } from '../../../shared/auth/sigv4.ts'
import { withSystem } from '../../factories/system.ts'

const system = withSystem()

const bearer = (token: string) => ({ authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' })
const get = (path: string, token = system.tokens.OKTA_PROVISIONING) =>
  fetch(`${system.baseUrl}${path}`, { headers: bearer(token) })
const ask = async (path: string) => {
  const { region, ...credentials } = system.credentials
  const url = `${system.adminUrl}${path}`
  return fetch(url, { headers: await signRequest({ method: 'GET', url, service: 'execute-api', region, credentials }) })
}

test('each token opens SCIM for its own integration', async () => {
  const statuses = Object.values(system.tokens).map(
    async (token) => (await get('/ServiceProviderConfig', token)).status,
  )
  expect(await Promise.all(statuses)).toEqual([200, 200, 200])
})

test('a user that is created can be read and is listed in the event history', async () => {
  const body = JSON.stringify({ schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName: 'ada@example.com' })
  const headers = bearer(system.tokens.OKTA_PROVISIONING)
  const created = await fetch(`${system.baseUrl}/Users`, { method: 'POST', headers, body })
  expect(created.status).toBe(201)
  const location = created.headers.get('location') ?? ''
  expect(location).toMatch(new RegExp(`^${system.baseUrl}/Users/`))
  expect(await (await fetch(location, { headers })).json()).toMatchObject({ userName: 'ada@example.com' })
  const events = await (await ask('/events?last=5m&integration=OKTA_PROVISIONING')).json()
  expect(JSON.stringify(events)).toContain('ada@example.com')
})

test('an unknown token is 401, an unknown endpoint behind a good one 404', async () => {
  expect((await get('/Users', 'nonsense')).status).toBe(401)
  expect((await get('/Nothing/here')).status).toBe(404)
})

test('starting again revokes the tokens of the start before', async () => {
  const before = system.tokens.GENERIC_PROVISIONING
  for (let starts = 0; starts < 12; starts++) system.tokens = await seed(system.db)
  system.flushAuthorizerCache()
  expect((await get('/Users', before)).status).toBe(401)
  expect((await get('/Users', system.tokens.GENERIC_PROVISIONING)).status).toBe(200)
})
