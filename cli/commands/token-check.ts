import type { ListedToken } from '../../shared/resources/views/token.ts'
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
  finding: 'expires' | `${Exclude<ListedToken['status'], 'live'>}, and there is no other`
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
  summary: 'Exit with 3 where a token expires soon, or the last of an integration has ended; for cron',
  operands: [{ name: 'INTEGRATION', help: 'the integration (default: all of the account)', mayBeAbsent: true }],
  flags: { days: optional('N', `how soon is soon (default ${DEFAULT_DAYS})`, wholeNumber(0, MAX_DAYS)) },
  examples: ['rolecall token check', 'rolecall token check OKTA_PROVISIONING --days 14 --output json'],
  run: async (session, { days = DEFAULT_DAYS }, integration) => {
    const tokens = await fetchTokens(session.api, integration)
    const findings = await amongWaiting(session, findingsAmong(tokens, days))
    const { terminal, output } = session
    if (findings.length > 0 || output !== 'table') await showList(session, TOKEN_FINDING_VIEW, [findings])
    if (findings.length === 0) terminal.tell(`No token expires within ${days} days`)
    for (const { tokenId, finding, rotatedTo } of findings) {
      if (finding === 'expires' && !rotatedTo) terminal.tell(`Next: ${session.hint(`token rotate ${tokenId}`)}`)
    }
    return findings.length > 0 ? FOUND : 0
  },
})

/** An integration that has an OAuth client needs no token, and one that is disabled is out of use on purpose. */
async function amongWaiting({ api }: Session, findings: Finding[]): Promise<Finding[]> {
  if (findings.every(({ finding }) => finding === 'expires')) return findings
  const integrations = await fetchIntegrations(api)
  const waiting = new Set(
    integrations.flatMap(({ name, enabled, oauthClient }) => (enabled && !oauthClient ? name : [])),
  )
  return findings.filter(({ finding, integration }) => finding === 'expires' || waiting.has(integration))
}

/** What is to be done about tokens, those that end first before others. */
export function findingsAmong(tokens: readonly ListedToken[], days: number): Finding[] {
  const soon = tokens.filter(({ status, daysLeft }) => status === 'live' && daysLeft < days)
  const ended = [...Map.groupBy(tokens, ({ integration }) => integration).values()].flatMap(lastOfNone)
  return [...ended, ...soon.map((token): Finding => ({ ...token, finding: 'expires' }))].sort((a, b) =>
    a.expiresAt < b.expiresAt ? -1 : 1,
  )
}

/** The one that would have lasted longest, where none is live; those of the check itself are nobody's. */
function lastOfNone(tokens: readonly ListedToken[]): Finding[] {
  const ended = tokens.flatMap(({ status, ...token }): Finding[] =>
    status === 'live' || token.name === OWN_NAME
      ? []
      : [{ ...token, status, finding: `${status}, and there is no other` }],
  )
  if (tokens.some(({ status }) => status === 'live')) return []
  return ended.toSorted((a, b) => (a.expiresAt < b.expiresAt ? -1 : 1)).slice(-1)
}
