import * as z from 'zod/mini'
import { invalidValue } from '../../scim/error.ts'
import { hasMembers, type ResourceType } from '../../scim/schema.ts'
import { objectName } from '../name-input.ts'
import { parseInput } from '../parse-input.ts'

/** Rows of a page unless another number is asked for, and the most. */
export const SEARCH_PAGE = 100
export const MAX_SEARCH_PAGE = 1000
const MAX_Q = 1000

/** Where a walk over names goes on: behind a folded name, and how many were looked at before. */
export interface NamePlace {
  after: string
  looked: number
}

const A_PLACE = 'expected the value of "next" of an earlier answer'
const place = z.pipe(
  z.string().check(z.regex(/^\d{1,9}\.[A-Za-z0-9_-]{1,1400}$/, { error: A_PLACE })),
  z.transform((text): NamePlace => {
    const [looked = '', after = ''] = text.split('.')
    return { after: Buffer.from(after, 'base64url').toString('utf8'), looked: Number(looked) }
  }),
)

/** A place as its text. */
export const toPlaceText = ({ after, looked }: NamePlace): string =>
  `${looked}.${Buffer.from(after).toString('base64url')}`

const A_LIMIT = `expected a whole number from 1 to ${MAX_SEARCH_PAGE}`
/** How many rows a page has. */
export const pageSize = z._default(
  z.pipe(
    z.pipe(z.string().check(z.regex(/^\d{1,4}$/, { error: A_LIMIT })), z.transform(Number)),
    z.number().check(z.minimum(1, { error: A_LIMIT }), z.maximum(MAX_SEARCH_PAGE, { error: A_LIMIT })),
  ),
  SEARCH_PAGE,
)
/** What names begin with; of nothing but blanks it is left out. */
export const beginning = z._default(
  z.pipe(
    z.string().check(z.maxLength(MAX_Q, { error: `at most ${MAX_Q} characters` })),
    z.transform((text) => text.trim()),
  ),
  '',
)

const A_TRUTH = 'expected true or false'
const searchInput = z.object({
  q: beginning,
  active: z.optional(
    z.pipe(
      z.enum(['true', 'false'], { error: A_TRUTH }),
      z.transform((text) => text === 'true'),
    ),
  ),
  owner: z.optional(objectName),
  role: z.optional(z.string().check(z.minLength(1, { error: 'expected an id or a name' }))),
  limit: pageSize,
  cursor: z.optional(place),
})

/** What administrators look for: by the start of a name or what identifies exactly, and which of these. */
export type ObjectSearch = z.output<typeof searchInput>

type Query = Readonly<Record<string, string>>

const WORDS = ['q', 'active', 'owner', 'role', 'limit'] as const
/** What a list of SCIM is asked by; such lists have another order and other cursors. */
const LIST_WORDS = ['filter', 'sortBy', 'sortOrder', 'startIndex', 'count'] as const

/** What roles do not have. */
const OF_USERS = ['active', 'role'] as const

/** Whether a query is a search and no list of SCIM. */
export const isSearch = (query: Query): boolean => WORDS.some((word) => query[word] !== undefined)

/** @throws {ScimError} 400 invalidValue; also for words of a list beside those of a search, or of users for roles. */
export function parseSearch(type: ResourceType, query: Query): ObjectSearch {
  const ofUsers = OF_USERS.find((word) => hasMembers(type) && query[word] !== undefined)
  if (ofUsers) throw invalidValue(`Cannot use ${ofUsers} for roles: it is asked of users`)
  const [other] = LIST_WORDS.filter((word) => query[word] !== undefined)
  if (other === undefined) return parseInput(searchInput, query)
  throw invalidValue(`Cannot use ${other} together with ${WORDS.join(', ')}: ask for a list or search, one of them`)
}
