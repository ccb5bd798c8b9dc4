import { DAY_MS } from '../../shared/auth/span.ts'
import type { Db } from '../../shared/store/client.ts'
import { listHistory } from '../../shared/store/events/history.ts'
import { getBeat } from '../../shared/store/regions/marker.ts'
import type { Site } from './sites.ts'

/** The last time that a region was made primary without the other one, as the account's history tells it. */
export interface Takeover {
  from: string
  to: string
  epoch: number
  at: string
  /** The last sign of the region that was lost. */
  heardAt?: string
  /** The epoch in which the region that was lost had become primary; 0 where no move had made it so. */
  reign: number
}

const MOVE = /^(Moved|Taken over) from (\S+) (?:to|by) (\S+) .*?epoch (\d+)(?:, last heard of at (\S+))?/

/** None where all moves were planned, which lose nothing. */
export async function lastTakeover(db: Db, account: string): Promise<Takeover | undefined> {
  const moves: { isPlanned: boolean; from: string; to: string; epoch: number; at: string; heardAt?: string }[] = []
  const to = new Date(db.clock() + DAY_MS).toISOString()
  for await (const events of listHistory(db, account, account, { from: '', to }))
    for (const { method, detail = '', time } of events) {
      const [, how, from = '', by = '', epoch, heardAt] = (method === 'FAILOVER' && MOVE.exec(detail)) || []
      if (how === undefined) continue
      const move = { isPlanned: how === 'Moved', from, to: by, epoch: Number(epoch), at: time }
      moves.push({ ...move, ...(heardAt && { heardAt }) })
    }
  moves.sort((a, b) => a.epoch - b.epoch)
  const last = moves.findLast(({ isPlanned }) => !isPlanned)
  if (!last) return undefined
  const { isPlanned: _, ...takeover } = last
  const before = moves.findLast((move) => move.to === last.from && move.epoch < last.epoch)
  return { ...takeover, reign: before?.epoch ?? 0 }
}

/** How the history of a takeover goes on: the last sign of the other region; nothing where there never was one. */
export async function sayLastHeard(site: Site, others: readonly Site[]): Promise<string> {
  const beats = await Promise.all(others.map(({ name }) => getBeat(site.db, name)))
  const known = beats.filter((at) => at !== undefined)
  return known.length === 0 ? '' : `, last heard of at ${new Date(Math.max(...known)).toISOString()}`
}

/** Since when a history is looked at: so long before the last sign of the region that was lost, or before the move where none is known. */
export const windowBegin = (takeover: Takeover | undefined, takenOverAt: string, windowMs: number): number =>
  Math.min(Date.parse(takenOverAt), Date.parse(takeover?.heardAt ?? takenOverAt)) - windowMs
