import { createHash } from 'node:crypto'
import { formatAttributePath } from '../scim/attribute-path.ts'
import { invalidCount } from '../scim/error.ts'
import { parseFilter } from '../scim/filter/parser.ts'
import { printFilter } from '../scim/filter/print.ts'
import type { Filter } from '../scim/filter/tree.ts'
import { parsePage } from '../scim/list-response.ts'
import { type Projection, parseProjection } from '../scim/project.ts'
import type { ResourceType } from '../scim/schema.ts'
import { parseSort, type Sort } from '../scim/sort.ts'
import type { MarkedList } from '../store/pages.ts'
import type { ScimContext } from './context.ts'

/** The parameters of a list or a search, read but not yet understood (RFC 7644 §3.4.2, RFC 9865 §2). */
export interface ListInput {
  filter?: string | undefined
  attributes?: string | string[] | undefined
  excludedAttributes?: string | string[] | undefined
  sortBy?: string | undefined
  sortOrder?: string | undefined
  startIndex?: string | number | undefined
  count?: string | number | undefined
  /** Present, even empty: pages by cursor. */
  cursor?: string | undefined
}

export interface ListQuery {
  filter: Filter | undefined
  sort: Sort | undefined
  projection: Projection
  startIndex: number
  count: number
  cursor: string | undefined
}

/** @throws {ScimError} 400 invalidFilter or invalidValue. */
export function parseListQuery(type: ResourceType, input: ListInput, acrossTypes = false): ListQuery {
  const { filter, sortBy, sortOrder, cursor } = input
  const unknownAttributes: 'noValue' | 'refuse' = acrossTypes ? 'noValue' : 'refuse'
  return {
    filter: filter === undefined ? undefined : parseFilter(filter, type, { unknownAttributes }),
    sort: parseSort(type, sortBy, sortOrder, { unknownAttributes }),
    projection: parseProjection(type, input),
    cursor,
    ...toPage(input),
  }
}

function toPage(input: ListInput): { startIndex: number; count: number } {
  const page = parsePage(input)
  if (input.cursor && page.count === 0) throw invalidCount('Cannot follow a cursor with count 0: ask for at least one')
  return page
}

/**
 * Names the list a page belongs to, so that a mark or cursor of another list, caller or token means nothing here:
 * SECURITY I3. The size and place of the page are no part of it.
 */
export function toMarkedList({ principal }: ScimContext, types: ResourceType[], query: ListQuery): MarkedList {
  const { account, role, tokenId, privileges } = principal
  const { filter, sort } = query
  const order = sort && [sort.path ? formatAttributePath(sort.path) : '', sort.descending]
  const parts = [
    types.map(({ name }) => name),
    role,
    tokenId,
    [...privileges].sort(),
    filter ? printFilter(filter) : '',
    order ?? [],
  ]
  return { account, queryHash: createHash('sha256').update(JSON.stringify(parts)).digest('hex') }
}
