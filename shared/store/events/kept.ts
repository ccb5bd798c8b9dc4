import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { listsAllMembers } from '../../audit/changes.ts'
import { fitsEvent } from '../../audit/limit-changes.ts'
import type { Change, RestEvent } from '../../audit/rest-event.ts'
import { maskChanges, maskTokens } from '../../audit/secrets.ts'
import type { Db } from '../client.ts'
import { keptCollectionKey, keptKey } from '../keys.ts'
import { ofPartition, queryAll } from '../query-all.ts'
import type { Actions } from '../transaction.ts'
import type { Cause } from './grant.ts'
import { type EventTable, ttlOf } from './item.ts'
import { putEventAction } from './write.ts'

/** Bytes of an item that are changes: it ends at 400 KB. */
const PART_BYTES = 300_000
/** More than two versions of the largest object come to. */
const MAX_UNPACKED_BYTES = 4_000_000

const CHANGES = 'CHANGES#'
const MEMBERS = 'MEMBERS#'

/**
 * The event of a change, to be stored in the change's own transaction, and beside it all of the changes where the event
 * has no room for them: 2 write units for each KB, packed. Lists of members that are cut are kept with what applies
 * them (`groups/kept-members.ts`).
 */
export function recordActions(table: EventTable, event: RestEvent): Actions {
  const { changes = [] } = event
  const whole = fitsEvent(changes) ? undefined : packed(maskChanges(changes))
  const isKept = whole !== undefined || !listsAllMembers(changes)
  const parts = whole ? partsOf(whole).map((part, n) => toKeptItem(table, event, `${CHANGES}${n}`, { part })) : []
  return {
    event: putEventAction(table, isKept ? { ...event, kept: 1 } : event),
    ...Object.fromEntries(parts.map((Item, n) => [`kept:${n}`, { Put: { Item } }])),
  }
}

/** Members that an event could not list, as they are kept beside it: some of them, under a name that no others have. */
export const toKeptMembers = (table: EventTable, cause: Cause, name: string, members: Record<string, unknown>) =>
  toKeptItem(table, cause, `${MEMBERS}${name}`, maskTexts(members))

/** Displays are what clients wrote; ids are packed and stay as they are. */
function maskTexts(members: Record<string, unknown>): Record<string, unknown> {
  const mask = (one: unknown) => (typeof one === 'string' ? maskTokens(one) : one)
  const masked = Object.entries(members).map(([name, list]) => [name, Array.isArray(list) ? list.map(mask) : list])
  return Object.fromEntries(masked)
}

/** What an event left out. */
export interface Kept {
  /** All of the changes, where the event has no room for them. */
  changes?: Change[]
  /** Items of members, as {@link toKeptMembers} wrote them. */
  members: Record<string, unknown>[]
}

/** Access pattern E8: what an event left out. Strongly consistent; 1 read unit per 4 KB. */
export async function getKept(db: Db, { account, eventId }: Pick<Cause, 'account' | 'eventId'>): Promise<Kept> {
  const items = await queryAll(db, ofPartition(keptCollectionKey(account, eventId)))
  const beginningWith = (prefix: string) => items.filter(({ sk }) => String(sk).startsWith(prefix))
  const parts = beginningWith(CHANGES).flatMap(({ part }) => (part instanceof Uint8Array ? [part] : []))
  return { members: beginningWith(MEMBERS), ...(parts.length > 0 && { changes: unpacked(Buffer.concat(parts)) }) }
}

function toKeptItem(table: EventTable, { account, time, eventId }: Cause, sk: string, rest: Record<string, unknown>) {
  return { ...keptKey(account, eventId, sk), ttl: ttlOf(table, time), ...rest }
}

const packed = (changes: readonly Change[]): Buffer => deflateRawSync(JSON.stringify(changes))
const unpacked = (bytes: Buffer): Change[] =>
  JSON.parse(inflateRawSync(bytes, { maxOutputLength: MAX_UNPACKED_BYTES }).toString('utf8'))

const partsOf = (bytes: Buffer): Buffer[] =>
  Array.from({ length: Math.ceil(bytes.length / PART_BYTES) }, (_, n) =>
    bytes.subarray(n * PART_BYTES, (n + 1) * PART_BYTES),
  )
