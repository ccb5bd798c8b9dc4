import {
  type Digest,
  digestFolder,
  digestKey,
  type Entry,
  HOUR_MS,
  hourAfter,
  hourOf,
  hourOfKey,
  type Link,
  parseDigest,
  toDigest,
  toEntry,
} from '../audit/chain/digest.ts'
import { presentEvent } from '../audit/event-row.ts'
import type { Db } from '../store/client.ts'
import { walkHour } from '../store/events/hour.ts'
import { goRound } from '../store/rounds.ts'
import { firstHourOf, SETTLED_MS } from './first-hour.ts'
import type { ObjectStore } from './object-store.ts'

/** Digests of so many hours are looked through for the newest before all of them are. */
const LATELY_MS = 72 * HOUR_MS
const DAY_MS = 24 * HOUR_MS
/** Hours of one account that are caught up with in one round, so that it ends. */
const MAX_HOURS = 240

export interface Notary {
  db: Db
  store: ObjectStore
  report(error: unknown): void
  /** Hours of one account that are digested in one round. */
  maxHours?: number
}

/**
 * Makes the digests of every account that are due, or as many as there is time for until `until`, in epoch milliseconds:
 * the next round goes on there. @returns how many accounts are left.
 */
export function notarizeAll({ db, store, report, maxHours }: Notary, until: number): Promise<number> {
  return goRound(db, { name: 'notary', until, report }, (timed, account) => notarize(timed, store, account, maxHours))
}

/**
 * Makes a digest for each hour of an account that is over and has none, each held to the one before: after an outage
 * those of all hours since, some at a time. Two that do it at once make each once: the first one's stands.
 * @throws {Error} when the newest digest cannot be read.
 */
export async function notarize(db: Db, store: ObjectStore, account: string, maxHours = MAX_HOURS): Promise<void> {
  let previous = await getNewest(store, account, db.clock())
  let hour = previous ? hourAfter(previous.hour) : await firstHourOf(db, account, db.clock())
  for (let n = 0; n < maxHours && hour && isDue(hour, db.clock()); n++) {
    const digest = await makeDigest(db, account, hour, previous)
    const isOurs = await store.putNew(digestKey(account, hour), JSON.stringify(digest))
    previous = isOurs ? digest : await requireDigest(store, digestKey(account, hour))
    hour = hourAfter(hour)
  }
}

const isDue = (hour: string, now: number): boolean => Date.parse(hour) + HOUR_MS + SETTLED_MS <= now

async function getNewest(store: ObjectStore, account: string, now: number): Promise<Link | null> {
  const folder = digestFolder(account)
  const after = digestKey(account, hourOf(now - LATELY_MS))
  const late = await store.list(folder, { after })
  const key = (late.length > 0 ? late : await store.list(folder)).findLast((name) => hourOfKey(name) !== undefined)
  return key === undefined ? null : requireDigest(store, key)
}

/** @throws {Error} when it is not there, or cannot be read: nothing is built on it. */
async function requireDigest(store: ObjectStore, key: string): Promise<Digest> {
  const digest = parseDigest((await store.get(key)) ?? '')
  if (digest) return digest
  throw new Error(`The digest ${key} cannot be read: the chain does not go on`)
}

async function makeDigest(db: Db, account: string, hour: string, previous: Link | null): Promise<Digest> {
  const entries: Entry[] = []
  for await (const events of walkHour(db, account, hour)) {
    // Of several regions each vouches for what it wrote itself: what the others wrote may arrive at any time.
    const own = events.filter(({ event }) => db.region?.isOwn(event.wrote) ?? true)
    entries.push(...own.map(({ event }) => toEntry(account, hour, presentEvent(event))))
  }
  return toDigest({
    ...{ account, hour, entries },
    madeAt: new Date(db.clock()).toISOString(),
    // As the setting says, and not as the rows do: one that says otherwise would excuse all of its hour.
    keptUntil: entries.length === 0 ? null : new Date(Date.parse(hour) + db.eventRetentionDays * DAY_MS).toISOString(),
    previous: previous && { hour: previous.hour, hash: previous.hash },
  })
}
