import * as z from 'zod/mini'
import type { ListInput } from '../resources/list-query.ts'
import type { Json } from '../scim/schema.ts'
import { parseEnvelope, parseInner } from './envelope.ts'

export const SEARCH_REQUEST = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest'

/** RFC 7644 §3.4.2 and RFC 9865 §2: the parameters of a list; unknown ones are ignored. */
const listParameters = z.object({
  filter: z.optional(z.string()),
  attributes: z.optional(z.string()),
  excludedAttributes: z.optional(z.string()),
  sortBy: z.optional(z.string()),
  sortOrder: z.optional(z.string()),
  startIndex: z.optional(z.string()),
  count: z.optional(z.string()),
  cursor: z.optional(z.string()),
})

/** @throws {ScimError} 400 invalidSyntax when a parameter is named twice in different letter case. */
export function parseListParameters(query: Readonly<Record<string, string>>): ListInput {
  return withoutBlanks(parseInner(listParameters, query, 'the query'))
}

/** RFC 7644 §3.4.3: the same as a body; lists of attributes are arrays there, and text is forgiven. */
const names = z.nullish(z.union([z.array(z.string()).check(z.maxLength(200)), z.string()]))
const searchRequest = z.object({
  filter: z.nullish(z.string()),
  attributes: names,
  excludedAttributes: names,
  sortBy: z.nullish(z.string()),
  sortOrder: z.nullish(z.string()),
  startIndex: z.nullish(z.union([z.string(), z.number()])),
  count: z.nullish(z.union([z.string(), z.number()])),
  cursor: z.nullish(z.string()),
})

/** @throws {ScimError} 400 invalidSyntax when the body is no SearchRequest. */
export function parseSearchRequest(body: Json): ListInput {
  return withoutBlanks(parseEnvelope(searchRequest, body, SEARCH_REQUEST))
}

/**
 * Leaves out what is not given: null (RFC 7643 §2.5), and text of nothing but spaces. A blank cursor is an empty one,
 * which begins (RFC 9865 §2), and a blank filter is refused where filters are read: whoever sends one must not be shown everything.
 */
function withoutBlanks(input: z.infer<typeof searchRequest> | z.infer<typeof listParameters>): ListInput {
  const given = Object.entries(input).filter(
    ([name, value]) => value !== null && (BLANK_MEANS.has(name) || !isBlank(value)),
  )
  return Object.fromEntries(given.map(([name, value]) => [name, isBlank(value) ? '' : value])) as ListInput
}

const BLANK_MEANS = new Set(['filter', 'cursor'])
const isBlank = (value: unknown): boolean => typeof value === 'string' && value.trim() === ''
