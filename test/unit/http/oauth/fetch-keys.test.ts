import { generateKeyPairSync } from 'node:crypto'
import { afterEach, beforeAll, expect, test } from 'vitest'
import { isKeyAddress } from '../../../../shared/auth/oauth/key-address.ts'
import { type FetchOptions, keyFetcher } from '../../../../shared/http/oauth/fetch-keys.ts'
import { ScimError } from '../../../../shared/scim/error.ts'
import { KEYS_URI, type KeyServer, startKeyServer } from '../../../factories/key-server.ts'

const URI = KEYS_URI
const KEYS = [{ ...generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }), kid: 'k1' }]

let server: KeyServer
let asked: KeyServer['asked']
beforeAll(async () => {
  server = await startKeyServer()
  asked = server.asked
  return () => server.close()
})

afterEach(() => {
  asked.length = 0
})

const reply: KeyServer['reply'] = (...answer) => server.reply(...answer)
const fetcher = (options: FetchOptions = {}) => keyFetcher({ ...server.options, ...options })

async function refusalOf(fetching: Promise<unknown>): Promise<string> {
  const error = await fetching.then(
    () => undefined,
    (refusal) => refusal,
  )
  if (!(error instanceof ScimError)) throw new Error('Not refused', { cause: error })
  expect([error.status, error.message, error.headers]).toEqual([
    503,
    'The keys that sign for this client cannot be fetched: try again after the seconds named in Retry-After',
    { 'retry-after': '30' },
  ])
  return (error.cause as Error).message
}

test('keys are fetched by name, and kept for ten minutes', async () => {
  let now = 0
  const fetchKeys = fetcher({ now: () => now })
  reply(200, JSON.stringify({ keys: KEYS, more: 1 }))
  for (const minutes of [0, 9, 10]) {
    now = minutes * 60_000
    expect(await fetchKeys(URI, false)).toEqual(KEYS)
  }
  expect(asked).toEqual(new Array(2).fill({ url: '/jwks?v=1', host: 'keys.example.test' }))
})

test('an unknown key has them fetched again, once a minute at most', async () => {
  let now = 0
  const fetchKeys = fetcher({ now: () => now })
  reply(200, JSON.stringify({ keys: KEYS }))
  for (const seconds of [0, 1, 59, 60, 61]) {
    now = seconds * 1000
    await fetchKeys(URI, true)
  }
  expect(asked).toHaveLength(2)
})

test('keys that nobody can sign with are left out', async () => {
  const short = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' })
  reply(200, JSON.stringify({ keys: [{ ...short, kid: 'short' }, { kty: 'RSA', kid: 'broken' }, ...KEYS] }))
  expect(await fetcher()(URI, false)).toEqual(KEYS)
})

test('an address that failed is left alone for half a minute, and the keys there were are gone by', async () => {
  let now = 0
  const fetchKeys = fetcher({ now: () => now })
  reply(500, '')
  for (const seconds of [0, 1, 29]) {
    now = seconds * 1000
    expect(await refusalOf(fetchKeys(URI, false))).toBe('it answers 500')
  }
  expect(asked).toHaveLength(1)
  reply(200, JSON.stringify({ keys: KEYS }))
  now = 30_000
  expect(await Promise.all([fetchKeys(URI, false), fetchKeys(URI, false)])).toEqual([KEYS, KEYS])
  expect(asked).toHaveLength(2)
  reply(500, '')
  now = 90_000
  expect([await fetchKeys(URI, true), await fetchKeys(URI, true)]).toEqual([KEYS, KEYS])
  expect(asked).toHaveLength(3)
})

test('a name server that does not answer is given up', async () => {
  const stuck = fetcher({ addressesOf: () => new Promise(() => {}) })
  expect(await refusalOf(stuck(URI, false))).toMatch(/timeout/)
})

test.each([['10.0.0.7'], ['169.254.169.254'], ['8.8.8.8', '127.0.0.1'], ['::1'], []])(
  'a name that leads to %s is not asked',
  async (...addresses) => {
    const fetchKeys = fetcher({ addressesOf: async () => addresses })
    expect(await refusalOf(fetchKeys(URI, false))).toBe('its host has no public address')
    expect(asked).toEqual([])
  },
)

test('no redirect is followed', async () => {
  reply(302, '', { location: 'https://169.254.169.254/latest' })
  expect(await refusalOf(fetcher()(URI, false))).toBe('it answers 302')
  expect(asked).toHaveLength(1)
})

test('an answer of more than 64 KB is not read to its end', async () => {
  reply(200, JSON.stringify({ keys: [{ kty: 'x'.repeat(100_000) }] }))
  expect(await refusalOf(fetcher()(URI, false))).toBe('it answers more than 64 KB')
})

test.each(['', '{}', '{"keys":[{"alg":"RS256"}]}', 'null'])('what is no set of keys is refused: %j', async (body) => {
  reply(200, body)
  expect(await refusalOf(fetcher()(URI, false))).not.toBe('')
})

test('a certificate of another name, or that nobody vouches for, is refused', async () => {
  reply(200, JSON.stringify({ keys: KEYS }))
  expect(await refusalOf(fetcher()('https://other.example.test/jwks', false))).toMatch(/altnames/)
  expect(await refusalOf(fetcher({ tls: { ...server.options.tls, ca: undefined } })(URI, false))).toMatch(/self-signed/)
})

test.each([
  'http://keys.example.test/jwks',
  'https://keys.example.test:8443/jwks',
  'https://user@keys.example.test/jwks',
  'https://keys.example.test/jwks#x',
  'https://127.0.0.1/jwks',
  'https://2130706433/jwks',
  'https://0x7f.1/jwks',
  'https://[::1]/jwks',
  'https://localhost/jwks',
  'https://keys/jwks',
  'file:///etc/passwd',
  'keys.example.test',
  '',
])('%j is no address of keys, and is never asked', async (uri) => {
  expect(isKeyAddress(uri)).toBe(false)
  const fetchKeys = fetcher()
  expect(await refusalOf(fetchKeys(uri, false))).toMatch(/^it is not an https/)
})

test('an address of keys is one', () => {
  expect(isKeyAddress('https://login.microsoftonline.com/common/discovery/v2.0/keys')).toBe(true)
})
