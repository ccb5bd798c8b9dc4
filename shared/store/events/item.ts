import { limitChanges } from '../../audit/limit-changes.ts'
import { packChanges } from '../../audit/pack-changes.ts'
import type { RestEvent } from '../../audit/rest-event.ts'
import { EVENT_SHARDS, eventPartition, historyKey } from '../keys.ts'

/** What writing an event needs to know of the table; every `Db` is one. */
export interface EventTable {
  tableName: string
  /** Days a REST event is kept. */
  eventRetentionDays: number
}

/** One event to be put, in the words of PutItem; whoever sends it decides how values are marshalled. */
export interface EventWrite {
  TableName: string
  Item: Record<string, unknown>
  ConditionExpression: string
}

const MAX_DETAIL = 512
const MAX_NAME = 256
const DAY_SECONDS = 86_400

/** The partition of its day that an event goes to: the last digits of an id are random, so all fill evenly. */
export function shardOf(eventId: string): number {
  return Number.parseInt(eventId.slice(-4), 16) % EVENT_SHARDS
}

/** `2026-08-31` of `2026-08-31T10:00:00.000Z`. */
export const dayOf = (time: string): string => time.slice(0, 10)
export const eventSortKey = (time: string, eventId: string): string => `${time}#${eventId}`

/** When DynamoDB may delete an event, in epoch seconds. */
export const ttlOf = (time: string, retentionDays: number): number =>
  Math.floor(Date.parse(time) / 1000) + retentionDays * DAY_SECONDS

/**
 * An event as it is stored. Account, time and id are in the key only, the other names are short, changes are JSON text,
 * packed when long: an event is most of what is written, and every started kilobyte costs a unit (docs/data-model.md).
 */
export function toEventItem(table: EventTable, event: RestEvent): Record<string, unknown> {
  const { eventId, account, time, type, endpoint, method, status, clientIp, actorName, actorDomain } = event
  const sk = eventSortKey(time, eventId)
  return {
    pk: eventPartition(account, dayOf(time), shardOf(eventId)),
    sk,
    ttl: ttlOf(time, table.eventRetentionDays),
    ...(isHistory(event) && { gsi1pk: historyKey(account, event.resourceId), gsi1sk: sk }),
    type,
    path: endpoint,
    verb: method,
    status,
    ip: clientIp,
    actor: actorName,
    via: actorDomain,
    ...toOptional(event),
  }
}

function toOptional(event: RestEvent): Record<string, unknown> {
  const { changes, count } = event
  const texts = {
    req: event.requestId,
    token: event.tokenId,
    agent: event.userAgent,
    query: event.query,
    scim: event.scimType,
    detail: event.detail?.slice(0, MAX_DETAIL),
    rid: event.resourceId,
    name: event.resourceName?.slice(0, MAX_NAME),
    domain: event.resourceDomain,
  }
  return {
    ...Object.fromEntries(Object.entries(texts).filter(([, text]) => text)),
    ...(changes && packChanges(limitChanges(changes))),
    ...(count !== undefined && { count }),
  }
}

/** What happened to an object is indexed by it; reads of it and requests for objects that are not there are not. */
function isHistory(event: RestEvent): event is RestEvent & { resourceId: string } {
  const { resourceId, status, changes, type, method } = event
  if (!resourceId || status === 401 || status === 404) return false
  return status >= 400 || changes !== undefined || (type === 'ADMIN' && method !== 'GET')
}

/** Stores the event, once: nothing ever overwrites one (SECURITY T7). */
export function toEventWrite(table: EventTable, event: RestEvent): EventWrite {
  return {
    TableName: table.tableName,
    Item: toEventItem(table, event),
    ConditionExpression: 'attribute_not_exists(pk)',
  }
}
