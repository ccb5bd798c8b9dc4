import type { EventRow } from '../../../shared/audit/event-row.ts'
import { memberStep } from '../story/moves.ts'

/** How many members a role had from an instant on. */
export interface CountPoint {
  at: number
  members: number
}

/** How the number of members went, oldest first, reckoned backwards from the present over the history, newest event first. */
export function memberCounts(count: number, rows: readonly EventRow[], id: string, from: number): CountPoint[] {
  const points: CountPoint[] = []
  let members = count
  for (const row of rows) {
    const step = row.RESOURCE_ID === id ? memberStep(row) : 0
    if (step === 0) continue
    points.push({ at: Date.parse(row.EVENT_TIMESTAMP), members })
    members = Math.max(0, members - step)
  }
  return [...points, { at: from, members }].reverse()
}
