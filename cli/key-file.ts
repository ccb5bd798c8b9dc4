import { createPublicKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { faultOfKey, KEY_RULE } from '../shared/auth/oauth/signing-key.ts'
import { Failure } from './failure.ts'

const PEM = /-----BEGIN ([A-Z0-9 ]+)-----[^-]+-----END \1-----/g
const A_FILE = 'expected a JWK, a set of them (JWKS), or a PEM of public keys'

/**
 * The public keys of a file, as JWKs: a JWK, a set of them or PEM, which knows no key ids. A private key leaves this machine
 * in no request. @throws {Failure} saying what is wrong with the file or a key of it.
 */
export function loadPublicKeys(path: string): unknown[] {
  const keys = parseKeys(path, loadText(path))
  for (const [n, key] of keys.entries()) {
    const fault = faultOfKey(key)
    if (fault)
      throw new Failure(`Cannot use ${keys.length > 1 ? `key ${n + 1} of ` : ''}${path}: ${fault}; ${KEY_RULE}`)
  }
  return keys
}

function loadText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new Failure(`Cannot read keys from ${path}: ${(cause as Error).message}`, { cause })
  }
}

function parseKeys(path: string, text: string): unknown[] {
  const blocks = [...text.matchAll(PEM)]
  if (blocks.length > 0) return blocks.map(([block, label = '']) => toJwk(path, block, label))
  try {
    const found: unknown = JSON.parse(text)
    const { keys } = Object(found) as { keys?: unknown }
    return Array.isArray(keys) ? keys : [found]
  } catch (cause) {
    throw new Failure(`Cannot read keys from ${path}: ${A_FILE}`, { cause })
  }
}

/** Of a private key it would make the public one, and nobody would notice which file was named. */
function toJwk(path: string, block: string, label: string): unknown {
  if (label.endsWith('PRIVATE KEY')) {
    throw new Failure(`Cannot use ${path}: it is a private key; name its public one: openssl pkey -in ${path} -pubout`)
  }
  try {
    return createPublicKey(block).export({ format: 'jwk' })
  } catch (cause) {
    throw new Failure(`Cannot read keys from ${path}: its ${label} cannot be read; ${A_FILE}`, { cause })
  }
}
