import { plainJson, plainText } from '../../shared/audit/plain-text.ts'
import type { Health, HealthFinding } from '../../shared/watch/health/finding.ts'
import { EXIT_TO_DO } from '../check/finding.ts'
import { command, type Session } from '../command.ts'
import { toggle } from '../flags.ts'
import { checkInvariants, type Invariants, showInvariants } from '../invariants.ts'
import { type ListView, showList } from '../output.ts'
import { EXIT_INTERRUPTED } from '../steps.ts'

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
  if (findings.length > 0) await showList(session, healthView(session), [findings])
  else session.terminal.tell('Nothing needs you')
  if (invariants) await showInvariants(session, invariants)
}
