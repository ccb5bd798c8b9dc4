import { randomUUID } from 'node:crypto'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { keyFetcher } from '../../shared/http/oauth/fetch-keys.ts'
import { oauthHandler } from '../../shared/http/oauth/handler.ts'
import { createIntegration } from '../../shared/resources/integrations.ts'
import { changeOAuth, enableOAuth } from '../../shared/resources/oauth-clients.ts'
import { putEvent } from '../../shared/store/events/write.ts'
import { adminContext } from '../factories/admin.ts'
import { apiEvent, lambdaContext } from '../factories/api-event.ts'
import { testConfig, withTable } from '../factories/engine.ts'
import { KEYS_URI, type KeyServer, startKeyServer } from '../factories/key-server.ts'
import { scanEvents } from '../factories/scan.ts'

const db = withTable()
const START = Date.parse('2026-08-31T10:00:00.000Z')
const TENANT = 'https://login.microsoftonline.com/0b1d/v2.0'
const SUBJECT = 'd3c1f0de-0000-4000-8000-000000000001'
/** Entra puts the id of the application here, without `api://`. */
const AUDIENCE = 'a1b2c3d4-0000-4000-8000-000000000002'

let server: KeyServer
let now: number
let account: string
let clientId: string
let ask: (assertion: string) => Promise<{ status: number; body: Record<string, unknown> }>
type Pair = Awaited<ReturnType<typeof generateKeyPair>>
let pair: Pair
let next: Pair
const publish = async (...keys: [string, Pair][]) =>
  server.reply(
    200,
    JSON.stringify({ keys: await Promise.all(keys.map(([kid, { publicKey }]) => toJwk(kid, publicKey))) }),
  )
const toJwk = async (kid: string, key: Pair['publicKey']) => ({ ...(await exportJWK(key)), kid, use: 'sig' })

beforeAll(async () => {
  server = await startKeyServer()
  pair = await generateKeyPair('RS256', { extractable: true })
  next = await generateKeyPair('RS256', { extractable: true })
  return () => server.close()
})

/** Each test has an account and a function of its own, with a client that trusts one subject of the tenant. */
beforeEach(async () => {
  now = START
  account = `o${randomUUID().slice(0, 8)}`
  const admin = () => adminContext(db, { account, now: new Date(now) })
  await createIntegration(admin(), { name: 'ENTRA', clientKind: 'AZURE' })
  clientId = (await enableOAuth(admin(), 'ENTRA')).clientId
  const trust = { issuer: TENANT, subject: SUBJECT, audiences: [AUDIENCE], jwksUri: KEYS_URI }
  await changeOAuth(admin(), 'ENTRA', { trusts: { add: [trust] } })
  const fetchKeys = keyFetcher({ ...server.options, now: () => now })
  const handler = oauthHandler({
    ...{ config: testConfig(db.tableName), db: { ...db, clock: () => now }, putEvent, fetchKeys },
    now: () => new Date(now),
  })
  ask = async (client_assertion) => {
    const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
    const form = {
      grant_type: 'client_credentials',
      client_id: clientId,
      client_assertion,
      client_assertion_type: type,
    }
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
    const body = new URLSearchParams(form).toString()
    const event = apiEvent({ method: 'POST', resource: '/oauth2/token', headers, body })
    const answer = await handler(event, lambdaContext())
    return { status: answer.statusCode, body: JSON.parse(answer.body) }
  }
  server.asked.length = 0
  await publish(['k1', pair])
  vi.spyOn(process.stdout, 'write').mockReturnValue(true)
})
afterEach(() => {
  vi.restoreAllMocks()
})

/** An assertion as Entra signs them: no `jti`, over an hour of life. */
function sign(more: JWTPayload = {}, { key = pair.privateKey, kid = 'k1' } = {}): Promise<string> {
  const seconds = Math.floor(now / 1000)
  const times = { iat: seconds, nbf: seconds, exp: seconds + 3900 }
  const payload = { iss: TENANT, sub: SUBJECT, aud: AUDIENCE, ...times, uti: 'u', ...more }
  return new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid, typ: 'JWT' }).sign(key)
}

/** What the account's history says of requests for tokens: events of those that got one, counts of others. */
async function told(): Promise<unknown[]> {
  const events = (await scanEvents(db, account)).filter(({ endpoint }) => endpoint === 'oauth2/token')
  return events.map(({ status, count, actorDomain, detail }) => [status, count, actorDomain, detail])
}
const counted = (status: number, count: number, why: string) => [
  ...[status, count, 'unknown'],
  `Callers refused in this minute and address block: ${why}`,
]
const BAD = 'an assertion for an OAuth client does not hold'

