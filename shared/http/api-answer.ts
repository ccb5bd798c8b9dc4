import type { PluginExecutionMode } from '@middy/core'
import type { APIGatewayProxyResult } from 'aws-lambda'
import { MAX_ANSWER_BYTES, sentBytes } from '../scim/answer-size.ts'
import { presentError, type ScimError, tooMany } from '../scim/error.ts'
import { holdsStream } from '../scim/json-stream.ts'

/** What an operation answers; a body is sent as JSON, arrays that are still being read (`json-stream.ts`) among it. */
export interface ApiAnswer {
  status: number
  headers?: Record<string, string>
  body?: unknown
}

/** An answer as Lambda sends it; the body of a streaming function may be read while it is sent. */
export interface SentAnswer<Body = string | NodeJS.ReadableStream> {
  statusCode: number
  headers: Record<string, string>
  body: Body
}

/** How answers leave a Lambda, errors too. */
export interface Transport {
  /** middy's, where it is not the usual one. */
  executionMode?: PluginExecutionMode
  /** `report` hears of what fails once the answer has begun. @throws {ScimError} 400 tooMany when it cannot be sent. */
  toSent(answer: ApiAnswer, requestId: string, report: (error: unknown) => void): SentAnswer
}

/** Exactly this: no charset parameter, since some clients compare it letter by letter (RFC 7644 §8.1). */
const SCIM_MEDIA_TYPE = 'application/scim+json'

/** The status and headers of an answer. */
export function toHead({ status, headers, body }: ApiAnswer, requestId: string): Omit<SentAnswer, 'body'> {
  const all = { 'x-request-id': requestId, 'cache-control': 'no-store', ...headers }
  return { statusCode: status, headers: body === undefined ? all : { 'content-type': SCIM_MEDIA_TYPE, ...all } }
}

/** The gateway's form of an answer that is sent as a whole. @throws {ScimError} 400 tooMany when no Lambda could return it. */
export function toProxyResult(answer: ApiAnswer, requestId: string): SentAnswer<string> & APIGatewayProxyResult {
  const head = toHead(answer, requestId)
  if (answer.body === undefined) return { ...head, body: '' }
  // What is still being read is more than the store holds for an answer, which is more than fits one.
  if (holdsStream(answer.body) || sentBytes(answer.body) > MAX_ANSWER_BYTES) {
    throw tooMany(
      'The answer would be larger than 6 MB: lower count, leave members out with excludedAttributes, or read a large group by itself at /Groups/{id}',
    )
  }
  return { ...head, body: JSON.stringify(answer.body) }
}

export const toErrorAnswer = (error: ScimError): ApiAnswer => ({
  status: error.status,
  headers: error.headers,
  body: presentError(error),
})
