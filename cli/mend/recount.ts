import type { ResourceType } from '../../shared/scim/schema.ts'
import type { Db } from '../../shared/store/client.ts'
import { countOwners, judgeCounters, loadCounters } from '../../shared/store/invariants/counters.ts'
import { collectionKey, countKey } from '../../shared/store/keys.ts'
import { ofPartition, queryPages } from '../../shared/store/query-all.ts'
import type { Actions } from '../../shared/store/transaction.ts'

/** Counts of a table that goes on being written; one that never stands still is counted again another time. */
const COUNTS = 3

/**
 * Moves the counters of a type by what they are wrong, in one item: what others count meanwhile is added beside it. Nothing where
 * objects come and go all the time.
 */
export async function recount(
  db: Db,
  account: string,
  type: ResourceType,
  commit: (actions: Actions) => Promise<void>,
): Promise<void> {
  for (let attempt = 0; attempt < COUNTS; attempt++) {
    const before = await loadCounters(db, account, type)
    const owners: string[] = []
    for await (const items of queryPages(db, ofPartition(collectionKey(account, type)), {}))
      owners.push(...items.flatMap(({ owner }) => (typeof owner === 'string' ? [owner] : [])))
    const { says, print } = await loadCounters(db, account, type)
    if (print !== before.print) continue
    const counted = countOwners({}, owners)
    const wrong = judgeCounters(type, counted, says).map(({ id }) => id)
    const deltas = Object.keys({ ...counted, ...says })
      .map((owner) => [owner, (counted[owner] ?? 0) - (says[owner] ?? 0)] as const)
      .filter(([, delta]) => delta !== 0)
    if (wrong.length > 0) await commit({ counter: moveAction(account, type, deltas) })
    return
  }
}

function moveAction(account: string, type: ResourceType, deltas: readonly (readonly [string, number])[]) {
  const attributeOf = (owner: string) => (owner === '*' ? 'all' : `own#${owner}`)
  return {
    Update: {
      Key: { pk: countKey(account, type), sk: '000' },
      UpdateExpression: `ADD ${deltas.map((_, i) => `#c${i} :c${i}`).join(', ')}`,
      ExpressionAttributeNames: Object.fromEntries(deltas.map(([owner], i) => [`#c${i}`, attributeOf(owner)])),
      ExpressionAttributeValues: Object.fromEntries(deltas.map(([, delta], i) => [`:c${i}`, delta])),
    },
  }
}
