import { describe, expect, test } from 'vitest'
import { hashSecret, newToken, parseToken, verifySecret } from '../../../shared/auth/token.ts'

describe('newToken()', () => {
  test('writes id, secret and checksum in one text of 82 characters (S1)', () => {
    const { tokenId, token, secretHash } = newToken()
    const parsed = parseToken(token)
    expect(token).toMatch(/^rolecall_[0-9A-Za-z]{22}_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}$/)
    expect(parsed?.tokenId).toBe(tokenId)
    expect(hashSecret(parsed?.secret ?? '')).toEqual(secretHash)
    expect(secretHash).toHaveLength(32)
  })

  test('makes 100,000 tokens without a repetition and without a favourite letter at any place (S1)', () => {
    const tokens = Array.from({ length: 100_000 }, () => newToken().token)
    expect(new Set(tokens).size).toBe(tokens.length)
    for (const place of [...range(9, 31), ...range(32, 75)]) {
      expect({ place, chiSquare: chiSquare(tokens, place) < 140 }).toEqual({ place, chiSquare: true })
    }
  })
})

/** With 61 degrees of freedom 140 is passed by chance once in some ten million places. */
function chiSquare(tokens: string[], place: number): number {
  const counts = new Map<string, number>()
  for (const token of tokens) counts.set(token.charAt(place), (counts.get(token.charAt(place)) ?? 0) + 1)
  expect(counts.size).toBe(62)
  const expected = tokens.length / 62
  return [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)

describe('parseToken()', () => {
  const { token } = newToken()
  const flip = (at: number) => `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`

  test('refuses a token with any one letter changed (AUT-1)', () => {
    for (let at = 0; at < token.length; at++) expect({ at, parsed: parseToken(flip(at)) }).toEqual({ at })
  })

  test.each([
    ['nothing', ''],
    ['a truncated token', token.slice(0, -1)],
    ['a token with a line after it', `${token}\n`],
    ['a token with a space before it', ` ${token}`],
    ['two tokens', token + token],
    ['another prefix', token.replace('rolecall', 'Rolecall')],
    ['a megabyte', 'rolecall_'.repeat(100_000)],
    ['letters of other scripts', token.replace(/[0-9]/g, '٣')],
  ])('refuses %s (AUT-1)', (_name, text) => {
    expect(parseToken(text)).toBeUndefined()
  })
})

describe('verifySecret()', () => {
  test('accepts the right secret only', () => {
    const { token, secretHash } = newToken()
    const secret = parseToken(token)?.secret ?? ''
    expect(verifySecret(secret, secretHash)).toBe(true)
    expect(verifySecret(`${secret}0`, secretHash)).toBe(false)
    expect(verifySecret('', secretHash)).toBe(false)
  })

  test('refuses whatever is compared with an unknown or a broken hash (S3)', () => {
    expect(verifySecret('no token has this id', undefined)).toBe(false)
    expect(verifySecret('no token has this id', new Uint8Array(0))).toBe(false)
    expect(verifySecret('anything', new Uint8Array(31))).toBe(false)
  })
})
