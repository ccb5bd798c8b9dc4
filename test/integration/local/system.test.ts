import { describe, expect, test } from 'vitest'
import { type SeededTokens, seed } from '../../../local/seed.ts'
import { signRequest } from '../../../shared/auth/sigv4.ts'
import { formatToken, newToken, parseToken } from '../../../shared/auth/token.ts'
import { issueToken } from '../../../shared/resources/tokens.ts'
import { getToken } from '../../../shared/store/token-record.ts'
import { adminContext } from '../../factories/admin.ts'
import { withSystem } from '../../factories/system.ts'

const system = withSystem()

const bearer = (token: string) => ({ authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' })
const get = (path: string, token = system.tokens.OKTA_PROVISIONING) =>
  fetch(`${system.baseUrl}${path}`, { headers: bearer(token) })
const ask = async (path: string, method = 'GET') => {
  const { region, ...credentials } = system.credentials
  const url = `${system.adminUrl}${path}`
  return fetch(url, {
    method,
    headers: await signRequest({ method, url, service: 'execute-api', region, credentials }),
  })
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

const opens = async (token: string | undefined) => {
  system.flushAuthorizerCache()
  return (await get('/Users', token)).status
}
const revoke = async (token: string) => {
  const path = `/admin/tokens/${parseToken(token)?.tokenId}`
  expect((await ask(path, 'DELETE')).status).toBe(200)
}

describe('seed()', () => {
  test('keeps the tokens of the start before while they work', async () => {
    const { tokens: kept } = system
    for (let starts = 0; starts < 12; starts++) {
      expect(await seed(system.db, { kept })).toEqual({ tokens: kept, withoutToken: {}, replaced: {} })
    }
    expect(await opens(kept.GENERIC_PROVISIONING)).toBe(200)
  })

  test('replaces one token that was revoked, and no other', async () => {
    const kept = { ...system.tokens }
    await revoke(kept.AZURE_PROVISIONING)
    const { tokens, withoutToken, replaced } = await seed(system.db, { kept })
    expect(replaced).toEqual({ AZURE_PROVISIONING: 'the kept one no longer works' })
    expect([tokens.OKTA_PROVISIONING, tokens.GENERIC_PROVISIONING, withoutToken]).toEqual([
      kept.OKTA_PROVISIONING,
      kept.GENERIC_PROVISIONING,
      {},
    ])
    expect([await opens(kept.AZURE_PROVISIONING), await opens(tokens.AZURE_PROVISIONING)]).toEqual([401, 200])
    system.tokens.AZURE_PROVISIONING = tokens.AZURE_PROVISIONING as string
  })

  test.each<[string, (token: string) => string]>([
    ['of another table', () => newToken().token],
    ['of another integration', () => system.tokens.OKTA_PROVISIONING],
    [
      'with another secret',
      (token) => formatToken({ tokenId: parseToken(token)?.tokenId ?? '', secret: 'x'.repeat(43) }),
    ],
    ['that is no token', () => 'nonsense'],
  ])('replaces a token %s', async (_name, spoil) => {
    const kept = { ...system.tokens, GENERIC_PROVISIONING: spoil(system.tokens.GENERIC_PROVISIONING) }
    const { tokens } = await seed(system.db, { kept })
    expect(tokens.GENERIC_PROVISIONING).not.toBe(kept.GENERIC_PROVISIONING)
    expect(await opens(tokens.GENERIC_PROVISIONING)).toBe(200)
    expect(await opens(system.tokens.GENERIC_PROVISIONING)).toBe(200)
    await revoke(tokens.GENERIC_PROVISIONING as string)
  })

  test('replaces a token that was not kept, or not to be read', async () => {
    const { GENERIC_PROVISIONING: _, ...kept } = system.tokens
    const { tokens, replaced } = await seed(system.db, { kept })
    expect(replaced).toEqual({ GENERIC_PROVISIONING: 'there was no kept one to read' })
    await revoke(tokens.GENERIC_PROVISIONING as string)
  })

  test('replaces a token at the instant it expires', async () => {
    const { tokens: kept } = system
    const record = await getToken(system.db, parseToken(kept.OKTA_PROVISIONING)?.tokenId ?? '')
    const before = await seed(system.db, { kept, now: new Date((record?.expiresAt ?? 0) - 1) })
    expect(before.tokens.OKTA_PROVISIONING).toBe(kept.OKTA_PROVISIONING)
    const after = await seed(system.db, { kept, now: new Date(record?.expiresAt ?? 0) })
    expect(after.tokens.OKTA_PROVISIONING).not.toBe(kept.OKTA_PROVISIONING)
  })

  test('replaces all tokens of earlier starts when it is asked to', async () => {
    const { tokens: kept } = system
    const { tokens, replaced } = await seed(system.db, { kept, renew: true })
    expect(replaced).toEqual({})
    expect([await opens(kept.GENERIC_PROVISIONING), await opens(tokens.GENERIC_PROVISIONING)]).toEqual([401, 200])
    system.tokens = tokens as SeededTokens
  })

  test('does without a token where an integration has ten of its owner, says so, and leaves them alone', async () => {
    const context = () => adminContext(system.db)
    await revoke(system.tokens.GENERIC_PROVISIONING)
    const own = []
    for (let i = 0; i < 10; i++) own.push(await issueToken(context(), { integration: 'GENERIC_PROVISIONING' }))
    const reason = 'Integration "GENERIC_PROVISIONING" has 10 live tokens, the most it may have: revoke one first'
    for (const renew of [false, true]) {
      const { tokens, withoutToken } = await seed(system.db, { kept: system.tokens, renew })
      expect(withoutToken).toEqual({ GENERIC_PROVISIONING: reason })
      expect(Object.keys(tokens)).toEqual(['OKTA_PROVISIONING', 'AZURE_PROVISIONING'])
      system.tokens = { ...system.tokens, ...tokens }
    }
    expect(await opens(own[0]?.token)).toBe(200)
    await revoke(own[0]?.token ?? '')
    const { tokens, withoutToken } = await seed(system.db, { kept: system.tokens })
    expect([withoutToken, await opens(tokens.GENERIC_PROVISIONING)]).toEqual([{}, 200])
  })
})
