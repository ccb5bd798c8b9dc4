import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { type FetchKeys, type Signers, verifyAssertion } from '../../../../shared/auth/oauth/assertion.ts'
import type { PublicKey } from '../../../../shared/auth/oauth/trust.ts'

const ID = '3fTq0Zr8LkWb2NcXyV9aHs'
const NOW = new Date('2026-08-31T10:00:00.000Z')
const SECONDS = NOW.getTime() / 1000
const TOKEN_ENDPOINT = 'https://scim.example.com/oauth2/token'
const TENANT = 'https://login.microsoftonline.com/0b1d/v2.0'
const noFetch: FetchKeys = async () => Promise.reject(new Error('not asked'))

type Pair = Awaited<ReturnType<typeof generateKeyPair>>
let pair: Pair
let other: Pair
let publicKey: PublicKey

beforeAll(async () => {
  pair = await generateKeyPair('RS256', { extractable: true })
  other = await generateKeyPair('RS256', { extractable: true })
  publicKey = { ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'RS256' } as PublicKey
})

const sign = (payload: JWTPayload, { key = pair.privateKey, kid = 'k1', alg = 'RS256' } = {}) =>
  new SignJWT(payload).setProtectedHeader({ alg, kid }).sign(key)
const own = (more: JWTPayload = {}): JWTPayload => ({
  ...{ iss: ID, sub: ID, aud: TOKEN_ENDPOINT, jti: 'one', exp: SECONDS + 300, iat: SECONDS },
  ...more,
})
const signers = (more: Partial<Signers> = {}): Signers => ({
  ...{ clientId: ID, own: { keys: [publicKey] }, trusts: [], audiences: ['https://scim.example.com', TOKEN_ENDPOINT] },
  ...more,
})
const verify = (assertion: string, who = signers(), fetchKeys = noFetch) =>
  verifyAssertion(assertion, who, NOW, fetchKeys).catch((error) => [error.code, error.message])

describe('an assertion that a client signs with its own key', () => {
  test('holds, once', async () => {
    expect(await verify(await sign(own()))).toEqual({
      ...{ endsAt: NOW.getTime() + 300_000, acceptedUntil: NOW.getTime() + 360_000, once: 'one' },
    })
    expect(await verify(await sign(own({ aud: ['x', 'https://scim.example.com'] })))).toMatchObject({ once: 'one' })
  })

  test.each([
    ['it has no jti', { jti: '' }],
    ['its jti is longer than 256 characters', { jti: 'x'.repeat(257) }],
    ['it has expired', { exp: SECONDS - 60 }],
    ['it ends more than 600 seconds from now', { exp: SECONDS + 661 }],
    ['its claim aud is not as it must be', { aud: 'https://other.example.com' }],
    ['its claim nbf is not as it must be', { nbf: SECONDS + 61 }],
    ['its claim iat is not as it must be', { iat: SECONDS + 61 }],
    ['its issuer and subject are neither the client nor trusted', { iss: 'somebody' }],
    ['its issuer and subject are neither the client nor trusted', { sub: 'somebody' }],
  ])('does not hold where %s', async (why, more) => {
    expect(await verify(await sign(own(more)))).toEqual(['invalid_client', `The assertion is refused: ${why}`])
  })

  test('may be a minute off, as clocks differ: past its end, before its beginning, or made for too long', async () => {
    const { iat: _, ...unmade } = own()
    expect(await verify(await sign(own({ exp: SECONDS - 59 })))).toEqual({
      ...{ endsAt: NOW.getTime() + 1000, acceptedUntil: NOW.getTime() + 1000, once: 'one' },
    })
    for (const more of [{ nbf: SECONDS + 60 }, { iat: SECONDS + 60 }, { exp: SECONDS + 660 }, { jti: 'x'.repeat(256) }])
      expect(await verify(await sign(own(more)))).toMatchObject({ once: own(more).jti })
    expect(await verify(await sign(unmade))).toMatchObject({ once: 'one' })
  })

  test('does not hold where its exp is missing', async () => {
    const { exp: _, ...endless } = own()
    expect(await verify(await sign(endless))).toEqual([
      'invalid_client',
      'The assertion is refused: its claim exp is not as it must be',
    ])
  })

  test('does not hold with another signature, another key id or no key at all', async () => {
    const wrong = 'The assertion is refused: its form or its signature is wrong'
    const unknown = 'The assertion is refused: no single key that signs for the client has its key id and algorithm'
    expect(await verify(await sign(own(), { key: other.privateKey }))).toEqual(['invalid_client', wrong])
    expect(await verify(await sign(own(), { kid: 'k2' }))).toEqual(['invalid_client', unknown])
    expect(await verify(await sign(own()), signers({ own: undefined }))).toEqual([
      'invalid_client',
      'The assertion is refused: the client has no key registered',
    ])
  })

  test('is never taken unsigned, nor signed with the public key as if it were a secret (RFC 8725 §2.1)', async () => {
    const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
    const unsigned = `${encode({ alg: 'none' })}.${encode(own())}.`
    const symmetric = await new SignJWT(own())
      .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
      .sign(new TextEncoder().encode(JSON.stringify(publicKey).padEnd(64, 'x')))
    const expected = [
      'invalid_client',
      'The assertion is refused: it is not signed with one of RS256 PS256 ES256 EdDSA',
    ]
    expect(await verify(unsigned)).toEqual(expected)
    expect(await verify(symmetric)).toEqual(expected)
  })

  test.each(['', 'x', 'a.b.c', '..', `${'x'.repeat(9000)}.y.z`])('is refused where it is none: %.12s', async (text) => {
    expect(await verify(text)).toEqual(['invalid_client', expect.stringMatching(/^The assertion is refused: /)])
  })
})

