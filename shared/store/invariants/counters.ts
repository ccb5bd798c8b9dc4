import { createHash } from 'node:crypto'
import type { ResourceType } from '../../scim/schema.ts'
import type { Db } from '../client.ts'
import { listCountItems, sumOwners, toAllCount } from '../counters.ts'
import type { Violation } from './violation.ts'

/** How many objects there are by owner; those of all owners under `*`. */
export type Counted = Readonly<Record<string, number>>

const ALL = '*'

/** What the counters of a type say, and a print of all of them: one that moved there and back again has another. */
export interface Counters {
  says: Counted
  print: string
}

/** Access pattern V4: the counters of a type. One query, at most 3 read units. */
export async function loadCounters(db: Db, account: string, type: ResourceType): Promise<Counters> {
  const items = await listCountItems(db, account, type)
  const text = JSON.stringify(items.map((item) => Object.entries(item).sort()))
  return {
    says: { ...Object.fromEntries(sumOwners(items)), [ALL]: toAllCount(items) },
    print: createHash('sha256').update(text).digest('hex').slice(0, 16),
  }
}

/** Counts some more objects by their owners. */
export function countOwners(counted: Counted, owners: readonly string[]): Counted {
  const sum: Record<string, number> = { ...counted }
  for (const owner of [...owners, ...owners.map(() => ALL)]) sum[owner] = (sum[owner] ?? 0) + 1
  return sum
}

/** Where the counters say something else than was counted: none is as good as zero. */
export function judgeCounters(type: ResourceType, counted: Counted, says: Counted): Violation[] {
  const word = type.auditWord === 'ROLE' ? 'roles' : 'users'
  const owners = [...new Set([...Object.keys(counted), ...Object.keys(says)])].sort()
  const differing = owners.filter((owner) => (counted[owner] ?? 0) !== (says[owner] ?? 0))
  return differing.map((owner) => {
    const what = owner === ALL ? word : `${word} of ${owner}`
    const message = `The counter of ${what} says ${says[owner] ?? 0}, and there are ${counted[owner] ?? 0}`
    return { invariant: 'counter', type: type.auditWord, id: owner === ALL ? word : owner, message }
  })
}
