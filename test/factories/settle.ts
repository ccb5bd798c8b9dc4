import { paginateScan } from '@aws-sdk/lib-dynamodb'
import { DEFAULT_ACCOUNT } from '../../shared/auth/account.ts'
import type { Db } from '../../shared/store/client.ts'
import { listHeads, toWork, type Work } from '../../shared/store/groups/heads.ts'
import { membersKey } from '../../shared/store/keys.ts'
import { runSlice, type SliceEnd } from '../../shared/worker/work.ts'

/** As long as a slice whose worker died keeps others away. */
const LEASE_MS = 31_000

/**
 * Does all unfinished work of an account, until no queue head is left; time goes by as fast as it has to, so that marks of
 * deleted users end. That no intent is left without a head is looked at once for each table (`withTable`).
 */
export async function settle(db: Db, account = DEFAULT_ACCOUNT): Promise<void> {
  let skippedMs = 0
  const timed = { ...db, clock: () => db.clock() + skippedMs }
  for (;;) {
    const heads = await listHeads(db, account)
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

/** @throws {Error} when an intent is left that no head tells of: nobody would ever apply it. */
export async function requireNoOrphans(db: Db): Promise<void> {
  const { heads, intents } = await listUnfinished(db)
  const waiting = new Set(heads.map(({ account, id }) => membersKey(account, id)))
  const orphans = intents.filter((intent) => !waiting.has(intent.slice(0, intent.lastIndexOf(' '))))
  if (orphans.length > 0) throw new Error(`No head tells of ${orphans.join(', ')}`)
}
