import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { crc32 } from 'node:zlib'

/** A bearer token at the moment it is made: the only moment at which its text is known. */
export interface NewToken {
  /** Half of the token and the key of its record; not a secret. */
  tokenId: string
  /** `rolecall_<id>_<secret>_<checksum>`, to be shown once and kept nowhere. */
  token: string
  /** SHA-256 of the secret, 32 bytes: what is stored. */
  secretHash: Uint8Array
}

/** The parts of a token whose form and checksum are right; whether it is known is another question. */
export interface ParsedToken {
  tokenId: string
  secret: string
}

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** 22 letters of 62 are 130.9 bits, 43 are 256.03, 6 hold any CRC-32. */
const FORM = /^(rolecall_([0-9A-Za-z]{22})_([0-9A-Za-z]{43}))_([0-9A-Za-z]{6})$/
/** Whatever looks like a token or the beginning of one, its secret behind the first group; not only ours that work. */
export const TOKEN_LIKE = /(rolecall_[0-9A-Za-z]{22}_)[0-9A-Za-z]+(?:_[0-9A-Za-z]*)?/gi
const ID_LETTERS = 22
const SECRET_LETTERS = 43
/** The largest multiple of 62 in a byte: bytes from here on would favour the first letters and are dropped. */
const UNBIASED = 248

/** Whether a text is the id of a token by its form, and so no whole token. */
export const isTokenId = (text: string): boolean => /^[0-9A-Za-z]{22}$/.test(text)

/** Makes a token: an id of more than 128 bits, if none is given, a secret of more than 256, each letter equally likely. */
export function newToken(tokenId = randomText(ID_LETTERS)): NewToken {
  const secret = randomText(SECRET_LETTERS)
  return { tokenId, token: formatToken({ tokenId, secret }), secretHash: hashSecret(secret) }
}

/** Writes a token's text; the inverse of {@link parseToken}. */
export function formatToken({ tokenId, secret }: ParsedToken): string {
  const body = `rolecall_${tokenId}_${secret}`
  return `${body}_${checksum(body)}`
}

/** Reads a token's form: one anchored expression and the checksum, before anything is hashed or looked up. */
export function parseToken(text: string): ParsedToken | undefined {
  const [, body, tokenId, secret, sum] = FORM.exec(text) ?? []
  if (!body || !tokenId || !secret || checksum(body) !== sum) return undefined
  return { tokenId, secret }
}

/** SHA-256: the secret is random and long, so nothing slower is needed. */
export const hashSecret = (secret: string): Uint8Array => createHash('sha256').update(secret).digest()

/** What the secret of an unknown token is compared with, so that it takes as long as a known one. */
const NO_HASH = /* @__PURE__ */ hashSecret('no token has this id')

/** Compares digests in constant time; `hash` is undefined for an unknown token, which never matches. */
export function verifySecret(secret: string, hash: Uint8Array | undefined): boolean {
  const known = hash?.length === NO_HASH.length
  const equal = timingSafeEqual(hashSecret(secret), known ? hash : NO_HASH)
  return known && equal
}

function randomText(length: number): string {
  let text = ''
  while (text.length < length) {
    for (const byte of randomBytes(length - text.length)) if (byte < UNBIASED) text += ALPHABET[byte % 62]
  }
  return text
}

function checksum(body: string): string {
  let rest = crc32(body)
  let text = ''
  for (let i = 0; i < 6; i++, rest = Math.floor(rest / 62)) text = ALPHABET[rest % 62] + text
  return text
}
