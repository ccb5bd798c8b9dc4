import { limitChanges } from '../../audit/limit-changes.ts'
import { packChanges, unpackChanges } from '../../audit/pack-changes.ts'
import { type EventField, eventFields, type RestEvent } from '../../audit/rest-event.ts'
import { maskChanges, maskSecrets } from '../../audit/secrets.ts'
import { cutText } from '../../scim/quote.ts'
import { EVENT_SHARDS, eventPartition, historyKey, type Key } from '../keys.ts'
import { type Region, toWrote } from '../regions/region.ts'

/** What writing an event needs to know of the table; every `Db` is one. */
export interface EventTable {
  tableName: string
  /** Days a REST event is kept. */
  eventRetentionDays: number
  /** Where it is written, in a deployment of several regions. */
  region?: Region
}

/** One event to be put, in the words of PutItem; whoever sends it decides how values are marshalled. */
export interface EventWrite {
  TableName: string
  Item: Record<string, unknown>
  ConditionExpression: string
}

const DAY_SECONDS = 86_400
const MINUTE_MS = 60_000
const SORT_KEY = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)#([0-9a-f-]{36})$/

/** The query of an administrator who only asked what would be. */
const DRY_RUN = /(?:^|&)dryRun=true(?:&|$)/

/** The fields that are attributes of the item. */
const ATTRIBUTES = eventFields().flatMap(([name, field]) =>
  typeof field.kept === 'string' ? [{ name, ...field, kept: field.kept }] : [],
)
type StoredField = (typeof ATTRIBUTES)[number]

/** The partition of its day that an event goes to: the last digits of an id are random, so all fill evenly. */
export function shardOf(eventId: string): number {
  return Number.parseInt(eventId.slice(-4), 16) % EVENT_SHARDS
}

/** `2026-08-31` of `2026-08-31T10:00:00.000Z`. */
export const dayOf = (time: string): string => time.slice(0, 10)
export const eventSortKey = (time: string, eventId: string): string => `${time}#${eventId}`

/** Where an event stands. */
const eventKey = (account: string, time: string, eventId: string): Key => ({
  pk: eventPartition(account, dayOf(time), shardOf(eventId)),
  sk: eventSortKey(time, eventId),
})

/** Where the event of a place in the order of time stands; none where that is not one of ours. */
export function eventKeyAt(account: string, sortKey: string): Key | undefined {
  const [, time, eventId] = SORT_KEY.exec(sortKey) ?? []
  return time === undefined || eventId === undefined ? undefined : eventKey(account, time, eventId)
}

/** When what was written at `time` may be deleted: epoch seconds. */
export const ttlOf = (table: EventTable, time: string): number =>
  Math.floor(Date.parse(time) / 1000) + table.eventRetentionDays * DAY_SECONDS

/** The beginning of an instant's minute, where the rows stand that count what happened in it. */
export const minuteOf = (at: Date): string => new Date(Math.floor(at.getTime() / MINUTE_MS) * MINUTE_MS).toISOString()

/**
 * An event as it is stored: account, time and id in the key only, the rest as its row says, texts cut and secrets masked.
 * Events are most of what is written, and every started kilobyte costs a unit (docs/data-model.md).
 */
export function toEventItem(table: EventTable, event: RestEvent): Record<string, unknown> {
  const { eventId, account, time } = event
  const sk = eventSortKey(time, eventId)
  return {
    ...eventKey(account, time, eventId),
    ttl: ttlOf(table, time),
    ...(isHistory(event) && { gsi1pk: historyKey(account, maskSecrets(event.resourceId)), gsi1sk: sk }),
    ...Object.assign({}, ...ATTRIBUTES.map((field) => toAttribute(field, event[field.name]))),
    ...(table.region && { wrote: toWrote(table.region.own) }),
  }
}

function toAttribute({ kept, max }: StoredField, value: RestEvent[keyof RestEvent]): Record<string, unknown> {
  if (value === undefined) return {}
  if (typeof value === 'string') return { [kept]: cutText(maskSecrets(value), max) }
  if (typeof value === 'number') return { [kept]: value }
  return packChanges(limitChanges(maskChanges(value)))
}

/** What happened to an object is indexed by it; reads of it, dry runs, and requests for what is not there are not. */
function isHistory(event: RestEvent): event is RestEvent & { resourceId: string } {
  const { resourceId, status, changes, type, method, query } = event
  if (!resourceId || status === 401 || status === 404) return false
  if (type === 'ADMIN' && query !== undefined && DRY_RUN.test(query)) return false
  return status >= 400 || changes !== undefined || (type === 'ADMIN' && method !== 'GET')
}

/** Stores the event, once: a second one under its key is refused (docs/security.md says what that is worth). */
export function toEventWrite(table: EventTable, event: RestEvent): EventWrite {
  return {
    TableName: table.tableName,
    Item: toEventItem(table, event),
    ConditionExpression: 'attribute_not_exists(pk)',
  }
}

export interface StoredEvent {
  event: RestEvent
  /** Its place in the order of time. */
  sortKey: string
  ttlSeconds: number
}

/** Some fields of events, where an answer needs no others: an event that was read so has these, account, time and id. */
export class SomeFields {
  /** What is asked of the table. */
  readonly projection: string
  readonly names: Readonly<Record<string, string>>
  readonly fields: readonly StoredField[]

  constructor(fields: readonly (keyof RestEvent)[]) {
    this.fields = ATTRIBUTES.filter(({ name }) => fields.includes(name))
    const attributes = this.fields.flatMap(({ kept, is }) => (is === 'changes' ? [kept, 'packed'] : [kept]))
    this.names = Object.fromEntries(['sk', 'ttl', ...attributes].map((name) => [`#_${name}`, name]))
    this.projection = Object.keys(this.names).join(', ')
  }
}

/** Reads an item back; none where it is not an event as we write them, whoever put it there. */
export function parseEventItem(
  account: string,
  item: Record<string, unknown>,
  { fields }: Pick<SomeFields, 'fields'> = { fields: ATTRIBUTES },
): StoredEvent | undefined {
  const { sk, ttl } = item
  const [sortKey, time, eventId] = SORT_KEY.exec(String(sk)) ?? []
  if (sortKey === undefined || typeof ttl !== 'number') return undefined
  const values = fields.map((field) => [field, parseAttribute(field, item)] as const)
  if (values.some(([field, value]) => !isRight(field, value))) return undefined
  const held = values.flatMap(([{ name }, value]) => (value === undefined ? [] : [[name, value] as const]))
  const event = { time, eventId, account, ...Object.fromEntries(held) } as unknown as RestEvent
  return { event, sortKey, ttlSeconds: ttl }
}

/** What no field may hold. */
const MALFORMED = Symbol('malformed')

function parseAttribute({ kept, is }: StoredField, item: Record<string, unknown>): unknown {
  const value = is === 'changes' ? (item[kept] ?? item.packed) : item[kept]
  if (value === undefined) return undefined
  if (is === 'changes') return unpackChanges(value) ?? MALFORMED
  return fits(is, value) ? value : MALFORMED
}

const fits = (is: EventField['is'], value: unknown): boolean => {
  if (is === 'integer') return Number.isSafeInteger(value)
  return typeof value === 'string' && (is === 'text' || is.includes(value))
}

/** Whether a field that no event may lack is there, and what is there is not malformed. */
const isRight = ({ optional }: StoredField, value: unknown): boolean =>
  value !== MALFORMED && (optional || value !== undefined)
