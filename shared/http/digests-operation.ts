import * as z from 'zod/mini'
import { type Digest, digestFolder, digestKey, HOUR_MS, hourOf, hourOfKey, parseDigest } from '../audit/chain/digest.ts'
import { EVENT_PARAMETERS } from '../audit/event-query.ts'
import { keptSince } from '../audit/retention.ts'
import { firstDueOf } from '../notary/first-hour.ts'
import type { KeptObject, ObjectStore } from '../notary/object-store.ts'
import type { AdminContext } from '../resources/admin-context.ts'
import { requireAccount } from '../resources/known-names.ts'
import { notFound } from '../scim/error.ts'
import { mapConcurrently } from '../store/batch.ts'
import type { Db } from '../store/client.ts'
import { json } from './admin/input.ts'
import type { ApiAnswer } from './api-answer.ts'
import type { ApiRequest } from './api-request.ts'
import { parseParameters } from './parameters.ts'

/** A stored digest, or a part of one: `count` entries in all, of which these begin at `offset`. */
export interface ShownDigest {
  hour: string
  /** Nothing where what is stored is no digest any more. */
  digest: Digest | null
  offset: number
  /** How often it was written or deleted, where that is more than once; what is shown is what was written first. */
  versions?: number
}

/** The answer to `GET /audit/digests`, oldest hour first. */
export interface DigestsAnswer {
  digests: ShownDigest[]
  /** Events before are no longer shown, and may be gone. */
  eventsFrom: string
  /** When the first digest of the account is due, while there is none of it. */
  firstDue?: string
  /** Of several regions the one whose digests these are, of what it wrote itself; `home` wrote what names no region. */
  region?: { own: string; home: string }
  /** There is more: ask again with this as `next`. */
  next?: string
}

/** Entries of one answer, which take 260 bytes at most: it ends at 6 MB. */
const MAX_ENTRIES = 15_000
/** Digests of one answer, and of them so many are read at once. */
const MAX_DIGESTS = 192
const PARALLEL = 32

const question = z.strictObject({
  account: z.optional(z.string()),
  from: z.optional(EVENT_PARAMETERS.from),
  to: z.optional(EVENT_PARAMETERS.to),
  next: z.optional(
    z.string().check(z.regex(/^\d{4}-\d\d-\d\dT\d\d\+\d{1,9}$/, 'expected "next" of an earlier answer')),
  ),
})

/**
 * Serves `GET /audit/digests`: the digests of the hours that a range touches, of all hours without one.
 * @throws {ScimError} 400 invalidValue on what cannot be read; 404 where none are kept, or the account is not there.
 */
export async function answerDigests(
  { query }: ApiRequest,
  context: AdminContext,
  opened: Promise<ObjectStore> | undefined,
): Promise<ApiAnswer> {
  const asked = parseParameters(question, query)
  const store = await opened
  if (!store) throw notFound('This service keeps no digests: its setting auditDigests is false')
  await requireAccount(context)
  const { db, account, now } = context
  const [place, offset = '0'] = asked.next?.split('+') ?? []
  const from = place === undefined ? asked.from && hourOf(asked.from.first) : `${place}:00:00.000Z`
  const after = from && digestKey(account, hourOf(Date.parse(from) - HOUR_MS))
  const names = await store.listKept(digestFolder(account), { ...(after && { after }), limit: MAX_DIGESTS + 1 })
  const hours = names
    .flatMap((kept) => ({ ...kept, hour: hourOfKey(kept.key) ?? '' }))
    .filter(({ hour }) => hour !== '')
  const wanted = hours.filter(({ hour }) => asked.to === undefined || Date.parse(hour) <= asked.to.last)
  const shown = await showAll(store, wanted, Number(offset))
  context.trail.counted(shown.digests.length)
  const eventsFrom = new Date(keptSince(now, db.eventRetentionDays)).toISOString()
  const firstDue = names.length === 0 ? await dueOfNone(store, context) : undefined
  return json(200, {
    ...shown,
    eventsFrom,
    ...(firstDue && { firstDue }),
    ...regionOfDigests(db),
  } satisfies DigestsAnswer)
}

const regionOfDigests = ({ region }: Db): Pick<DigestsAnswer, 'region'> =>
  region ? { region: { own: region.own, home: region.home } } : {}

/** Where a range has no digest: when the first of the account is due, unless another hour has one. */
async function dueOfNone(store: ObjectStore, { db, account, now }: AdminContext): Promise<string | undefined> {
  const [other] = await store.list(digestFolder(account), { limit: 1 })
  return other === undefined ? firstDueOf(db, account, now.getTime()) : undefined
}

interface KeptHour extends KeptObject {
  hour: string
}

/** As many as one answer holds; the first one's entries from `begin` on. */
async function showAll(store: ObjectStore, hours: readonly KeptHour[], begin: number) {
  const digests: ShownDigest[] = []
  let room = MAX_ENTRIES
  for (let at = 0; at < Math.min(hours.length, MAX_DIGESTS); at += PARALLEL) {
    const some = hours.slice(at, Math.min(at + PARALLEL, MAX_DIGESTS))
    const texts = await mapConcurrently([...some], PARALLEL, ({ key, first }) => store.get(key, first))
    for (const [n, { hour, versions }] of some.entries()) {
      const digest = parseDigest(texts[n] ?? '') ?? null
      const offset = at + n === 0 ? begin : 0
      const entries = digest?.entries.slice(offset, offset + room) ?? []
      if (room === 0) return { digests, next: placeOf(hour, 0) }
      const isOnce = versions === 1
      digests.push({ hour, digest: digest && { ...digest, entries }, offset, ...(!isOnce && { versions }) })
      room -= entries.length
      const reached = offset + entries.length
      if (digest && reached < digest.entries.length) return { digests, next: placeOf(hour, reached) }
    }
  }
  const next = hours[MAX_DIGESTS]?.hour
  return { digests, ...(next && { next: placeOf(next, 0) }) }
}

const placeOf = (hour: string, offset: number): string => `${hour.slice(0, 13)}+${offset}`
