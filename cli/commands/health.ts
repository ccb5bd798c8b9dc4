import { plainJson, plainText } from '../../shared/audit/plain-text.ts'
import type { InvariantStep } from '../../shared/resources/views/invariant-step.ts'
import type { Violation } from '../../shared/store/invariants/violation.ts'
import type { Health, HealthFinding } from '../../shared/watch/health/finding.ts'
import { EXIT_TO_DO } from '../check/finding.ts'
import { command, type Session } from '../command.ts'
import { toggle } from '../flags.ts'
import { type ListView, showList } from '../output.ts'
import { EXIT_INTERRUPTED, walkSteps } from '../steps.ts'

/** What the check found in all, once it is over. */
interface Invariants {
  checked: number
  changedByHand: number
  violations: Violation[]
  /** Whether it was interrupted before its end. */
  isCut: boolean
}

const healthView = (session: Session): ListView<HealthFinding> => ({
  table: [
    { header: 'SEVERITY', get: ({ severity }) => severity },
    { header: 'FINDING', get: ({ kind }) => kind },
    { header: 'INTEGRATION', get: ({ integration }) => integration },
    { header: 'COUNT', get: ({ count }) => count },
    { header: 'SINCE', get: ({ since }) => since },
  ],
  below: ({ message, command: mend }) =>
    [message, `→ ${session.hint(mend.replace(/^rolecall /, '').replace(/ --account \S+$/, ''))}`]
      .map(plainText)
      .join('\n'),
})

const VIOLATION_VIEW: ListView<Violation> = {
  table: [
    { header: 'TYPE', get: ({ type }) => type },
    { header: 'ID', get: ({ id }) => id },
    { header: 'VIOLATION', get: ({ message }) => message, isWhole: true },
  ],
}

/** For people and for cron: exit code 3 where something asks for an administrator. */
export const health = command({
  words: 'health',
  summary: 'Show what asks for an administrator, and what mends it; exit with 3 where there is anything',
  flags: {
    invariants: toggle(
      'also look at every object, name and membership for what may never be; reads all of the account',
    ),
  },
  outputs: ['table', 'json'],
  examples: ['rolecall health', 'rolecall health --output json', 'rolecall health --invariants'],
  run: async (session, { invariants: isAsked }) => {
    const found = await session.api.call<Health>({ path: ['admin', 'health'] })
    const invariants = isAsked ? await checkInvariants(session) : undefined
    if (session.output === 'json')
      await session.terminal.write(`${plainJson({ ...found, ...(invariants && { invariants }) }, 2)}\n`)
    else await showHealth(session, found, invariants)
    if (invariants?.isCut) return EXIT_INTERRUPTED
    return found.findings.length + (invariants?.violations.length ?? 0) > 0 ? EXIT_TO_DO : 0
  },
})

async function showHealth(session: Session, { findings }: Health, invariants: Invariants | undefined): Promise<void> {
  const { terminal } = session
  if (findings.length > 0) await showList(session, healthView(session), [findings])
  else terminal.tell('Nothing needs you')
  if (!invariants) return
  const { checked, changedByHand, violations, isCut } = invariants
  if (violations.length > 0) await showList(session, VIOLATION_VIEW, [violations])
  const part = isCut ? 'Interrupted: a part of the account was checked, ' : ''
  terminal.tell(
    `${part}${checked} objects, names and memberships: ${violations.length} violations; ${changedByHand} changed by hand`,
  )
}

/** Step by step, so that no time limit holds for all; Ctrl-C ends it behind the step that is on its way. */
async function checkInvariants(session: Session): Promise<Invariants> {
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
