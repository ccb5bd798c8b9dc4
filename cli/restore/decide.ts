import { isDeepStrictEqual } from 'node:util'
import { TABLE } from '../../shared/store/table.ts'
import { ttlAfter } from '../../shared/store/token-ttl.ts'
import { type Item, kindOf, treatmentOf } from './kinds.ts'

/** What is done to an item of the live table; `kept` is there since, and stays. */
export type Decision = { act: 'same' | 'kept' | 'deleted' } | { act: 'returned' | 'changed' | 'revoked'; item: Item }

/** What is known beside the two items. */
export interface Beside {
  /** Epoch milliseconds. */
  now: number
  /** The last version that an object had which is not in the live table any more. */
  lastVersion?: number | undefined
}

/** What becomes of an item, of which one table or both have a version. Integrations and unfinished work are decided as a whole. */
export function decide(live: Item | undefined, restored: Item | undefined, beside: Beside): Decision {
  const treatment = treatmentOf(kindOf(live ?? restored ?? {}))
  if (treatment === 'left') return { act: live ? 'kept' : 'same' }
  if (treatment === 'history') return decideHistory(live, restored, beside)
  if (treatment === 'token') return decideToken(live, restored, beside)
  if (treatment === 'client') return { act: live && !restored ? 'deleted' : 'same' }
  if (!restored) return { act: 'deleted' }
  if (live && isDeepStrictEqual(unversioned(live), unversioned(restored))) return { act: 'same' }
  const item = treatment === 'object' ? nextVersion(live, restored, beside) : restored
  return { act: live ? 'changed' : 'returned', item }
}

/** An object that came back goes on from the last version that anybody may know of, so that no ETag means two things. */
function nextVersion(live: Item | undefined, restored: Item, { lastVersion = 0 }: Beside): Item {
  return { ...restored, version: Math.max(Number(live?.version ?? lastVersion), Number(restored.version)) + 1 }
}

const unversioned = ({ version: _, ...rest }: Item): Item => rest

function decideHistory(live: Item | undefined, restored: Item | undefined, { now }: Beside): Decision {
  if (live || !restored) return { act: restored ? 'same' : 'kept' }
  const isExpired = Number(restored[TABLE.timeToLiveAttribute]) * 1000 <= now
  return isExpired ? { act: 'same' } : { act: 'returned', item: restored }
}

/** One that was made since ends; one that ended since, or is gone, does not come back. */
function decideToken(live: Item | undefined, restored: Item | undefined, { now }: Beside): Decision {
  if (!live || restored || !isAlive(live, now)) return { act: 'same' }
  const ended = { revokedAt: now, [TABLE.timeToLiveAttribute]: ttlAfter(Math.min(now, Number(live.expiresAt))) }
  return { act: 'revoked', item: { ...live, ...ended } }
}

/** Whether a token opens anything at `now`, in epoch milliseconds. */
export const isAlive = ({ revokedAt, expiresAt }: Item, now: number): boolean =>
  revokedAt === undefined && Number(expiresAt) > now

/**
 * An integration as it comes back: switched off, with the tokens that are alive in the live table, and refusing what
 * either table refuses.
 */
export function restoredIntegration(
  live: Item | undefined,
  restored: Item,
  { tokens, hasClient }: { tokens: Readonly<Record<string, number>>; hasClient: boolean },
): Item {
  const { oauthClient, ...rest } = restored
  const latest = (name: string) => {
    const instants = [live?.[name], restored[name]].filter((value) => typeof value === 'number')
    return instants.length > 0 && { [name]: Math.max(...instants) }
  }
  const item = {
    ...rest,
    ...(hasClient && { oauthClient }),
    ...latest('rejectTokensIssuedBefore'),
    ...latest('accessTokensRevokedBefore'),
    ...{ enabled: false, tokens },
  }
  if (live && isDeepStrictEqual(unversioned(live), unversioned(item))) return live
  return { ...item, version: Math.max(Number(live?.version ?? 0), Number(restored.version)) + 1 }
}
