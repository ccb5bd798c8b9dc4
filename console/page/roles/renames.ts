import type { EventRow } from '../../../shared/audit/event-row.ts'
import { textAt, toFacts } from '../../../shared/audit/sentences/facts.ts'

/** The last name a role had before the one it has, and until when; of events newest first. */
export function lastRename(rows: readonly EventRow[], id: string): { name: string; at: string } | undefined {
  for (const row of rows) {
    if (row.RESOURCE_ID !== id || row.HTTP_STATUS >= 400) continue
    const facts = toFacts(row, {})
    const before = textAt(facts, 'displayName', 'before')
    if (before !== undefined && textAt(facts, 'displayName') !== undefined)
      return { name: before, at: row.EVENT_TIMESTAMP }
  }
  return undefined
}