describe('an assertion of an issuer that the client trusts', () => {
  const trust = {
    issuer: TENANT,
    subject: 'oid',
    audiences: ['api://scim', 'a1b2'],
    jwksUri: 'https://keys.example.com/k',
  }
  const entra = (more: JWTPayload = {}) => ({
    iss: TENANT,
    sub: 'oid',
    aud: 'a1b2',
    exp: SECONDS + 3900,
    uti: 'u',
    ...more,
  })
  const trusting = () => signers({ own: undefined, trusts: [trust] })
  const published: FetchKeys = async () => [publicKey]

  test('holds as often as it comes, until it ends (Entra sends no jti and repeats itself)', async () => {
    const assertion = await sign(entra())
    for (let i = 0; i < 2; i++) {
      expect(await verify(assertion, trusting(), published)).toEqual({
        ...{ endsAt: NOW.getTime() + 3_900_000, acceptedUntil: NOW.getTime() + 3_960_000 },
      })
    }
  })

  test.each([
    ['its claim aud is not as it must be', { aud: 'https://graph.microsoft.com' }],
    ['its issuer and subject are neither the client nor trusted', { sub: 'another oid' }],
    [
      'its issuer and subject are neither the client nor trusted',
      { iss: 'https://login.microsoftonline.com/other/v2.0' },
    ],
    ['it has expired', { exp: SECONDS - 60 }],
    ['its claim iat is not as it must be', { iat: SECONDS + 61 }],
  ])('does not hold where %s', async (why, more) => {
    expect(await verify(await sign(entra(more)), trusting(), published)).toEqual([
      'invalid_client',
      `The assertion is refused: ${why}`,
    ])
  })

  test('has the keys fetched again where none has its key id, once', async () => {
    const asked: boolean[] = []
    const rotated: FetchKeys = async (_uri, again) => {
      asked.push(again)
      return again ? [publicKey] : [{ ...publicKey, kid: 'old' }]
    }
    expect(await verify(await sign(entra()), trusting(), rotated)).toEqual({
      ...{ endsAt: NOW.getTime() + 3_900_000, acceptedUntil: NOW.getTime() + 3_960_000 },
    })
    expect(asked).toEqual([false, true])
  })
})
