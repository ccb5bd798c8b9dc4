import type { EventRow } from '../../../shared/audit/event-row.ts'
import { countListed } from '../../../shared/audit/listed.ts'
import type { Change } from '../../../shared/audit/rest-event.ts'
import { toFacts } from '../../../shared/audit/sentences/facts.ts'

/** The lane of whether a user is active, beside one for each role by its id. */
export const ACTIVE = 'active'

/** What an event did to one lane of a user: whether it held before, and afterwards. */
export interface Move {
  lane: string
  /** What the lane was called then; none for {@link ACTIVE}. */
  name?: string | undefined
  before: boolean
  after: boolean
}

/** What an event of a user's history did to the user's roles, and to being active. */
export function movesOf(userId: string, row: EventRow): Move[] {
  const { changes, status } = toFacts(row, {})
  if (status >= 400) return []
  if (row.RESOURCE_ID === userId) return activeMove(changes)
  const lane = row.RESOURCE_ID
  if (row.RESOURCE_DOMAIN !== 'ROLE' || lane === null) return []
  const named = { lane, name: row.RESOURCE_NAME ?? undefined }
  if (lists(changes, 'members.added', 'after', userId)) return [{ ...named, before: false, after: true }]
  if (lists(changes, 'members.removed', 'before', userId)) return [{ ...named, before: true, after: false }]
  return []
}

/** A user who is made, or brought back, begins to be active; one who is deleted ends. */
function activeMove(changes: readonly Change[]): Move[] {
  const name = changes.find(({ attribute }) => attribute === 'userName')
  const active = changes.find(({ attribute }) => attribute === 'active')
  const isMade = name !== undefined && name.before === undefined
  const isGone = name !== undefined && name.after === undefined
  if (!isMade && !isGone && !active) return []
  const before = !isMade && active?.before !== false
  const after = !isGone && active?.after !== false
  return before === after ? [] : [{ lane: ACTIVE, before, after }]
}

function lists(changes: readonly Change[], attribute: string, side: 'before' | 'after', userId: string): boolean {
  const listed = changes.find((change) => change.attribute === attribute)?.[side]
  return Array.isArray(listed) && listed.includes(userId)
}

/** By how many members an event changed a role: those who came less those who went. */
export function memberStep(row: EventRow): number {
  const { changes, status } = toFacts(row, {})
  if (status >= 400) return 0
  const count = (attribute: string, side: 'before' | 'after') =>
    countListed(changes.find((change) => change.attribute === attribute)?.[side])
  return count('members.added', 'after') - count('members.removed', 'before')
}
