import type { EventRow } from '../../../shared/audit/event-row.ts'
import { toFacts } from '../../../shared/audit/sentences/facts.ts'
import { membersOf } from '../../../shared/audit/sentences/members.ts'

/** The event that gave a role to each user, of a role's events newest first; of large changes only those whom they list. */
export function grantsOf(rows: readonly EventRow[]): ReadonlyMap<string, EventRow> {
  const grants = new Map<string, EventRow>()
  for (const row of rows) {
    if (row.HTTP_STATUS >= 400) continue
    for (const userId of membersOf(toFacts(row, {}), 'added').ids) if (!grants.has(userId)) grants.set(userId, row)
  }
  return grants
}
