import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { changeIntegration } from '../../shared/resources/change-integration.ts'
import { createIntegration } from '../../shared/resources/integrations.ts'
import { changeOAuth, disableOAuth, enableOAuth, rotateSecret } from '../../shared/resources/oauth-clients.ts'
import { issueToken, revokeTokens } from '../../shared/resources/tokens.ts'
import type { Json } from '../../shared/scim/schema.ts'
import { KNOWN_MS } from '../../shared/store/revoked.ts'
import { adminContext } from '../factories/admin.ts'
import { scanAll, scanEvents } from '../factories/scan.ts'
import { withSystem } from '../factories/system.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const JWT = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const START = Date.parse('2026-08-31T10:00:00.000Z')

beforeAll(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: START })
})
afterAll(() => {
  vi.useRealTimers()
})
const system = withSystem({ now: () => Date.now() })
const pass = (ms: number) => vi.setSystemTime(Date.now() + ms)

interface Client {
  clientId: string
  clientSecret: string
}

/** An administrator by the system's clock: real signatures are made by the machine's. */
const admin = () => adminContext(system.db, { now: new Date() })
/** An integration of its own for each test, with an OAuth client. */
async function newClient(name: string): Promise<Client> {
  await createIntegration(admin(), { name, clientKind: 'GENERIC' })
  return enableOAuth(admin(), name)
}

const basic = ({ clientId, clientSecret }: Client) => `Basic ${btoa(`${clientId}:${clientSecret}`)}`
async function ask(form: Record<string, string>, authorization?: string) {
  const response = await fetch(`${system.adminUrl}/oauth2/token`, {
    method: 'POST',
    headers: { ...(authorization && { authorization }) },
    body: new URLSearchParams({ grant_type: 'client_credentials', ...form }),
  })
  const body = JSON.parse(await response.text())
  return { status: response.status, headers: response.headers, body }
}
const askBasic = (client: Client) => ask({}, basic(client))
const listUsers = async (token: string) =>
  (await fetch(`${system.baseUrl}/Users?count=1`, { headers: { authorization: `Bearer ${token}` } })).status

