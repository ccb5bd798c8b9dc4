import { paginateScan } from '@aws-sdk/lib-dynamodb'
import type { Db } from '../../shared/store/client.ts'
import { toWork, type Work } from '../../shared/store/groups/heads.ts'
import { runSlice, type SliceEnd } from '../../shared/worker/work.ts'

/** As long as a slice whose worker died keeps others away. */
const LEASE_MS = 31_000

/**
 * Does all unfinished work of a table, until no queue head and no intent is left; time goes by as fast as it has to, so
 * that marks of deleted users end. @throws {Error} when an intent is left that no head tells of.
 */
export async function settle(db: Db): Promise<void> {
  let skippedMs = 0
  const timed = { ...db, clock: () => db.clock() + skippedMs }
  for (;;) {
    const { heads, intents } = await listUnfinished(db)
    if (heads.length === 0 && intents.length > 0) throw new Error(`No head tells of ${intents.join(', ')}`)
    if (heads.length === 0) return
    const ends: SliceEnd[] = await Promise.all(heads.map((work) => runSlice(timed, work, timed.clock() + 60_000)))
    const at = ends.flatMap((stop) => (stop.end === 'later' ? [stop.at] : []))
    if (at.length === ends.length) skippedMs += Math.max(0, ...at.map((ms) => ms - timed.clock()))
    else if (ends.every(({ end }) => end === 'taken' || end === 'later')) skippedMs += LEASE_MS
  }
}

/** The heads of all queues in a table, and the sort keys of open intents. */
export async function listUnfinished(db: Db): Promise<{ heads: Work[]; intents: string[] }> {
  const heads: Work[] = []
  const intents: string[] = []
  for await (const { Items = [] } of paginateScan(
    { client: db.client },
    {
      TableName: db.tableName,
      FilterExpression: 'contains(pk, :pending) OR begins_with(sk, :intent)',
      ExpressionAttributeValues: { ':pending': '#PENDING', ':intent': 'INTENT#' },
      ConsistentRead: true,
    },
  )) {
    for (const { pk, sk } of Items) {
      const work = toWork(pk, sk)
      if (work) heads.push(work)
      else intents.push(`${pk} ${sk}`)
    }
  }
  return { heads, intents }
}
