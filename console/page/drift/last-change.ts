import type { EventRow } from '../../../shared/audit/event-row.ts'
import { toFacts } from '../../../shared/audit/sentences/facts.ts'

/** Of changes of one object, newest first: the latest of the attribute, or else the latest at all. */
export function lastChangeOf(rows: readonly EventRow[], attribute: string | undefined): EventRow | undefined {
  const isOfIt = (row: EventRow) => toFacts(row, {}).changes.some((change) => isSame(change.attribute, attribute ?? ''))
  return (attribute === undefined ? undefined : rows.find(isOfIt)) ?? rows[0]
}

/** Events name attributes of extensions by their whole URN, and parts of an attribute may stand in it. */
function isSame(changed: string, attribute: string): boolean {
  const [theirs, ours] = [changed.toLowerCase(), attribute.toLowerCase()]
  return theirs === ours || theirs.endsWith(`:${ours}`) || ours.startsWith(`${theirs}.`) || theirs === `${ours}s`
}