describe('POST /oauth2/token (RFC 6749 §4.4)', () => {
  test('gives a client a token for an hour, that opens what its integration opens', async () => {
    const client = await newClient('HOURLY')
    const { status, headers, body } = await askBasic(client)
    expect([status, headers.get('cache-control'), headers.get('content-type')]).toEqual([
      200,
      'no-store',
      'application/json',
    ])
    expect(body).toEqual({
      access_token: expect.stringMatching(/^rolecall_[0-9A-Za-z]{22}_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}$/),
      ...{ token_type: 'Bearer', expires_in: 3600, scope: 'scim' },
    })
    expect(await listUsers(body.access_token)).toBe(200)
    pass(HOUR_MS - 1)
    expect(await listUsers(body.access_token)).toBe(200)
    pass(1)
    expect(await listUsers(body.access_token)).toBe(401)
  })

  test('takes the secret in the form, in the header, or in both', async () => {
    const client = await newClient('EITHER')
    const form = { client_id: client.clientId, client_secret: client.clientSecret }
    for (const asked of [ask(form), ask(form, basic(client)), ask({ scope: 'scim', resource: 'x' }, basic(client))]) {
      expect((await asked).status).toBe(200)
    }
  })

  test('refuses who shows no proof, in the words of OAuth, the same whether the client is known or not', async () => {
    const client = await newClient('PROOFLESS')
    const { clientSecret } = await newClient('SOMEBODY_ELSE')
    const expected = {
      status: 401,
      body: {
        error: 'invalid_client',
        error_description: 'The client is not known, or its secret is wrong or has ended',
      },
    }
    for (const asked of [
      askBasic({ ...client, clientSecret: 'wrong' }),
      askBasic({ ...client, clientSecret }),
      askBasic({ clientId: '3fTq0Zr8LkWb2NcXyV9aHs', clientSecret: client.clientSecret }),
      askBasic({ clientId: "x' OR 1=1", clientSecret: client.clientSecret }),
    ]) {
      const { status, headers, body } = await asked
      expect({ status, body }).toEqual(expected)
      // API Gateway hands this header of a function on under another name.
      expect(headers.get('x-amzn-remapped-www-authenticate')).toBe('Basic realm="rolecall"')
    }
    const rows = (await scanEvents(system.db, 'default')).filter(({ endpoint }) => endpoint === 'oauth2/token')
    const refused = rows.filter(({ status }) => status === 401)
    expect(refused.map(({ method, count, detail }) => ({ method, count, detail }))).toEqual([
      {
        ...{ method: 'POST', count: 4 },
        detail: 'Callers refused in this minute and address block: no such OAuth client, or a wrong secret',
      },
    ])
  })

  test('refuses a form that is none with 400, and other methods with 405', async () => {
    expect((await ask({ grant_type: 'password' })).body).toEqual({
      error: 'unsupported_grant_type',
      error_description: 'The only grant type is client_credentials',
    })
    const response = await fetch(`${system.adminUrl}/oauth2/token`)
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST'])
  })

  test('writes an event for each token, which names the client, and no secret anywhere', async () => {
    const client = await newClient('AUDITED')
    const { body } = await askBasic(client)
    const [, tokenId = '', secret = ''] = body.access_token.split('_')
    const events = await scanEvents(system.db)
    const event = events.find(({ resourceId }) => resourceId === tokenId)
    expect(event).toMatchObject({
      ...{ type: 'SCIM', method: 'POST', endpoint: 'oauth2/token', status: 200, resourceDomain: 'TOKEN' },
      ...{ actorName: 'GENERIC_SCIM_PROVISIONER', actorDomain: 'AUDITED', tokenId: client.clientId },
    })
    const everything = JSON.stringify(await scanAll(system.db))
    for (const text of [secret, client.clientSecret.split('_')[2] ?? '']) expect(everything).not.toContain(text)
  })

  test('gives none to a disabled integration, and says so to nobody but its client', async () => {
    const client = await newClient('DISABLED')
    const { body } = await askBasic(client)
    await changeIntegration(admin(), 'DISABLED', { enabled: false })
    expect((await askBasic(client)).body).toEqual({
      error: 'unauthorized_client',
      error_description: 'The integration of this client is disabled',
    })
    pass(60_001)
    expect(await listUsers(body.access_token)).toBe(403)
    await changeIntegration(admin(), 'DISABLED', { enabled: true })
    pass(60_001)
    expect(await listUsers(body.access_token)).toBe(200)
  })
})

describe('an OAuth client', () => {
  test('has its secret rotated: the old one works on for the overlap, and not after', async () => {
    const old = await newClient('ROTATED')
    const fresh = await rotateSecret(admin(), 'ROTATED', { overlap: '2d' })
    expect(fresh.clientId).toBe(old.clientId)
    const statuses = async () => [(await askBasic(old)).status, (await askBasic(fresh)).status]
    expect(await statuses()).toEqual([200, 200])
    pass(2 * DAY_MS - 1)
    expect(await statuses()).toEqual([200, 200])
    pass(1)
    expect(await statuses()).toEqual([401, 200])
    const newest = await rotateSecret(admin(), 'ROTATED', { overlap: '0m' })
    expect([(await askBasic(fresh)).status, (await askBasic(newest)).status]).toEqual([401, 200])
  })

  test('ends, and with it every access token', async () => {
    const client = await newClient('ENDED')
    const { body } = await askBasic(client)
    expect(await listUsers(body.access_token)).toBe(200)
    await disableOAuth(admin(), 'ended')
    pass(60_001)
    expect([await listUsers(body.access_token), (await askBasic(client)).status]).toEqual([401, 401])
    expect((await enableOAuth(admin(), 'ENDED')).clientId).not.toBe(client.clientId)
  })
})

