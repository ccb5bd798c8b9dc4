import type { DroppedIntegration } from '../../shared/resources/drop-integration.ts'
import { objectName } from '../../shared/resources/integration-input.ts'
import type { IntegrationView } from '../../shared/resources/present-integration.ts'
import { many, sayOwned } from '../../shared/resources/say-owned.ts'
import type { Step } from '../../shared/resources/steps.ts'
import { command, type Session } from '../command.ts'
import { DRY_RUN, dryRunQuery, optional, textFor } from '../flags.ts'
import { carryOutSteps } from '../steps.ts'

/** Takes an integration away, its objects handed over first where that is asked for. */
export const integrationDrop = command({
  words: 'integration drop',
  summary: 'Take an integration away; its tokens end, what its role owns must have another owner',
  operands: [{ name: 'NAME', help: 'the integration, in any letter case' }],
  flags: {
    'transfer-to': optional(
      'ROLE',
      'hand over what its role owns first, to this one or to ADMIN for administrators; it is disabled meanwhile',
      textFor(objectName),
    ),
    'dry-run': DRY_RUN,
  },
  examples: ['rolecall integration drop HR --dry-run', 'rolecall integration drop HR --transfer-to OKTA_PROVISIONER'],
  run: async (session, { 'transfer-to': to, 'dry-run': isDryRun }, name = '') => {
    if (to === undefined) return dropNow(session, name, isDryRun)
    return isDryRun ? foretell(session, name, to) : dropEmptied(session, name, to)
  },
})

const pathOf = (name: string) => ['admin', 'integrations', name]

async function dropNow(session: Session, name: string, isDryRun: boolean): Promise<undefined> {
  const call = { method: 'DELETE' as const, path: pathOf(name), query: dryRunQuery(isDryRun) }
  const dropped = await session.api.call<DroppedIntegration>(call)
  // Behind a list of what was handed over it is no row.
  if (session.output === 'table') await session.terminal.write(`${sayDropped(dropped, isDryRun)}\n`)
  else session.terminal.tell(sayDropped(dropped, isDryRun))
}

async function foretell(session: Session, name: string, to: string): Promise<number | undefined> {
  const view = await session.api.call<IntegrationView>({ path: pathOf(name) })
  const refused = await transferAll(session, view.role, to, true)
  session.terminal.tell(
    `Then ${view.name} would be dropped, and ${endingOf({ ...view, endedTokens: view.liveTokens })} would end`,
  )
  return refused || undefined
}

/** In this time every function has learned that the integration is disabled, and what was on its way is done. */
const KNOWN_AFTER_MS = 3000

/** Disables the integration, so that it makes nothing more, hands over what its role owns, and drops it. */
async function dropEmptied(session: Session, name: string, to: string): Promise<number | undefined> {
  const { api, terminal, hint } = session
  const { role } = await api.call<IntegrationView>({ path: pathOf(name) })
  // What is refused at all is refused before anything is changed.
  await askTransfer(session, { to, ownedBy: role, dryRun: true })
  await api.call({ method: 'PATCH', path: pathOf(name), body: { enabled: false } })
  terminal.progress(`${name} is disabled; what is on its way is waited for`)
  await terminal.pause(KNOWN_AFTER_MS, new AbortController().signal)
  try {
    const refused = await transferAll(session, role, to, false)
    if (refused === 0) return await dropNow(session, name, false)
    terminal.tell(stillThere(hint, name))
    return refused
  } catch (error) {
    terminal.tell(stillThere(hint, name))
    throw error
  }
}

const stillThere = (hint: Session['hint'], name: string): string =>
  `${name.toUpperCase()} is disabled and still there: run this again, or "${hint(`integration alter ${name} --enabled true`)}"`

const askTransfer = ({ api }: Session, body: object): Promise<Step> =>
  api.call<Step>({ method: 'POST', path: ['admin', 'ownership'], body })

/** Hands over all that a role owns. @returns the exit code: 1 where an object was refused. */
function transferAll(session: Session, role: string, to: string, isDryRun: boolean): Promise<number> {
  const ask = (next: string | undefined) =>
    askTransfer(session, { to, ownedBy: role, dryRun: isDryRun || undefined, next })
  return carryOutSteps(session, ask, { done: 'transferred', isDryRun })
}

const endingOf = ({ endedTokens, oauthClient }: Pick<DroppedIntegration, 'endedTokens' | 'oauthClient'>): string =>
  `${many(endedTokens, 'token')}${oauthClient ? ' and the OAuth client' : ''}`

function sayDropped(dropped: DroppedIntegration, isDryRun: boolean): string {
  const { name, role, owns, sharedWith } = dropped
  const done = isDryRun
    ? `${name} would be dropped, and ${endingOf(dropped)} would end; nothing was changed`
    : `Dropped ${name}; ${endingOf(dropped)} ended`
  if (sharedWith.length === 0) return done
  return `${done}. Role ${role}, which owns ${sayOwned(owns)}, is still that of ${sharedWith.join(', ')}`
}
