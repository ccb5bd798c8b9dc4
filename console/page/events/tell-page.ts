import type { EventRow } from '../../../shared/audit/event-row.ts'
import { type Known, type Names, toFacts } from '../../../shared/audit/sentences/facts.ts'
import { foldEvents, type Told } from '../../../shared/audit/sentences/fold.ts'
import { countLosses } from '../../../shared/audit/sentences/losses.ts'
import { namedMembers } from '../../../shared/audit/sentences/members.ts'
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
