import { AUTHORIZER_CACHE_SECONDS } from '../auth/authorizer-cache.ts'
import type { Db } from './client.ts'
import { fenceKey, revokedKey, revokedTokenKey } from './keys.ts'
import { ofPartition, queryAll } from './query-all.ts'
import { toFence } from './regions/fence.ts'
import { TABLE } from './table.ts'
import type { Actions } from './transaction.ts'

/** Why a token on the list is refused: it was revoked, is older than what its integration accepts, or that is disabled. */
const REASONS = ['revoked', 'rejected', 'disabled'] as const
export type ClosedReason = (typeof REASONS)[number]

/** Why tokens are refused: of a client's those made before an instant, in epoch milliseconds, or all. */
export interface Ending {
  reason: ClosedReason
  issuedBefore?: number | undefined
}

/** What is refused though the gateway may still know it as good: tokens by their id, access tokens by their client's. */
export type Closed = ReadonlyMap<string, Ending>

/** An authorizer that read a token just before it ended answers a little later, and the gateway counts from then. */
const MARGIN_SECONDS = 30
const LISTED_MS = (AUTHORIZER_CACHE_SECONDS + MARGIN_SECONDS) * 1000

/**
 * Puts tokens, or OAuth clients for theirs, on the account's list, for as long as the gateway may let them in without
 * asking: part of the transaction that ends them. 2 write units each.
 */
export function revokedActions(
  account: string,
  tokenIds: readonly string[],
  now: number,
  ending: Ending = { reason: 'revoked' },
): Actions {
  const until = now + LISTED_MS
  const rest = { ...ending, until, [TABLE.timeToLiveAttribute]: Math.ceil(until / 1000) }
  return Object.fromEntries(
    tokenIds.map((id) => [`closed:${id}`, { Put: { Item: { ...revokedTokenKey(account, id), ...rest } } }]),
  )
}

/** Takes tokens off the list: part of the transaction that lets them in again. */
export const readmittedActions = (account: string, tokenIds: readonly string[]): Actions =>
  Object.fromEntries(tokenIds.map((id) => [`closed:${id}`, { Delete: { Key: revokedTokenKey(account, id) } }]))

/**
 * Access pattern T8: the account's list at `now`, in epoch milliseconds; nearly always empty. Strongly consistent, or
 * the bound on a revocation would not be one; 1 read unit. The fence stands beside it, and the process has heard of it then.
 */
export async function getClosed(db: Db, account: string, now: number): Promise<Closed> {
  const items = await queryAll(db, ofPartition(revokedKey(account)))
  const { sk: fenceSk } = fenceKey(account)
  const fence = items.find(({ sk }) => sk === fenceSk)
  db.region?.heard(account, toFence(fence, db.region.home))
  return new Map(items.filter((item) => item !== fence).flatMap((item) => parseClosed(item, now)))
}

/** How long a process goes by what it has read of a list: within it, and a request's time, revocations take effect. */
export const KNOWN_MS = 2000

type Lookup = (db: Db, account: string, now: number) => Promise<Closed>

/**
 * The account's list as a process knows it, never older than KNOWN_MS: read at most once in that time, by the first
 * request that asks. A process has one of these.
 */
export function closedLately(): Lookup {
  const known = new Map<string, { askedAt: number; closed: Promise<Closed> }>()
  return (db, account, now) => {
    const last = known.get(account)
    // A clock that was set back knows nothing.
    if (last && now >= last.askedAt && now < last.askedAt + KNOWN_MS) return last.closed
    const closed = getClosed(db, account, now)
    known.set(account, { askedAt: now, closed })
    closed.catch(() => known.delete(account))
    return closed
  }
}

/** Whoever put an item here that cannot be read wanted the token refused. */
function parseClosed({ sk, reason, issuedBefore, until }: Record<string, unknown>, now: number): [string, Ending][] {
  if (typeof until === 'number' && until <= now) return []
  const known = REASONS.find((one) => one === reason) ?? 'revoked'
  // What is no number lets no token pass either.
  return [[String(sk), { reason: known, issuedBefore: issuedBefore as number | undefined }]]
}
