import * as z from 'zod'
import { GatewayError } from './gateway-error.ts'
import type { RawAnswer } from './http-message.ts'
import { answerHeaders, HeaderValue } from './integration-answer.ts'
import { type Invocation, OutOfTime } from './lambda.ts'

/** The format of response streaming: metadata in JSON, eight zero bytes within the first 16 KB, the body. */
const DELIMITER = Buffer.alloc(8)
const MAX_METADATA_BYTES = 16 * 1024

const Metadata = z.strictObject({
  statusCode: z.int().min(100).max(599),
  headers: z.record(z.string(), HeaderValue).nullish(),
  multiValueHeaders: z.record(z.string(), z.array(HeaderValue)).nullish(),
  cookies: z.array(z.string()).nullish(),
})

/**
 * The client's answer out of one that a function is still writing; there is no limit to its size.
 * @throws {GatewayError} when the function failed or took too long before its answer began; plain 500 when it does not
 *   answer in the streaming format.
 */
export async function toStreamedAnswer(invocation: Invocation): Promise<RawAnswer> {
  if (invocation.kind === 'timeout') throw new GatewayError('INTEGRATION_TIMEOUT')
  if (invocation.kind === 'crash') throw new GatewayError('INTEGRATION_FAILURE', { cause: invocation.error })
  if (invocation.kind === 'done') throw notInFormat('it was returned as a whole')
  const chunks = invocation.stream.pieces()
  const { metadata, begun } = await takeMetadata(chunks)
  const { statusCode: status, cookies, ...rest } = parseMetadata(metadata)
  const headers = answerHeaders({ statusCode: status, ...rest })
  const set = (cookies ?? []).map((cookie): [string, string] => ['Set-Cookie', cookie])
  return { status, headers: [...headers, ...set], body: bodyOf(begun, chunks) }
}

async function takeMetadata(chunks: AsyncIterator<Buffer>): Promise<{ metadata: string; begun: Buffer }> {
  let read: Buffer = Buffer.alloc(0)
  for (;;) {
    const at = read.indexOf(DELIMITER)
    if (at >= 0 && at + DELIMITER.length <= MAX_METADATA_BYTES) {
      return { metadata: read.toString('utf8', 0, at), begun: read.subarray(at + DELIMITER.length) }
    }
    if (read.length >= MAX_METADATA_BYTES) throw notInFormat('its first 16 KB hold no end of metadata')
    const { done, value } = await nextChunk(chunks)
    if (done) throw notInFormat('it ended within its metadata')
    read = Buffer.concat([read, value])
  }
}

async function nextChunk(chunks: AsyncIterator<Buffer>): Promise<IteratorResult<Buffer>> {
  try {
    return await chunks.next()
  } catch (cause) {
    throw new GatewayError(cause instanceof OutOfTime ? 'INTEGRATION_TIMEOUT' : 'INTEGRATION_FAILURE', { cause })
  }
}

function parseMetadata(text: string): z.infer<typeof Metadata> {
  try {
    return Metadata.parse(JSON.parse(text))
  } catch (cause) {
    throw notInFormat('its metadata is not what it may be', cause)
  }
}

const notInFormat = (why: string, cause?: unknown) =>
  new GatewayError('DEFAULT_5XX', { cause: new Error(`The answer is not in the streaming format: ${why}`, { cause }) })

async function* bodyOf(begun: Buffer, chunks: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  if (begun.length > 0) yield begun
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value
}
