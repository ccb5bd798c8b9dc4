import { createHash } from 'node:crypto'
import * as z from 'zod/mini'
import { cutText } from '../../scim/quote.ts'
import { isResourceId } from '../../scim/resource-id.ts'
import type { EventRow } from '../event-row.ts'
import { fingerprintOf } from './fingerprint.ts'

/** What a digest keeps of an event: its id, its milliseconds into the hour, its fingerprint, and what it was. */
export type Entry = [id: string, ms: number, fingerprint: string, what: string]

const link = z.object({ hour: z.string(), hash: z.string() })
const digest = z.object({
  version: z.literal(1),
  account: z.string(),
  /** The beginning of the hour: ISO 8601. */
  hour: z.string(),
  /** When it was made: an hour that is digested late is vouched for since then. */
  madeAt: z.string(),
  /** Until when all of the hour's events are kept; nothing where there were none. */
  keptUntil: z.nullable(z.string()),
  count: z.int(),
  /** The digest before; nothing where the chain begins. */
  previous: z.nullable(link),
  entries: z.array(z.tuple([z.string(), z.int(), z.string(), z.string()])),
  hash: z.string(),
})

/** What an account's events of one hour were, held to the hour before. It names nobody. */
export type Digest = z.infer<typeof digest>
export type Link = z.infer<typeof link>

export const HOUR_MS = 3_600_000
const MAX_WHAT = 120

/** The beginning of an instant's hour. */
export const hourOf = (at: number): string => new Date(Math.floor(at / HOUR_MS) * HOUR_MS).toISOString()
export const hourAfter = (hour: string): string => hourOf(Date.parse(hour) + HOUR_MS)

/** Writes a digest; its entries are put in order of time. */
export function toDigest(content: Omit<Digest, 'version' | 'hash' | 'count'>): Digest {
  const entries = [...content.entries].sort(byTime)
  const whole = { version: 1 as const, ...content, count: entries.length, entries }
  return { ...whole, hash: hashOf(whole) }
}

const byTime = ([id, ms]: Entry, [otherId, otherMs]: Entry): number => ms - otherMs || (id < otherId ? -1 : 1)

/** What the digest's hash has to be: SHA-256, in hexadecimal, of a JSON array of all its members but the hash. */
export function hashOf(content: Omit<Digest, 'hash'>): string {
  const { version, account, hour, madeAt, keptUntil, count, previous, entries } = content
  const before = previous && [previous.hour, previous.hash]
  const text = JSON.stringify([version, account, hour, madeAt, keptUntil, count, before, entries])
  return createHash('sha256').update(text).digest('hex')
}

/** Reads a stored digest; nothing where it is none any more. */
export function parseDigest(text: string): Digest | undefined {
  try {
    return digest.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}

export function toEntry(account: string, hour: string, row: EventRow): Entry {
  const ms = Date.parse(row.EVENT_TIMESTAMP) - Date.parse(hour)
  return [row.EVENT_ID, ms, fingerprintOf(account, row), whatOf(row)]
}

/** What an event was, without a name of anybody: digests may be locked for years. */
export function whatOf({ METHOD, RESOURCE_DOMAIN, RESOURCE_ID, HTTP_STATUS, ACTOR_DOMAIN }: EventRow): string {
  const id = RESOURCE_ID !== null && isResourceId(RESOURCE_ID) ? RESOURCE_ID : undefined
  const words = [METHOD, RESOURCE_DOMAIN, id, HTTP_STATUS, `by ${ACTOR_DOMAIN}`]
  return cutText(words.filter((word) => word !== null && word !== undefined).join(' '), MAX_WHAT)
}

/** The folder of an account's digests, and where that of an hour is: names sort by time. */
export const digestFolder = (account: string): string => `digests/${account}/`
export const digestKey = (account: string, hour: string): string =>
  `${digestFolder(account)}${hour.slice(0, 10)}/${hour.slice(11, 13)}.json`
/** The hour of a digest's name; nothing where it is no name of one. */
export function hourOfKey(key: string): string | undefined {
  const [, day, hour] = /^digests\/[^/]+\/(\d{4}-\d\d-\d\d)\/(\d\d)\.json$/.exec(key) ?? []
  return day && hour && `${day}T${hour}:00:00.000Z`
}
