import type { DroppedIntegration } from '../../shared/resources/drop-integration.ts'
import { roleName } from '../../shared/resources/integration-input.ts'
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
    'transfer-to': optional('ROLE', 'hand over what its role owns to this one first', textFor(roleName)),
    'dry-run': DRY_RUN,
  },
  examples: ['rolecall integration drop HR --dry-run', 'rolecall integration drop HR --transfer-to OKTA_PROVISIONER'],
  run: async (session, { 'transfer-to': to, 'dry-run': isDryRun }, name = '') => {
    if (to !== undefined) {
      const refused = await transferAll(session, name, to.toUpperCase(), isDryRun)
      if (refused > 0) return refused
      if (isDryRun) return undefined
    }
    const query = dryRunQuery(isDryRun)
    const call = { method: 'DELETE' as const, path: ['admin', 'integrations', name], query }
    const dropped = await session.api.call<DroppedIntegration>(call)
    await session.terminal.write(`${sayDropped(dropped, isDryRun)}\n`)
    return undefined
  },
})

/** Hands over all that the integration's role owns. @returns the exit code: 1 where an object was refused. */
async function transferAll(session: Session, name: string, to: string, isDryRun: boolean): Promise<number> {
  const { role, liveTokens } = await session.api.call<IntegrationView>({ path: ['admin', 'integrations', name] })
  const path = ['admin', 'ownership']
  const ask = (next: string | undefined) => {
    const body = { to, ownedBy: role, dryRun: isDryRun || undefined, next }
    return session.api.call<Step>({ method: 'POST', path, body })
  }
  const refused = await carryOutSteps(session, ask, { done: 'transferred', isDryRun })
  if (isDryRun) session.terminal.tell(`Then ${name} would be dropped, and ${many(liveTokens, 'token')} end`)
  return refused
}

function sayDropped({ name, role, endedTokens, owns, sharedWith }: DroppedIntegration, isDryRun: boolean): string {
  const done = isDryRun
    ? `${name} would be dropped, and ${many(endedTokens, 'token')} would end; nothing was changed`
    : `Dropped ${name}; ${many(endedTokens, 'token')} ended`
  if (sharedWith.length === 0) return done
  return `${done}. ${sharedWith.join(', ')} go on as ${role}, which owns ${sayOwned(owns)}`
}
