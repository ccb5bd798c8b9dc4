import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { ResponseStream } from '../../../../local/gateway/lambda-runtime.ts'
import { toStreamedAnswer } from '../../../../local/gateway/streamed-answer.ts'

const END = Buffer.alloc(8)

/** An answer that was written in these pieces. */
function answerOf(...pieces: (string | Buffer)[]) {
  const stream = new ResponseStream()
  for (const piece of pieces) stream.write(piece)
  stream.end()
  return toStreamedAnswer({ kind: 'stream', stream })
}
const bodyOf = async ({ body }: Awaited<ReturnType<typeof answerOf>>) => text(body as AsyncIterable<Buffer>)

test.each([
  ['in one piece', [Buffer.concat([Buffer.from('{"statusCode":200}'), END, Buffer.from('body')])]],
  ['with the end of the metadata in two', ['{"status', 'Code":200}', END.subarray(0, 3), END.subarray(3), 'bo', 'dy']],
])('metadata and body are told apart %s', async (_name, pieces) => {
  const answer = await answerOf(...pieces)
  expect([answer.status, answer.headers, await bodyOf(answer)]).toEqual([
    200,
    [['Content-Type', 'application/json']],
    'body',
  ])
})

test('headers, repeated ones and cookies are passed on, and zero bytes of the body', async () => {
  const metadata = {
    statusCode: 201,
    headers: { 'content-type': 'text/plain', etag: 'x' },
    multiValueHeaders: { link: ['a', 'b'] },
    cookies: ['c=1', 'd=2'],
  }
  const answer = await answerOf(JSON.stringify(metadata), END, END)
  expect([answer.status, answer.headers, await bodyOf(answer)]).toEqual([
    201,
    [
      ['content-type', 'text/plain'],
      ['etag', 'x'],
      ['link', 'a'],
      ['link', 'b'],
      ['Set-Cookie', 'c=1'],
      ['Set-Cookie', 'd=2'],
    ],
    '\0'.repeat(8),
  ])
})

const padded = (bytes: number) => JSON.stringify({ statusCode: 200, headers: { x: 'x'.repeat(bytes - 37) } })

test('metadata and its end may take 16 KB', async () => {
  const metadata = padded(16 * 1024 - 8)
  expect(metadata).toHaveLength(16 * 1024 - 8)
  expect((await answerOf(metadata, END)).status).toBe(200)
})

test.each([
  ['has no end of metadata', ['{"statusCode":200}']],
  ['has metadata that ends behind 16 KB', [padded(16 * 1024 - 7), END]],
  ['has 16 KB that never end', ['x'.repeat(20_000)]],
  ['has metadata that is no JSON', ['statusCode: 200', END]],
  ['has a body in its metadata', ['{"statusCode":200,"body":"x"}', END]],
  ['says that it is base64', ['{"statusCode":200,"isBase64Encoded":false}', END]],
  ['has no status', ['{"headers":{}}', END]],
  ['is empty', []],
])('an answer that %s is not in the format: a plain 500', async (_name, pieces) => {
  await expect(answerOf(...pieces)).rejects.toMatchObject({
    type: 'DEFAULT_5XX',
    cause: { message: expect.stringMatching(/^The answer is not in the streaming format: /) },
  })
})

test('an answer that was returned as a whole is not in the format either', async () => {
  const payload = { statusCode: 200, body: '{}' }
  await expect(toStreamedAnswer({ kind: 'done', payload })).rejects.toMatchObject({ type: 'DEFAULT_5XX' })
})

test('a function that fails before its answer begins is 502', async () => {
  const stream = new ResponseStream()
  stream.destroy(new Error('out of memory'))
  await expect(toStreamedAnswer({ kind: 'stream', stream })).rejects.toMatchObject({
    type: 'INTEGRATION_FAILURE',
    cause: { message: 'out of memory' },
  })
})
