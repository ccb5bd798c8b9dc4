import { invalidCount, invalidValue } from './error.ts'
import { DEFAULT_COUNT, MAX_COUNT } from './limits.ts'
import { quote } from './quote.ts'

export const LIST_RESPONSE = 'urn:ietf:params:scim:api:messages:2.0:ListResponse'

/** `startIndex` is the 1-based position of the first result; `count` 0 asks for `totalResults` only. */
export interface Page {
  startIndex: number
  count: number
}

/** What a list answers (RFC 7644 §3.4.2, RFC 9865 §2). */
export interface ListResponse<T> {
  schemas: [typeof LIST_RESPONSE]
  totalResults: number
  itemsPerPage: number
  startIndex?: number
  previousCursor?: string
  nextCursor?: string
  Resources: T[]
}

/** What a list is made of; a page reached by cursor has no `startIndex`. */
export interface ListPage<T> {
  resources: T[]
  totalResults: number
  startIndex?: number | undefined
  nextCursor?: string | undefined
  previousCursor?: string | undefined
}

/**
 * Reads `startIndex` and `count` of a query string or a SearchRequest, clamping what is out of range as
 * RFC 7644 §3.4.2.4 says.
 * @throws {ScimError} 400 invalidValue when one is not an integer; with a cursor, invalidCount for the count (RFC 9865 §3).
 */
export function parsePage(input: { startIndex?: unknown; count?: unknown; cursor?: string | undefined }): Page {
  const startIndex = parseInteger('startIndex', input.startIndex, invalidValue) ?? 1
  const refuseCount = input.cursor === undefined ? invalidValue : invalidCount
  const count = parseInteger('count', input.count, refuseCount) ?? DEFAULT_COUNT
  return { startIndex: clamp(startIndex, 1, Number.MAX_SAFE_INTEGER), count: clamp(count, 0, MAX_COUNT) }
}

/** The body of a list: `itemsPerPage` is the number of resources returned, `Resources` always an array. */
export function presentList<T>({ resources, totalResults, ...page }: ListPage<T>): ListResponse<T> {
  return {
    schemas: [LIST_RESPONSE],
    totalResults,
    itemsPerPage: resources.length,
    ...(page.startIndex !== undefined && { startIndex: page.startIndex }),
    ...(page.previousCursor !== undefined && { previousCursor: page.previousCursor }),
    ...(page.nextCursor !== undefined && { nextCursor: page.nextCursor }),
    Resources: resources,
  }
}

function parseInteger(name: string, input: unknown, refuse: (detail: string) => Error): number | undefined {
  if (input === undefined || input === null) return undefined
  if (typeof input === 'number' && Number.isInteger(input)) return input
  if (typeof input === 'string' && /^[+-]?\d+$/.test(input)) return Number(input)
  throw refuse(`Cannot read ${name} ${quote(input)}: expected an integer`)
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value))
}
