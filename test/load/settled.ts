import { setTimeout as sleep } from 'node:timers/promises'
import { RESOURCE_TYPES } from '../../shared/scim/resource-types.ts'
import { INTENT_PREFIX, MEMBER_PREFIX, membersKey, pendingKey } from '../../shared/store/keys.ts'
import { ofPartition, queryAll } from '../../shared/store/query-all.ts'
import { getResource } from '../../shared/store/resources.ts'
import { ACCOUNT, type Bed } from './bed.ts'

const POLL_MS = 50

/** Milliseconds until no work is left on these groups, seen from now; `undefined` where some is left at the limit. */
export async function untilSettled(
  { store }: Bed,
  groups: readonly string[],
  limitMs: number,
): Promise<number | undefined> {
  const began = performance.now()
  const partitions = [[pendingKey(ACCOUNT), ''], ...groups.map((id) => [membersKey(ACCOUNT, id), INTENT_PREFIX])]
  const hasWork = async ([pk = '', prefix = '']: string[]) =>
    (await queryAll(store, ofPartition(pk, prefix), 1)).length > 0
  for (;;) {
    const open = (await Promise.all(partitions.map(hasWork))).filter(Boolean)
    const ms = performance.now() - began
    if (open.length === 0) return ms
    if (ms > limitMs) return undefined
    await sleep(POLL_MS)
  }
}

/** How many members a settled group has too many or lacks, and by how many its count is off. */
export async function wrongMembers({ store }: Bed, groupId: string, expected: ReadonlySet<string>): Promise<number> {
  const items = await queryAll(store, ofPartition(membersKey(ACCOUNT, groupId), MEMBER_PREFIX))
  const stored = new Set(items.map(({ sk }) => String(sk).slice(MEMBER_PREFIX.length)))
  const group = await getResource(store, ACCOUNT, RESOURCE_TYPES.Group, groupId)
  const offBy = Math.abs((group?.memberCount ?? 0) - expected.size)
  return (
    [...stored].filter((id) => !expected.has(id)).length + [...expected].filter((id) => !stored.has(id)).length + offBy
  )
}
