import { lookup as resolve } from 'node:dns/promises'
import { type RequestOptions, request } from 'node:https'
import * as z from 'zod/mini'
import { isKeyAddress, JWKS_URI_RULE } from '../../auth/oauth/key-address.ts'
import { isSigningKey } from '../../auth/oauth/signing-key.ts'
import type { PublicKey } from '../../auth/oauth/trust.ts'
import { isPublicAddress } from '../../auth/public-address.ts'
import { ScimError } from '../../scim/error.ts'

/** An issuer that does not answer soon shall not hold its clients' requests. */
const TIMEOUT_MS = 3000
const MAX_BYTES = 64 * 1024
const MAX_KEYS = 100
/** How long keys are kept, and how soon they are fetched anew for one that is not among them. */
const KEPT_MS = 10 * 60_000
const AGAIN_MS = 60_000
/** How long an address that failed is left alone, as Retry-After says. */
const FAILED_MS = 30_000

const keySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).check(z.maxLength(MAX_KEYS)) })

export interface FetchOptions {
  now?: () => number
  /** The addresses a host name leads to. */
  addressesOf?: (host: string) => Promise<readonly string[]>
  /** More for the TLS connection: tests have a certificate of their own. */
  tls?: Pick<RequestOptions, 'ca' | 'host' | 'port'>
}

/** What a client hears whose issuer does not hand out its keys; the cause is for operators. */
export class KeysNotFetched extends ScimError {
  constructor(cause: unknown) {
    const detail =
      'The keys that sign for this client cannot be fetched: try again after the seconds named in Retry-After'
    super(503, undefined, detail, { cause, headers: { 'retry-after': '30' } })
  }
}

interface Kept {
  keys: Promise<readonly PublicKey[]>
  at: number
  hasFailed: boolean
}

/**
 * Fetches the keys at an address and keeps them for ten minutes; `again` once a minute at most, however many assertions
 * name a key that is not there; after a failure in half a minute, going by the keys there were. By https only, no redirect
 * followed, never from an address that is not public (SECURITY S: whoever may register an address must not read the
 * network of the function), in 3 s, 64 KB at most. Keys that nobody can sign with are left out.
 */
export function keyFetcher(options: FetchOptions = {}) {
  const { now = Date.now } = options
  const kept = new Map<string, Kept>()
  return async (uri: string, again: boolean): Promise<readonly PublicKey[]> => {
    const last = kept.get(uri)
    const lifeMs = last?.hasFailed ? FAILED_MS : again ? AGAIN_MS : KEPT_MS
    if (last && now() - last.at < lifeMs) return last.keys
    const next: Kept = { keys: fetchKeys(uri, options), at: now(), hasFailed: false }
    kept.set(uri, next)
    try {
      return await next.keys
    } catch (error) {
      next.hasFailed = true
      if (!again || !last) throw error
      next.keys = last.keys
      return last.keys
    }
  }
}

async function fetchKeys(uri: string, options: FetchOptions): Promise<readonly PublicKey[]> {
  try {
    if (!isKeyAddress(uri)) throw new Error(`it is not ${JWKS_URI_RULE}`)
    const url = new URL(uri)
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    const address = await Promise.race([publicAddress(url.hostname, options), whenAborted(signal)])
    const { keys } = keySet.parse(JSON.parse(await get(url, address, options, signal)))
    return keys.filter(isSigningKey) as readonly PublicKey[]
  } catch (cause) {
    throw new KeysNotFetched(cause)
  }
}

/** A name server is as slow as it likes, and hears of no signal. */
const whenAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))

/** The address is resolved once and connected to: a name that changes its mind in between is of no use. */
async function publicAddress(host: string, { addressesOf = resolveAll }: FetchOptions): Promise<string> {
  const addresses = await addressesOf(host)
  const [first] = addresses
  if (first === undefined || !addresses.every(isPublicAddress)) throw new Error('its host has no public address')
  return first
}

const resolveAll = async (host: string): Promise<string[]> =>
  (await resolve(host, { all: true })).map(({ address }) => address)

function get(url: URL, address: string, { tls }: FetchOptions, signal: AbortSignal): Promise<string> {
  return new Promise((done, fail) => {
    const headers = { accept: 'application/jwk-set+json, application/json', host: url.hostname }
    const options = { host: address, servername: url.hostname, path: `${url.pathname}${url.search}`, headers, ...tls }
    const call = request({ ...options, signal, agent: false }, (answer) => {
      if (answer.statusCode !== 200) {
        call.destroy()
        return fail(new Error(`it answers ${answer.statusCode}`))
      }
      let bytes = 0
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > MAX_BYTES) call.destroy(new Error('it answers more than 64 KB'))
        chunks.push(chunk)
      })
      answer.on('end', () => done(Buffer.concat(chunks).toString('utf8')))
      answer.on('error', fail)
    })
    call.on('error', fail).end()
  })
}
