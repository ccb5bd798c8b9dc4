import type { EventRow } from '../../../shared/audit/event-row.ts'
import { type Facts, type Known, type Names, toFacts } from '../../../shared/audit/sentences/facts.ts'
import { foldEvents, type Told } from '../../../shared/audit/sentences/fold.ts'
import { membersOf } from '../../../shared/audit/sentences/members.ts'
import { NamesOverTime } from '../../../shared/audit/sentences/names.ts'

/** A part of a history as it is read. */
export interface ToldPage {
  told: readonly Told[]
  /** Users whom sentences would call by name, and whom nothing names yet. */
  wanted: readonly string[]
}

/** Tells a part of a history, newest first: reads that are alike are one line, names are those of that time. */
export function tellPage(rows: readonly EventRow[], beside: Omit<Known, 'names'>, names: Names): ToldPage {
  const oldestFirst = rows.toReversed()
  const facts = oldestFirst.map((row) => toFacts(row, {}))
  const overTime = new NamesOverTime()
  const members = new Set(facts.flatMap(namedMembers))
  for (const id of members) {
    const name = names.get(id)
    if (name !== undefined) overTime.learn(id, name)
  }
  overTime.see(oldestFirst)
  const losses = countLosses(facts)
  const last = rows.length - 1
  const told = foldEvents(rows, (index) => ({ ...beside, losses, names: overTime.at(last - index) }))
  return { told, wanted: [...members].filter((id) => !overTime.has(id)) }
}

/** The members whom a sentence may name. */
function namedMembers(facts: Facts): readonly string[] {
  const moved = [membersOf(facts, 'added'), membersOf(facts, 'removed')]
  return moved.flatMap(({ ids, count }) => (count <= 2 || ids.length === 1 ? ids : []))
}

/** How many roles each delete of a user ended, as far as these rows tell. */
function countLosses(facts: readonly Facts[]): Map<string, number> {
  const losses = new Map<string, number>()
  for (const { cause, row, changes } of facts) {
    const isLoss = cause !== undefined && row.METHOD === 'DELETE' && row.RESOURCE_DOMAIN === 'ROLE'
    if (isLoss && changes.length > 0) losses.set(cause, (losses.get(cause) ?? 0) + 1)
  }
  return losses
}
