import * as z from 'zod/mini'
import type { BulkOperation } from '../scim/bulk.ts'
import type { Json } from '../scim/schema.ts'
import { parseEnvelope, parseInner } from './envelope.ts'

export const BULK_REQUEST = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest'
export const BULK_RESPONSE = 'urn:ietf:params:scim:api:messages:2.0:BulkResponse'

export interface BulkRequest {
  operations: BulkOperation[]
  /** Errors after which no further operation is begun. */
  failOnErrors: number
}

const request = z.object({
  failOnErrors: z.nullish(z.int().check(z.gte(1))),
  Operations: z.array(z.unknown()).check(z.minLength(1)),
})

const operation = z.object({
  method: z.string(),
  path: z.string(),
  bulkId: z.nullish(z.string().check(z.maxLength(200))),
  version: z.nullish(z.string().check(z.maxLength(200))),
  data: z.optional(z.unknown()),
})

/** Reads a BulkRequest (RFC 7644 §3.7). @throws {ScimError} 400 invalidSyntax. */
export function parseBulkRequest(body: Json): BulkRequest {
  const { failOnErrors, Operations } = parseEnvelope(request, body, BULK_REQUEST)
  return { operations: Operations.map(parseBulkOperation), failOnErrors: failOnErrors ?? Number.POSITIVE_INFINITY }
}

function parseBulkOperation(input: unknown, index: number): BulkOperation {
  const { method, path, bulkId, version, data } = parseInner(operation, input, `Operations[${index}]`)
  return {
    method: method.toUpperCase(),
    path,
    bulkId: bulkId ?? undefined,
    version: version ?? undefined,
    data: data as Json | undefined,
  }
}
