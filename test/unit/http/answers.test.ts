import { describe, expect, test } from 'vitest'
import { MAX_PAYLOAD_BYTES } from '../../../local/gateway/lambda.ts'
import { fitting } from '../../../shared/http/answers.ts'
import { toProxyResult } from '../../../shared/http/api-answer.ts'
import { MAX_ANSWER_BYTES, sentBytes } from '../../../shared/scim/answer-size.ts'

const presentedOf = (members: { value: string }[]) => ({
  resource: { id: 'g', displayName: 'Crowd', members },
  location: 'https://scim.example.com/scim/v2/Groups/g',
  etag: 'W/"1"',
})

describe('toProxyResult()', () => {
  /** A body whose JSON takes so many bytes, half of them quotes that are escaped once more on their way. */
  const bodyOf = (bytes: number) => Array.from({ length: bytes / 4 }, () => 'a')

  test('refuses what outgrows 6 MB once Lambda has escaped it, though the body itself does not', () => {
    const body = bodyOf(4_800_000)
    expect(JSON.stringify(body).length).toBeLessThan(4_800_002)
    const detail =
      'The answer would be larger than 6 MB: lower count, leave members out with excludedAttributes, or read a large group by itself at /Groups/{id}'
    expect(() => toProxyResult({ status: 200, body }, 'r1')).toThrow(
      expect.objectContaining({ status: 400, scimType: 'tooMany', message: detail }),
    )
  })

  test('lets through what fits, all of it counted as Lambda sends it', () => {
    const result = toProxyResult({ status: 200, body: bodyOf(4_000_000) }, 'r1')
    expect(result.statusCode).toBe(200)
    expect(Buffer.byteLength(JSON.stringify(result))).toBeLessThan(MAX_PAYLOAD_BYTES)
  })

  test('leaves room for status and headers: the largest answer is one that Lambda sends', () => {
    const text = 'x'.repeat(MAX_ANSWER_BYTES - 6)
    expect(sentBytes(text)).toBe(MAX_ANSWER_BYTES)
    const headers = { location: 'x'.repeat(2000), etag: 'W/"1"' }
    const result = toProxyResult({ status: 200, headers, body: text }, 'r1')
    expect(Buffer.byteLength(JSON.stringify(result))).toBeLessThan(MAX_PAYLOAD_BYTES)
    expect(() => toProxyResult({ status: 200, body: `${text}x` }, 'r1')).toThrow('larger than 6 MB')
  })
})

describe('fitting()', () => {
  test('leaves an answer that fits as it is', () => {
    const presented = presentedOf([{ value: 'u' }])
    expect(fitting(presented)).toBe(presented)
  })

  test('leaves the members out of one that no Lambda could return, since the change is made', () => {
    const members = Array.from({ length: 60_000 }, (_, i) => ({ value: `user-${i}-${'x'.repeat(90)}` }))
    expect(JSON.stringify(members).length).toBeGreaterThan(MAX_ANSWER_BYTES)
    const { resource, ...rest } = presentedOf(members)
    expect(fitting({ resource, ...rest })).toEqual({ ...rest, resource: { id: 'g', displayName: 'Crowd' } })
  })
})