describe('an assertion of a tenant that is trusted', () => {
  test('gets a token as often as it comes, with the keys fetched once, and an event each time', async () => {
    const assertion = await sign()
    for (let i = 0; i < 2; i++) expect(await ask(assertion)).toMatchObject({ status: 200, body: { expires_in: 3600 } })
    expect(server.asked).toEqual([{ url: '/jwks?v=1', host: 'keys.example.test' }])
    expect(await told()).toEqual([
      [200, undefined, 'ENTRA', undefined],
      [200, undefined, 'ENTRA', undefined],
    ])
  })

  test('gets a token that lives no longer than it or, where it has just ended, than the minute that clocks may differ', async () => {
    const assertion = await sign({ exp: START / 1000 + 90 })
    now += 30_000
    expect((await ask(assertion)).body.expires_in).toBe(60)
    now += 80_000
    expect((await ask(assertion)).body.expires_in).toBe(40)
    now += 40_000
    expect((await ask(assertion)).body.error_description).toBe('The assertion is refused: it has expired')
  })

  const UNKNOWN = 'its issuer and subject are neither the client nor trusted'
  test.each<[string, JWTPayload, string]>([
    ['another issuer', { iss: 'https://login.microsoftonline.com/other/v2.0' }, UNKNOWN],
    ['another subject', { sub: 'another' }, UNKNOWN],
    ['another audience', { aud: `api://${AUDIENCE}` }, 'its claim aud is not as it must be'],
    ['an end that is past', { exp: START / 1000 - 60 }, 'it has expired'],
    ['a birth to come', { iat: START / 1000 + 61 }, 'its claim iat is not as it must be'],
    ['a beginning to come', { nbf: START / 1000 + 61 }, 'its claim nbf is not as it must be'],
  ])('of %s is refused and counted', async (_what, claims, why) => {
    const assertion = await sign(claims)
    for (let i = 0; i < 2; i++) {
      expect(await ask(assertion)).toEqual({
        status: 401,
        body: { error: 'invalid_client', error_description: `The assertion is refused: ${why}` },
      })
    }
    expect(await told()).toEqual([counted(401, 2, BAD)])
  })

  test('is never taken unsigned, nor with the public key as a secret; neither has the keys fetched again', async () => {
    const [, payload] = (await sign()).split('.')
    const header = (alg: string) => Buffer.from(JSON.stringify({ alg, kid: 'k1' })).toString('base64url')
    const hs256 = new SignJWT(JSON.parse(Buffer.from(payload ?? '', 'base64url').toString()))
      .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
      .sign(new TextEncoder().encode(JSON.stringify(await toJwk('k1', pair.publicKey))))
    for (const assertion of [`${header('none')}.${payload}.`, await hs256]) {
      expect((await ask(assertion)).body.error_description).toBe(
        'The assertion is refused: it is not signed with one of RS256 PS256 ES256 EdDSA',
      )
    }
    expect(server.asked).toHaveLength(1)
    expect(await told()).toEqual([counted(401, 2, BAD)])
  })

  test('by an unknown key has the keys fetched again once, however often it comes in a minute', async () => {
    const assertion = await sign({}, { key: next.privateKey, kid: 'k2' })
    await ask(await sign())
    now += 60_000
    for (let i = 0; i < 5; i++) {
      expect((await ask(assertion)).body.error_description).toBe(
        'The assertion is refused: no single key that signs for the client has its key id and algorithm',
      )
    }
    expect(server.asked).toHaveLength(2)
    expect((await told()).at(-1)).toEqual(counted(401, 5, BAD))
  })

  test('holds at once when its issuer has a new key, and no longer when the old one is gone', async () => {
    const old = await sign()
    expect((await ask(old)).status).toBe(200)
    await publish(['k1', pair], ['k2', next])
    now += 60_000
    expect((await ask(await sign({}, { key: next.privateKey, kid: 'k2' }))).status).toBe(200)
    await publish(['k2', next])
    now += 600_000
    expect((await ask(old)).status).toBe(401)
  })
})

describe('a key that cannot sign for a client', () => {
  const RULE =
    'expected a public key as a JWK with kty RSA (2048 bits or more), EC (P-256) or OKP (Ed25519), and no private part'

  test.each<[string, () => Promise<unknown>]>([
    [
      'Cannot read keys.0 an object: it has a private part, which stays with its client',
      () => exportJWK(pair.privateKey),
    ],
    [
      'Cannot read keys.0 an object: it is a symmetric key, which is a secret of two',
      async () => ({ kty: 'oct', k: 'c2VjcmV0' }),
    ],
    ['keys.0.kty is missing', async () => ({ n: 'x' })],
    ['Cannot read keys.0 "x": it is no JWK, since it has no kty', async () => 'x'],
  ])('is not registered: %s', async (why, make) => {
    const change = changeOAuth(adminContext(db, { account }), 'ENTRA', { keys: [(await make()) as { kty: string }] })
    await expect(change).rejects.toMatchObject({
      ...{
        status: 400,
        scimType: 'invalidValue',
        message: expect.stringMatching(RegExp(`^${why}[;:] ${RULE.replace(/[()]/g, '.')}$`)),
      },
    })
  })
})

describe('an issuer whose keys cannot be had', () => {
  const KEYS = 'the keys that sign for an OAuth client cannot be fetched'
  const refused = {
    status: 503,
    body: {
      error: 'temporarily_unavailable',
      error_description:
        'The keys that sign for this client cannot be fetched: try again after the seconds named in Retry-After',
    },
  }

  test.each<[string, () => void]>([
    ['answers more than 64 KB', () => server.reply(200, JSON.stringify({ keys: [{ kty: 'x'.repeat(100_000) }] }))],
    ['sends the beginning of an answer, and no more', () => server.stall()],
    ['answers with an error', () => server.reply(500, '')],
  ])('since it %s is left alone for a while, and each request is counted', async (_what, given) => {
    given()
    const assertion = await sign()
    for (let i = 0; i < 3; i++) expect(await ask(assertion)).toEqual(refused)
    expect(server.asked).toHaveLength(1)
    expect(await told()).toEqual([counted(503, 3, KEYS)])
    await publish(['k1', pair])
    now += 30_000
    expect((await ask(assertion)).status).toBe(200)
  })
})
