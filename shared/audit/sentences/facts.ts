import { isResourceId } from '../../scim/resource-id.ts'
import type { EventRow } from '../event-row.ts'
import { countListed } from '../listed.ts'
import type { Change } from '../rest-event.ts'

/** Names by id. */
export type Names = Pick<ReadonlyMap<string, string>, 'get'>

/** What is known beside the event; less of it makes sentences plainer, never wrong. */
export interface Known {
  /** The account's integrations: the only one of its kind is called by its kind. */
  integrations?: readonly { name: string; clientKind: string }[]
  /** Names of users and roles by id. */
  names?: Names
  /** The object on whose own page the sentence stands: called by its short name there. */
  own?: string
  /** How many roles those who were deleted lost by it, by the id of the delete's event. */
  losses?: ReadonlyMap<string, number>
}

/** An event taken apart, once for all that is said of it. */
export interface Facts {
  row: EventRow
  known: Known
  /** The endpoint's segments, decoded; without the endpoint id of an integration's own base URL. */
  path: readonly string[]
  status: number
  changes: readonly Change[]
  /** The parameters of its query, or of the question that was the payload of an invocation. */
  query: Readonly<Record<string, string>>
  detail: string
  tokenId: string
  cause: string | undefined
  skipped: number
  part: number | undefined
  total: number | undefined
  count: number | undefined
  retryAfter: number | undefined
}

/** Takes a row apart; what is not as we write it counts as absent. */
export function toFacts(row: EventRow, known: Known): Facts {
  const details = toObject(parseJson(row.DETAILS))
  const textOf = (name: string) => (typeof details[name] === 'string' ? (details[name] as string) : '')
  const numberOf = (name: string) => (Number.isSafeInteger(details[name]) ? (details[name] as number) : undefined)
  return {
    ...{ row, known, path: toPath(row.ENDPOINT), status: Number(row.HTTP_STATUS) },
    changes: Array.isArray(details.changes) ? details.changes.filter(isChange) : [],
    query: toQuery(textOf('query')),
    detail: textOf('detail'),
    tokenId: textOf('tokenId'),
    cause: textOf('cause') || undefined,
    skipped: countListed(
      textOf('skipped')
        .split(', ')
        .filter((id) => id !== ''),
    ),
    ...{ part: numberOf('part'), total: numberOf('total'), count: numberOf('count') },
    retryAfter: numberOf('retryAfter'),
  }
}

/** The change of an attribute, if it is among them. */
export const changeOf = ({ changes }: Facts, attribute: string): Change | undefined =>
  changes.find((change) => change.attribute === attribute)

/** A value of a change as text; none where it is not one. */
export const textAt = (facts: Facts, attribute: string, side: 'before' | 'after' = 'after'): string | undefined => {
  const value = changeOf(facts, attribute)?.[side]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** Whether a request only asked what it would do. */
export const isDryRun = ({ query, changes }: Facts): boolean => query.dryRun === 'true' && changes.length === 0

function toPath(endpoint: unknown): string[] {
  const segments = String(endpoint ?? '')
    .split('/')
    .map(decode)
  const [first, second, third = ''] = segments
  return first === 'scim' && second === 'v2' && isResourceId(third) ? [first, second, ...segments.slice(3)] : segments
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

function parseJson(text: unknown): unknown {
  try {
    return JSON.parse(String(text))
  } catch {
    return undefined
  }
}

const toObject = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}

const isChange = (value: unknown): value is Change => typeof toObject(value).attribute === 'string'

/** Values are decoded in events: an ampersand within quotes is part of a filter. */
const NEXT_PARAMETER = /&(?=\w+=)(?=(?:[^"]*"[^"]*")*[^"]*$)/

/** `a=1&b=x eq "y"`, or the JSON text of an invocation's payload. */
function toQuery(text: string): Record<string, string> {
  const pairs: [string, unknown][] = text.startsWith('{')
    ? Object.entries(toObject(parseJson(text)))
    : text.split(NEXT_PARAMETER).map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)])
  return Object.fromEntries(pairs.map(([name, value]) => [name, String(value)]))
}