describe('access tokens end as other tokens do, within two seconds', () => {
  const open = async (name: string) => {
    const client = await newClient(name)
    const { access_token: token } = (await askBasic(client)).body
    expect(await listUsers(token)).toBe(200)
    return { client, token }
  }

  test('with all of their integration; their client gets new ones, which other changes do not end', async () => {
    const { client, token } = await open('ALL')
    const { tokenId } = await issueToken(admin(), { integration: 'ALL' })
    expect(await revokeTokens(admin(), 'ALL')).toEqual({
      ...{ integration: 'ALL', revoked: [tokenId], oauthClient: client.clientId },
    })
    pass(KNOWN_MS)
    const { access_token: next } = (await askBasic(client)).body
    expect([await listUsers(token), await listUsers(next)]).toEqual([401, 200])
    await changeIntegration(admin(), 'ALL', { enabled: false })
    await changeIntegration(admin(), 'ALL', { enabled: true })
    pass(KNOWN_MS)
    expect([await listUsers(token), await listUsers(next)]).toEqual([401, 200])
    await changeIntegration(admin(), 'ALL', { comment: 'other' })
    pass(60_001)
    expect([await listUsers(token), await listUsers(next)]).toEqual([401, 200])
    expect(await revokeTokens(admin(), 'ALL')).toMatchObject({ revoked: [], oauthClient: client.clientId })
    pass(60_001)
    expect(await listUsers(next)).toBe(401)
  })

  test('while the integration is disabled', async () => {
    const { token } = await open('OFF')
    await changeIntegration(admin(), 'OFF', { enabled: false })
    pass(KNOWN_MS)
    expect(await listUsers(token)).toBe(403)
    await changeIntegration(admin(), 'OFF', { enabled: true })
    pass(KNOWN_MS)
    expect(await listUsers(token)).toBe(200)
  })

  test('where older tokens are rejected', async () => {
    const { client, token } = await open('OLDER')
    pass(1)
    await changeIntegration(admin(), 'OLDER', { rejectTokensIssuedBefore: new Date().toISOString() })
    const { access_token: next } = (await askBasic(client)).body
    pass(KNOWN_MS)
    expect([await listUsers(token), await listUsers(next)]).toEqual([401, 200])
    await changeIntegration(admin(), 'OLDER', { rejectTokensIssuedBefore: null })
    pass(KNOWN_MS)
    expect(await listUsers(token)).toBe(200)
  })
})

describe('private_key_jwt (RFC 7523)', () => {
  test('an assertion with a registered key gets one token, which lives no longer', async () => {
    // Assertions end at whole seconds.
    pass(1000 - (Date.now() % 1000))
    const { clientId } = await newClient('SIGNING')
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
    const key = { ...(await exportJWK(publicKey)), kid: 'k1' } as Json
    expect((await changeOAuth(admin(), 'SIGNING', { keys: [key] })).keys).toEqual([key])
    const sign = (jti: string, seconds = 300) =>
      new SignJWT({ iss: clientId, sub: clientId, aud: `${system.adminUrl}/oauth2/token`, jti })
        .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
        .setExpirationTime(Math.floor(Date.now() / 1000) + seconds)
        .sign(privateKey)
    const askWith = (assertion: string) => ask({ client_assertion: assertion, client_assertion_type: JWT })
    const assertion = await sign('one')
    const first = await askWith(assertion)
    expect([first.status, first.body.expires_in]).toEqual([200, 300])
    expect(await listUsers(first.body.access_token)).toBe(200)
    expect((await askWith(assertion)).body).toEqual({
      error: 'invalid_client',
      error_description: 'The assertion is refused: it was used before',
    })
    const both = await Promise.all([await sign('two'), await sign('two', 301)].map(askWith))
    expect(both.map(({ status }) => status).sort()).toEqual([200, 401])
    pass(300_000)
    expect(await listUsers(first.body.access_token)).toBe(401)
  })
})

describe('what clients find out by themselves', () => {
  test('the token endpoint is described where RFC 8414 says', async () => {
    const response = await fetch(`${system.adminUrl}/.well-known/oauth-authorization-server`)
    expect(await response.json()).toEqual({
      issuer: system.adminUrl,
      token_endpoint: `${system.adminUrl}/oauth2/token`,
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
      token_endpoint_auth_signing_alg_values_supported: ['RS256', 'PS256', 'ES256', 'EdDSA'],
      grant_types_supported: ['client_credentials'],
      response_types_supported: [],
      scopes_supported: ['scim'],
    })
  })
})
