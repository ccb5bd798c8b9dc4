import type { APIGatewayProxyResult } from 'aws-lambda'
import { presentError, type ScimError, tooMany } from '../scim/error.ts'

/** What an operation answers; a body is sent as JSON. */
export interface ApiAnswer {
  status: number
  headers?: Record<string, string>
  body?: unknown
}

/** Exactly this: no charset parameter, since some clients compare it letter by letter (RFC 7644 §8.1). */
export const SCIM_MEDIA_TYPE = 'application/scim+json'
/** A Lambda's answer ends at 6 MB (6,291,556 bytes); the difference leaves room for status and headers. */
export const MAX_ANSWER_BYTES = 6_200_000

/** The bytes that a body takes in what Lambda sends: JSON text inside JSON, where each quote of it is escaped again. */
export const sentBytes = (body: unknown): number => Buffer.byteLength(JSON.stringify(JSON.stringify(body)))

/** The gateway's form of an answer. @throws {ScimError} 400 tooMany when no Lambda could return it. */
export function toProxyResult(answer: ApiAnswer, requestId: string): APIGatewayProxyResult {
  const headers: Record<string, string> = { 'x-request-id': requestId, 'cache-control': 'no-store', ...answer.headers }
  if (answer.body === undefined) return { statusCode: answer.status, headers, body: '' }
  if (sentBytes(answer.body) > MAX_ANSWER_BYTES) {
    throw tooMany('The answer would be larger than 6 MB: lower count, or leave members out with excludedAttributes')
  }
  const body = JSON.stringify(answer.body)
  return { statusCode: answer.status, headers: { 'content-type': SCIM_MEDIA_TYPE, ...headers }, body }
}

export const toErrorAnswer = (error: ScimError): ApiAnswer => ({
  status: error.status,
  headers: error.headers,
  body: presentError(error),
})
