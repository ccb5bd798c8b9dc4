import { DAY_MS } from '../../auth/span.ts'
import type { HealthFacts, IntegrationFacts, TokenFacts } from './facts.ts'
import { iso, type Judged } from './finding.ts'

/** How many days before its end a token is spoken of, and from when on that is urgent. */
export const WARN_DAYS = 30
const URGENT_DAYS = 7

/** Tokens that end while no newer one is in use, and integrations that have none. */
export const judgeTokens = ({ now, integrations }: HealthFacts): Judged[] =>
  integrations.filter(({ enabled }) => enabled).flatMap((integration) => judgeOne(integration, now))

function judgeOne(integration: IntegrationFacts, now: number): Judged[] {
  const { tokens, hasClient } = integration
  const live = tokens.filter(({ expiresAt, isEnded }) => !isEnded && expiresAt > now)
  if (tokens.length > 0 && live.length === 0 && !hasClient) return noToken(integration)
  return live
    .filter((token) => endsSoon(token, now) && !isReplaced(token, live))
    .map((token) => ends(integration, token, now))
}

/** One that was made for less time than that ends on purpose. */
const endsSoon = ({ createdAt, expiresAt }: TokenFacts, now: number): boolean =>
  expiresAt - now <= WARN_DAYS * DAY_MS && expiresAt - createdAt > WARN_DAYS * DAY_MS

const isReplaced = ({ expiresAt }: TokenFacts, live: readonly TokenFacts[]): boolean =>
  live.some((other) => other.isUsed && other.expiresAt > expiresAt)

function ends({ name }: IntegrationFacts, token: TokenFacts, now: number): Judged {
  const days = Math.floor((token.expiresAt - now) / DAY_MS)
  const when = days === 0 ? 'within a day' : days === 1 ? 'in 1 day' : `in ${days} days`
  const rest =
    token.rotatedTo === undefined ? 'and no newer one is in use' : 'and the one that replaces it is not in use'
  return {
    ...{ kind: 'token-ends', severity: days < URGENT_DAYS ? 'problem' : 'attention', integration: name },
    message: `Token "${token.name}" of ${name} ends ${when}, at ${iso(token.expiresAt)}, ${rest}`,
    command: token.rotatedTo === undefined ? `token rotate ${token.tokenId}` : `token list ${name}`,
  }
}

/** What an administrator ended was ended on purpose. */
function noToken({ name, tokens }: IntegrationFacts): Judged[] {
  const expired = tokens.filter(({ isEnded, createdAt, expiresAt }) => !isEnded && expiresAt - createdAt > DAY_MS)
  const last = expired.toSorted((a, b) => a.expiresAt - b.expiresAt).at(-1)
  if (!last) return []
  return [
    {
      ...{ kind: 'no-token', severity: 'problem', integration: name, since: iso(last.expiresAt) },
      message: `${name} has no token that works: the last one, "${last.name}", ended at ${iso(last.expiresAt)}`,
      command: `token issue ${name}`,
    },
  ]
}
