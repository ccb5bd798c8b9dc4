import type { InvariantStep } from '../shared/resources/views/invariant-step.ts'
import type { Violation } from '../shared/store/invariants/violation.ts'
import type { Session } from './command.ts'
import { type ListView, showList } from './output.ts'
import { walkSteps } from './steps.ts'

/** What the check of an account found in all, once it is over. */
export interface Invariants {
  checked: number
  changedByHand: number
  violations: Violation[]
  /** Whether it was interrupted before its end. */
  isCut: boolean
}

const VIOLATION_VIEW: ListView<Violation> = {
  table: [
    { header: 'TYPE', get: ({ type }) => type },
    { header: 'ID', get: ({ id }) => id },
    { header: 'INVARIANT', get: ({ invariant }) => invariant },
    { header: 'VIOLATION', get: ({ message }) => message, isWhole: true },
  ],
}

/** Step by step, so that no time limit holds for all; Ctrl-C ends it behind the step that is on its way. */
export async function checkInvariants(session: Session): Promise<Invariants> {
  const { api, terminal } = session
  const interrupted = terminal.untilInterrupted()
  const found: Invariants = { checked: 0, changedByHand: 0, violations: [], isCut: false }
  const ask = (next: string | undefined) => api.call<InvariantStep>({ path: ['admin', 'invariants'], query: { next } })
  for await (const { violations, checked, changedByHand, part, next } of walkSteps(session, ask, interrupted)) {
    found.violations.push(...violations)
    Object.assign(found, { checked, changedByHand, isCut: next !== undefined })
    terminal.progress(`${checked} checked, part ${part.number} of ${part.of}: ${part.name}`)
  }
  return found
}

/** Violations as a list, and behind them what was looked at. */
export async function showInvariants(session: Session, found: Invariants): Promise<void> {
  const { checked, changedByHand, violations, isCut } = found
  if (violations.length > 0 || session.output !== 'table') await showList(session, VIOLATION_VIEW, [violations])
  const part = isCut ? 'Interrupted: a part of the account was checked, ' : ''
  session.terminal.tell(
    `${part}${checked} objects, names and memberships: ${violations.length} violations; ${changedByHand} changed by hand`,
  )
}
