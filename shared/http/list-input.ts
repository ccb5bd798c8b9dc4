import * as z from 'zod'
import type { ListInput } from '../resources/list-query.ts'
import { invalidSyntax } from '../scim/error.ts'
import type { Json } from '../scim/schema.ts'
import { readEnvelope } from './envelope.ts'

export const SEARCH_REQUEST = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest'

/** RFC 7644 §3.4.2 and RFC 9865 §2: the parameters of a list; unknown ones are ignored. */
const listParameters = z.object({
  filter: z.string().optional(),
  attributes: z.string().optional(),
  excludedAttributes: z.string().optional(),
  sortBy: z.string().optional(),
  sortOrder: z.string().optional(),
  startIndex: z.string().optional(),
  count: z.string().optional(),
  cursor: z.string().max(200).optional(),
})

export function readListParameters(query: Readonly<Record<string, string>>): ListInput {
  return readEnvelope(listParameters, query, 'query')
}

/** RFC 7644 §3.4.3: the same as a body; lists of attributes are arrays there, and text is forgiven. */
const names = z.union([z.array(z.string()).max(200), z.string()]).nullish()
const searchRequest = z.object({
  schemas: z.array(z.string()),
  filter: z.string().nullish(),
  attributes: names,
  excludedAttributes: names,
  sortBy: z.string().nullish(),
  sortOrder: z.string().nullish(),
  startIndex: z.union([z.string(), z.number()]).nullish(),
  count: z.union([z.string(), z.number()]).nullish(),
  cursor: z.string().max(200).nullish(),
})

/** @throws {ScimError} 400 invalidSyntax when the body is no SearchRequest. */
export function readSearchRequest(body: Json): ListInput {
  const request = readEnvelope(searchRequest, body, 'SearchRequest')
  if (!request.schemas.some((urn) => urn.toLowerCase() === SEARCH_REQUEST.toLowerCase())) {
    throw invalidSyntax(`Cannot search: "schemas" must name ${SEARCH_REQUEST}`)
  }
  return withoutNulls(request)
}

/** null means unassigned (RFC 7643 §2.5). */
function withoutNulls(request: z.infer<typeof searchRequest>): ListInput {
  const { schemas: _, ...rest } = request
  return Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== null)) as ListInput
}
