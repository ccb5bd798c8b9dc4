import * as z from 'zod'
import type { BulkOperation } from '../scim/bulk.ts'
import { invalidSyntax } from '../scim/error.ts'
import type { Json } from '../scim/schema.ts'
import { readEnvelope } from './envelope.ts'

export const BULK_REQUEST = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest'
export const BULK_RESPONSE = 'urn:ietf:params:scim:api:messages:2.0:BulkResponse'

export interface BulkRequest {
  operations: BulkOperation[]
  /** Errors after which no further operation is begun. */
  failOnErrors: number
}

const request = z.object({
  schemas: z.array(z.string()),
  failOnErrors: z.number().int().min(1).nullish(),
  Operations: z.array(z.unknown()).min(1),
})

const operation = z.object({
  method: z.string(),
  path: z.string(),
  bulkId: z.string().max(200).nullish(),
  version: z.string().max(200).nullish(),
  data: z.unknown().optional(),
})

/** Reads a BulkRequest (RFC 7644 §3.7). @throws {ScimError} 400 invalidSyntax. */
export function readBulkRequest(body: Json): BulkRequest {
  const { schemas, failOnErrors, Operations } = readEnvelope(request, body, 'BulkRequest')
  if (!schemas.some((urn) => urn.toLowerCase() === BULK_REQUEST.toLowerCase())) {
    throw invalidSyntax(`Cannot read the BulkRequest: "schemas" must name ${BULK_REQUEST}`)
  }
  return { operations: Operations.map(readOperation), failOnErrors: failOnErrors ?? Number.POSITIVE_INFINITY }
}

function readOperation(input: unknown, index: number): BulkOperation {
  const { method, path, bulkId, version, data } = readEnvelope(operation, input, `operation ${index + 1}`)
  return {
    method: method.toUpperCase(),
    path,
    bulkId: bulkId ?? undefined,
    version: version ?? undefined,
    data: data as Json | undefined,
  }
}
