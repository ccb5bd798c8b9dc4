import * as z from 'zod'
import { type Digest, digestFolder, digestKey, HOUR_MS, hourOf, hourOfKey, parseDigest } from '../audit/chain/digest.ts'
import { EVENT_PARAMETERS } from '../audit/event-query.ts'
import { keptSince } from '../audit/retention.ts'
import type { ObjectStore } from '../notary/object-store.ts'
import { requireAccount } from '../resources/known-names.ts'
import { notFound } from '../scim/error.ts'
import { mapConcurrently } from '../store/batch.ts'
import type { AdminContext } from './admin/handler.ts'
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
}

/** The answer to `GET /audit/digests`, oldest hour first. */
export interface DigestsAnswer {
  digests: ShownDigest[]
  /** Events before are no longer shown, and may be gone. */
  eventsFrom: string
  /** There is more: ask again with this as `next`. */
  next?: string
}

/** Entries of one answer, which take 260 bytes at most: it ends at 6 MB. */
const MAX_ENTRIES = 15_000
/** Digests of one answer, and of them so many are read at once. */
const MAX_DIGESTS = 96
const PARALLEL = 16

const question = z.strictObject({
  account: z.string().optional(),
  from: EVENT_PARAMETERS.from.optional(),
  to: EVENT_PARAMETERS.to.optional(),
  next: z
    .string()
    .regex(/^\d{4}-\d\d-\d\dT\d\d\+\d{1,9}$/, 'expected "next" of an earlier answer')
    .optional(),
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
  const names = await store.list(digestFolder(account), { ...(after && { after }), limit: MAX_DIGESTS + 1 })
  const hours = names.flatMap((name) => hourOfKey(name) ?? [])
  const wanted = hours.filter((hour) => asked.to === undefined || Date.parse(hour) <= asked.to.last)
  const shown = await showAll(store, account, wanted, Number(offset))
  context.trail.counted(shown.digests.length)
  const eventsFrom = new Date(keptSince(now, db.eventRetentionDays)).toISOString()
  return json(200, { ...shown, eventsFrom } satisfies DigestsAnswer)
}

/** As many as one answer holds; the first one's entries from `begin` on. */
async function showAll(store: ObjectStore, account: string, hours: readonly string[], begin: number) {
  const digests: ShownDigest[] = []
  let room = MAX_ENTRIES
  for (let at = 0; at < Math.min(hours.length, MAX_DIGESTS); at += PARALLEL) {
    const some = hours.slice(at, Math.min(at + PARALLEL, MAX_DIGESTS))
    const texts = await mapConcurrently([...some], PARALLEL, (hour) => store.get(digestKey(account, hour)))
    for (const [n, hour] of some.entries()) {
      const digest = parseDigest(texts[n] ?? '') ?? null
      const offset = at + n === 0 ? begin : 0
      const entries = digest?.entries.slice(offset, offset + room) ?? []
      if (room === 0) return { digests, next: placeOf(hour, 0) }
      digests.push({ hour, digest: digest && { ...digest, entries }, offset })
      room -= entries.length
      const reached = offset + entries.length
      if (digest && reached < digest.entries.length) return { digests, next: placeOf(hour, reached) }
    }
  }
  const next = hours[MAX_DIGESTS]
  return { digests, ...(next && { next: placeOf(next, 0) }) }
}

const placeOf = (hour: string, offset: number): string => `${hour.slice(0, 13)}+${offset}`
