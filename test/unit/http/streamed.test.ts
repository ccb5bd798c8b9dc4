import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { STREAMED } from '../../../shared/http/streamed.ts'

const report = () => {
  throw new Error('Nothing failed')
}

test('status and headers are all that stands before the body, which is read when it is sent', async () => {
  let read = 0
  async function* members() {
    read++
    yield [{ value: 'u' }]
  }
  const body = { id: 'g', members: members() }
  const sent = STREAMED.toSent({ status: 200, headers: { etag: 'W/"1"' }, body }, 'r1', report)
  expect(sent).toEqual({
    statusCode: 200,
    headers: {
      'content-type': 'application/scim+json',
      'x-request-id': 'r1',
      'cache-control': 'no-store',
      etag: 'W/"1"',
    },
    body: expect.any(Readable),
  })
  expect(read).toBe(0)
  expect(await text(sent.body as Readable)).toBe('{"id":"g","members":[{"value":"u"}]}')
})

test('an answer without a body has none, and no content type (MED-5)', () => {
  expect(STREAMED.toSent({ status: 304, headers: { etag: 'W/"1"' } }, 'r1', report)).toEqual({
    statusCode: 304,
    headers: { 'x-request-id': 'r1', 'cache-control': 'no-store', etag: 'W/"1"' },
    body: '',
  })
})

test('a failure in the middle is reported, and ends the body without its end', async () => {
  const failure = new Error('The table is away')
  async function* members() {
    yield [1]
    throw failure
  }
  const reported: unknown[] = []
  const { body } = STREAMED.toSent({ status: 200, body: { members: members() } }, 'r1', (error) => reported.push(error))
  const chunks: string[] = []
  const drain = async () => {
    for await (const chunk of body as Readable) chunks.push(String(chunk))
  }
  await expect(drain()).rejects.toBe(failure)
  expect([chunks.join(''), reported]).toEqual(['{"members":[1', [failure]])
})
