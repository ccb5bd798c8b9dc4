import { ScimError } from '../scim/error.ts'
import { quote } from '../scim/quote.ts'
import { listPending } from '../store/groups/pending.ts'
import { finishDue } from '../store/groups/sweep.ts'
import type { StoredResource } from '../store/resource-item.ts'
import { LostRace } from '../store/resource-writes.ts'
import type { ScimContext } from './context.ts'

/**
 * Lets no change of a group overtake a large one that is committed and not yet applied. One whose writer is gone is
 * finished here; otherwise the caller shall come back.
 * @throws {ScimError} 429 while somebody is still applying it.
 */
export async function requireSettled(context: ScimContext, group: StoredResource): Promise<void> {
  if (group.applying === undefined) return
  const { db, principal, now, report } = context
  const pending = await listPending(db, principal.account)
  const due = pending.filter(({ kind, id, due }) => kind === 'CHANGE' && id === group.id && due <= now.getTime())
  if (due.length > 0) {
    await finishDue(db, principal.account, due, now, report)
    throw new LostRace('The group was being changed')
  }
  const detail = `Group ${quote(group.id)} is taking in a large membership change; retry after the seconds named in Retry-After`
  throw new ScimError(429, undefined, detail, { headers: { 'retry-after': '2' } })
}
