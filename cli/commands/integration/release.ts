import type { ChangedIntegration } from '../../../shared/resources/change-integration.ts'
import { releaseSpan } from '../../../shared/resources/integration-input.ts'
import { command } from '../../command.ts'
import { contradicting, UsageError } from '../../failure.ts'
import { DRY_RUN, dryRunQuery, optional, textFor, toggle } from '../../flags.ts'
import { integrationPath } from '../../integrations.ts'
import { NAME } from './flags.ts'
import { showSettings } from './view.ts'

/** Releases a brake. */
export const integrationRelease = command({
  words: 'integration release',
  summary: 'Let mass changes of an integration pass its brake for a time; holds within a minute',
  operands: [NAME],
  flags: {
    for: optional('SPAN', 'how long, at most 24h: 30m, 1h', textFor(releaseSpan)),
    end: toggle('take a release back'),
    'dry-run': DRY_RUN,
  },
  outputs: ['table', 'json'],
  examples: ['rolecall integration release OKTA_PROVISIONING --for 1h'],
  check: ({ for: span, end }) => {
    if ((span === undefined) === end) return
    throw end ? contradicting('--for', '--end') : new UsageError('Name a time: --for 1h')
  },
  run: async (session, { for: span = null, 'dry-run': isDryRun }, name = '') => {
    const call = {
      method: 'POST' as const,
      path: integrationPath(name, 'release'),
      query: dryRunQuery(isDryRun),
      body: { for: span },
    }
    const { changes, ...view } = await session.api.call<ChangedIntegration>(call)
    await showSettings(session, view, changes)
    if (isDryRun) session.terminal.tell('Nothing was changed')
  },
})
