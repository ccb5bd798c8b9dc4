import type { IntegrationView } from '../../../shared/resources/views/integration.ts'
import { command } from '../../command.ts'
import { LIKE } from '../../flags.ts'
import { fetchIntegration, fetchIntegrations } from '../../integrations.ts'
import { type ListView, showList } from '../../output.ts'
import { NAME } from './flags.ts'
import { showSettings } from './view.ts'

const INTEGRATION_VIEW: ListView<IntegrationView> = {
  table: [
    { header: 'NAME', get: ({ name }) => name },
    { header: 'KIND', get: ({ clientKind }) => clientKind },
    { header: 'ROLE', get: ({ role }) => role },
    { header: 'ENABLED', get: ({ enabled }) => enabled },
    { header: 'TOKENS', get: ({ liveTokens }) => liveTokens },
    { header: 'CREATED', get: ({ createdAt }) => createdAt },
    { header: 'COMMENT', get: (integration) => integration.comment },
  ],
}

export const integrationList = command({
  words: 'integration list',
  summary: 'Show the integrations of the account',
  flags: { like: LIKE },
  examples: ['rolecall integration list', 'rolecall integration list --like "OKTA%" --output json'],
  run: async (session, { like }) => {
    const integrations = await fetchIntegrations(session.api, { like })
    await showList(session, INTEGRATION_VIEW, [integrations])
    if (integrations.length > 0) return undefined
    const none = like === undefined ? 'There is none yet' : 'None has such a name'
    session.terminal.tell(`${none}: ${session.hint(`integration ${like === undefined ? 'create --help' : 'list'}`)}`)
    return undefined
  },
})

export const integrationDescribe = command({
  words: 'integration describe',
  summary: 'Show every setting of one integration, and the addresses an identity provider needs',
  operands: [NAME],
  flags: {},
  outputs: ['table', 'json'],
  examples: ['rolecall integration describe OKTA_PROVISIONING'],
  run: async (session, _values, name = '') => {
    await showSettings(session, await fetchIntegration(session.api, name))
  },
})
