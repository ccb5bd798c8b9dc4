import { objectName } from '../../../shared/resources/integration-input.ts'
import { many, sayOwned } from '../../../shared/resources/say-owned.ts'
import type { DroppedIntegration } from '../../../shared/resources/views/integration.ts'
import { command, type ExitCode, type Session } from '../../command.ts'
import { DRY_RUN, dryRunQuery, optional, textFor } from '../../flags.ts'
import { fetchIntegration, integrationPath } from '../../integrations.ts'
import { NAME } from './flags.ts'
import { emptyThen, foretellTransfer } from './hand-over.ts'

/** Takes an integration away, its objects handed over first where that is asked for. */
export const integrationDrop = command({
  words: 'integration drop',
  summary: 'Take an integration away; its tokens end, what its role owns must have another owner',
  operands: [NAME],
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
    return isDryRun
      ? foretell(session, name, to)
      : emptyThen(session, { name, to }, () => dropNow(session, name, false))
  },
})

async function dropNow(session: Session, name: string, isDryRun: boolean): Promise<undefined> {
  const call = { method: 'DELETE' as const, path: integrationPath(name), query: dryRunQuery(isDryRun) }
  const dropped = await session.api.call<DroppedIntegration>(call)
  // Behind a list of what was handed over it is no row.
  if (session.output === 'table') await session.terminal.write(`${sayDropped(dropped, isDryRun)}\n`)
  else session.terminal.tell(sayDropped(dropped, isDryRun))
}

async function foretell(session: Session, name: string, to: string): Promise<ExitCode> {
  const view = await fetchIntegration(session.api, name)
  const refused = await foretellTransfer(session, name, to)
  session.terminal.tell(
    `Then ${view.name} would be dropped, and ${endingOf({ ...view, endedTokens: view.liveTokens })} would end`,
  )
  return refused || undefined
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
