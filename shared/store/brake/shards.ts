/**
 * What an integration does in an hour is counted in so many items: transactions on one item cancel each other
 * (docs/decisions/0026-brake.md).
 */
export const BRAKE_SHARDS = 32

/** A shard that has room, and the most that may be counted there. */
export interface Place {
  shard: number
  cap: number
}

/** Room for a change: in one shard; else in several, whose counts have to be moved together first. */
export type Room = Place | { target: number; moves: readonly Move[] }

/** A part of the target's count that another shard takes over. */
export interface Move extends Place {
  amount: number
}

/** How many of so many there are; injected, since it is chance. */
export type Chance = (count: number) => number

/**
 * The most that each shard may count, so that all together count no more than the limit, whoever looks and whenever:
 * even parts. Where a lower limit left shards above their part, these stay as they are and the others share the rest.
 * It follows from what every look finds alike, since a shard above its part does not grow.
 */
export function capsOf(limit: number, counts: readonly number[]): number[] {
  let caps = counts.map(() => 0)
  let open = counts.map((_, shard) => shard)
  for (let before = -1; before !== open.length; ) {
    before = open.length
    caps = evenly(limit, counts, open)
    open = open.filter((shard) => at(counts, shard) <= at(caps, shard))
  }
  return caps
}

/** What the closed shards have not used, split among the open ones; the first of them take what is left over. */
function evenly(limit: number, counts: readonly number[], open: readonly number[]): number[] {
  const caps = [...counts]
  const rest = limit - sumOf(counts) + sumOf(open.map((shard) => at(counts, shard)))
  const part = Math.floor(rest / open.length)
  for (const [n, shard] of open.entries()) caps[shard] = part + (n < rest - part * open.length ? 1 : 0)
  return caps
}

/** Where a change of this weight is counted; nothing where less is left of the limit. */
export function roomFor(counts: readonly number[], limit: number, weight: number, chance: Chance): Room | undefined {
  const caps = capsOf(limit, counts)
  const shards = counts.map((count, shard) => ({ shard, cap: at(caps, shard), rest: at(caps, shard) - count }))
  if (sumOf(shards.map(({ rest }) => rest)) < weight) return undefined
  const fitting = shards.filter(({ rest }) => rest >= weight)
  const chosen = fitting[chance(fitting.length)]
  if (chosen) return { shard: chosen.shard, cap: chosen.cap }
  const [target, ...others] = shards.toSorted((a, b) => b.rest - a.rest) as [Rest, ...Rest[]]
  return { target: target.shard, moves: movesTo(target, others, weight) }
}

interface Rest extends Place {
  rest: number
}

/** Fills the emptiest shards first, so that few have to move. */
function movesTo(target: Rest, others: readonly Rest[], weight: number): Move[] {
  const moves: Move[] = []
  let missing = weight - target.rest
  for (const { shard, cap, rest } of others) {
    const amount = Math.min(rest, missing)
    if (amount > 0) moves.push({ shard, cap, amount })
    missing -= amount
  }
  return moves
}

export const sumOf = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0)

const at = (numbers: readonly number[], index: number): number => numbers[index] ?? 0
