import { Readable } from 'node:stream'
import { executionModeStreamifyResponse } from '@middy/core/StreamifyResponse'
import { jsonPieces } from '../scim/json-stream.ts'
import { type Transport, toHead } from './api-answer.ts'

/**
 * Answers of any size, each in the format of response streaming, which the gateway then expects of every one: status and
 * headers, then the body as it is read. What fails in its middle cuts it, and is reported.
 */
export const STREAMED: Transport = {
  executionMode: executionModeStreamifyResponse,
  toSent: (answer, requestId, report) => ({
    ...toHead(answer, requestId),
    body: answer.body === undefined ? '' : Readable.from(reported(answer.body, report), { objectMode: false }),
  }),
}

async function* reported(body: unknown, report: (error: unknown) => void): AsyncGenerator<string> {
  try {
    yield* jsonPieces(body)
  } catch (error) {
    report(error)
    throw error
  }
}
