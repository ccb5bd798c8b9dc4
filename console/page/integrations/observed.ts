import type { EventRow } from '../../../shared/audit/event-row.ts'
import { toFacts } from '../../../shared/audit/sentences/facts.ts'

/** How many requests of these rows a policy would have refused, had it not only observed. */
export const countObserved = (rows: readonly EventRow[], policy: string): number =>
  rows
    .filter((row) => row.RESOURCE_NAME === policy && row.HTTP_STATUS < 400)
    .reduce((sum, row) => sum + (toFacts(row, {}).count ?? 0), 0)
