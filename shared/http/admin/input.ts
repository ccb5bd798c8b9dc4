import { invalidSyntax } from '../../scim/error.ts'
import type { JsonObject } from '../../scim/schema.ts'
import type { ApiAnswer } from '../api-answer.ts'
import type { ApiRequest } from '../api-request.ts'

const MAX_INPUT_BYTES = 64 * 1024

/** The body of an admin request. @throws {ScimError} 400 invalidSyntax when it is no JSON object; 413. */
export function requireObject(request: ApiRequest): JsonObject {
  const body = request.parseBody(MAX_INPUT_BYTES)
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body
  throw invalidSyntax('Cannot read the body: send a JSON object')
}

/** An answer that is no SCIM resource. */
export const json = (status: number, body: object): ApiAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body,
})
