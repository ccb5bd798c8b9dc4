import type { Step } from '../../../shared/resources/steps.ts'
import type { IntegrationView } from '../../../shared/resources/views/integration.ts'
import type { ExitCode, Session } from '../../command.ts'
import { fetchIntegration, integrationPath } from '../../integrations.ts'
import { carryOutSteps } from '../../steps.ts'

/** In this time every function has learned that the integration is disabled, and what was on its way is done. */
const KNOWN_AFTER_MS = 3000

/** Whose objects go where. */
interface HandOver {
  name: string
  to: string
  /** What to say with the command where it is run again. */
  again?: string
}

/**
 * Disables an integration, so that it makes nothing more, hands over all that its role owns, and then does the rest.
 * @returns the exit code: 1 where an object was refused, which leaves the rest undone.
 */
export async function emptyThen(
  session: Session,
  { name, to, again = '' }: HandOver,
  doRest: (before: IntegrationView) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { api, terminal, hint } = session
  const before = await fetchIntegration(api, name)
  // What is refused at all is refused before anything is changed.
  await askTransfer(session, { to, ownedBy: before.role, dryRun: true })
  await api.call({ method: 'PATCH', path: integrationPath(name), body: { enabled: false } })
  terminal.progress(`${name} is disabled; what is on its way is waited for`)
  await terminal.pause(KNOWN_AFTER_MS, new AbortController().signal)
  const enable = hint(`integration alter ${name} --enabled true`)
  const stillThere = `${before.name} is disabled and still there: run this again ${again}or "${enable}"`
  try {
    const refused = await transferAll(session, before.role, to, false)
    if (refused === 0) return await doRest(before)
    terminal.tell(stillThere)
    return refused
  } catch (error) {
    terminal.tell(stillThere)
    throw error
  }
}

/** Shows what would be handed over. @returns the exit code: 1 where an object would be refused. */
export async function foretellTransfer(session: Session, name: string, to: string): Promise<number> {
  const { role } = await fetchIntegration(session.api, name)
  return transferAll(session, role, to, true)
}

const askTransfer = ({ api }: Session, body: object): Promise<Step> =>
  api.call<Step>({ method: 'POST', path: ['admin', 'ownership'], body })

function transferAll(session: Session, role: string, to: string, isDryRun: boolean): Promise<number> {
  const ask = (next: string | undefined) =>
    askTransfer(session, { to, ownedBy: role, dryRun: isDryRun || undefined, next })
  return carryOutSteps(session, ask, { done: 'transferred', isDryRun })
}
