import type { ListedToken } from '../../shared/resources/token-view.ts'
import { OWN_NAME } from '../check/tokens.ts'
import { command, type Session } from '../command.ts'
import { optional, wholeNumber } from '../flags.ts'
import { fetchIntegrations, fetchTokens } from '../integrations.ts'
import { type ListView, showList } from '../output.ts'

const DEFAULT_DAYS = 30
const MAX_DAYS = 184
/** What a script branches on: something is to be done soon. */
const FOUND = 3

/** A token that ends within the days asked for; or the one that ended last of an integration that has no other. */
interface Finding extends ListedToken {
  finding: 'expires' | 'expired, and there is no other'
}

const TOKEN_FINDING_VIEW: ListView<Finding> = {
  table: [
    { header: 'INTEGRATION', get: ({ integration }) => integration },
    { header: 'ID', get: ({ tokenId }) => tokenId },
    { header: 'NAME', get: ({ name }) => name },
    { header: 'FINDING', get: ({ finding }) => finding },
    { header: 'EXPIRES', get: ({ expiresAt }) => expiresAt },
    { header: 'DAYS LEFT', get: ({ status, daysLeft }) => (status === 'live' ? daysLeft : undefined) },
    { header: 'LAST USED', get: ({ lastUsedAt }) => lastUsedAt },
    { header: 'REPLACED BY', get: ({ rotatedTo }) => rotatedTo },
  ],
}

/** For cron: says nothing needs doing by its exit code. */
export const tokenCheck = command({
  words: 'token check',
  summary: 'Exit with 3 where a token expires soon, or the last of an integration has expired; for cron',
  operands: [{ name: 'INTEGRATION', help: 'the integration (default: all of the account)', mayBeAbsent: true }],
  flags: { days: optional('N', `how soon is soon (default ${DEFAULT_DAYS})`, wholeNumber(0, MAX_DAYS)) },
  examples: ['rolecall token check', 'rolecall token check OKTA_PROVISIONING --days 14 --output json'],
  run: async (session, { days = DEFAULT_DAYS }, integration) => {
    const tokens = await fetchTokens(session.api, integration)
    const findings = await withoutClients(session, findingsAmong(tokens, days))
    const { terminal, output } = session
    if (findings.length > 0 || output !== 'table') await showList(session, TOKEN_FINDING_VIEW, [findings])
    if (findings.length === 0) terminal.tell(`No token expires within ${days} days`)
    for (const { tokenId, finding, rotatedTo } of findings) {
      if (finding === 'expires' && !rotatedTo) terminal.tell(`Next: ${session.hint(`token rotate ${tokenId}`)}`)
    }
    return findings.length > 0 ? FOUND : 0
  },
})

/** An integration that has an OAuth client needs no token. */
async function withoutClients({ api }: Session, findings: Finding[]): Promise<Finding[]> {
  if (findings.every(({ finding }) => finding === 'expires')) return findings
  const integrations = await fetchIntegrations(api)
  const clients = new Set(integrations.flatMap(({ name, oauthClient }) => (oauthClient ? [name] : [])))
  return findings.filter(({ finding, integration }) => finding === 'expires' || !clients.has(integration))
}

/** What is to be done about tokens, those that end first before others. */
export function findingsAmong(tokens: readonly ListedToken[], days: number): Finding[] {
  const soon = tokens.filter(({ status, daysLeft }) => status === 'live' && daysLeft < days)
  const ended = [...Map.groupBy(tokens, ({ integration }) => integration).values()].flatMap(lastOfNone)
  return [
    ...ended.map((token): Finding => ({ ...token, finding: 'expired, and there is no other' })),
    ...soon.map((token): Finding => ({ ...token, finding: 'expires' })),
  ].sort((a, b) => (a.expiresAt < b.expiresAt ? -1 : 1))
}

/** One that an administrator ended was ended on purpose. */
function lastOfNone(tokens: readonly ListedToken[]): ListedToken[] {
  if (tokens.some(({ status }) => status === 'live')) return []
  const expired = tokens.filter(({ status, name }) => status === 'expired' && name !== OWN_NAME)
  return expired.toSorted((a, b) => (a.expiresAt < b.expiresAt ? -1 : 1)).slice(-1)
}
