import { randomInt } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { limitOf } from '../../auth/brake.ts'
import { type Count, type Counted, getCounted, keepOwned, moveCounts } from '../../store/brake/hour.ts'
import { BRAKE_SHARDS, roomFor, sumOf } from '../../store/brake/shards.ts'
import { countResources } from '../../store/counters.ts'
import { CountMoved } from '../../store/resource-writes.ts'
import type { ScimContext } from '../context.ts'
import { retryLostRaces } from '../retry-lost-races.ts'
import { type Past, stopped, warn } from './past.ts'

/**
 * Carries out a change of which so many objects count on the integration's brake, its count in the transaction of the
 * change itself: what is refused, fails or is sent again counts nothing more. A change that counts nothing goes straight
 * through. Past the limit it is reported, or refused, as the integration says.
 * @throws {ScimError} 429 until the end of the hour.
 */
export function braked<T>(context: ScimContext, weight: number, write: (count?: Count) => Promise<T>): Promise<T> {
  if (weight === 0 || !hasBrake(context)) return write()
  const isMoved = (error: unknown) => error instanceof CountMoved
  const change = async () => {
    const { past, ...count } = await findPlace(context, weight)
    const result = await write(count)
    if (past) await warn(context, past)
    return result
  }
  return retryLostRaces(change, isMoved, 'counts of the brake')
}

/**
 * Administrators' own changes are not counted, nor any while the brake is released. A caller whom the gateway has cached
 * since before there was a brake has none.
 */
function hasBrake({ principal: { isAdministrator, brake, brakeReleasedUntil }, now }: ScimContext): boolean {
  if (isAdministrator || brake === undefined || brake.mode === 'off') return false
  return brakeReleasedUntil <= now.getTime()
}

/** Where a change is counted: past the limit anywhere, if it only has to be reported. @throws {ScimError} 429. */
async function findPlace(context: ScimContext, weight: number): Promise<Count & { past?: Past }> {
  const { db, principal, now } = context
  const hour = { account: principal.account, integration: principal.integration, at: now }
  for (let earlier: Counted | undefined; ; ) {
    const counted = await getCounted(db, hour)
    const room = roomFor(counted.counts, limitOf(principal.brake, counted.owned), weight, chance)
    if (room && 'shard' in room) return { hour, place: room, weight }
    if (room) await moveCounts(db, hour, room.target, room.moves)
    else if (counted.owned === undefined) await keepOwned(db, hour, await countOwned(context))
    else if (isCertain(counted, earlier)) {
      const past = { hour, counted, weight }
      if (principal.brake.mode === 'stop') throw await stopped(context, past)
      return { hour, place: { shard: chance(BRAKE_SHARDS), cap: Number.POSITIVE_INFINITY }, weight, past }
    }
    earlier = counted
  }
}

const chance = (count: number): number => (count > 0 ? randomInt(count) : -1)

/**
 * Items of a query are not all read at one instant: a count that is moved between them may be met twice. Where none was
 * moved, or two looks in sequence saw the same, there was an instant at which all of it was so.
 */
const isCertain = (counted: Counted, earlier: Counted | undefined): boolean =>
  counted.moved.every((times) => times === 0) || isDeepStrictEqual(counted, earlier)

/** The users and roles that the caller's role owns. */
async function countOwned({ db, principal: { account, role }, types }: ScimContext): Promise<number> {
  return sumOf(await Promise.all(Object.values(types).map((type) => countResources(db, account, type, role))))
}
