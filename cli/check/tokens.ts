import { plainJson } from '../../shared/audit/plain-text.ts'
import type { ListedToken } from '../../shared/resources/views/token.ts'
import { type Finding, judged, toDo } from './finding.ts'
import { parsePasted } from './token-form.ts'

const CHECK = 'Token'
const ENDS_SOON_DAYS = 30

/** What the command calls the tokens that it makes for itself. */
export const OWN_NAME = 'check'

/** The token that was pasted: its form, whose it is, and how long it works. */
export function judgeGivenToken(pasted: string, tokens: readonly ListedToken[], name: string, issue: string): Finding {
  const { tokenId, wrong } = parsePasted(pasted)
  if (wrong) return toDo(CHECK, wrong, `paste the token alone; should it be lost: ${issue}`)
  const own = tokens.find((token) => token.tokenId === tokenId)
  return judged(CHECK, own ? endText(own) : `It is no token of ${name}, or long ended`, liveText(own), issue)
}

/** The token that works longest, where none was pasted. */
export function judgeTokens(tokens: readonly ListedToken[], hasClient: boolean, issue: string): Finding {
  const providers = tokens.filter(({ name }) => name !== OWN_NAME)
  const [longest] = providers.filter(({ status }) => status === 'live').sort((a, b) => b.daysLeft - a.daysLeft)
  if (longest) return judged(CHECK, endText(longest), liveText(longest), issue)
  const last = providers.at(-1)
  return judged(
    CHECK,
    hasClient ? undefined : `There is no live token${last ? `: ${endText(last)}` : ''}`,
    'None; its OAuth client gets access tokens',
    issue,
  )
}

/** Why a token does not work any more, or will not for long; nothing for one that does. */
function endText(token: ListedToken): string | undefined {
  const name = plainJson(token.name)
  if (token.status === 'expired') return `${name} expired on ${token.expiresAt}`
  if (token.status === 'revoked') return `${name} was revoked on ${token.revokedAt}`
  if (token.status === 'rejected') return `${name} was issued before what the integration accepts`
  return token.daysLeft < ENDS_SOON_DAYS
    ? `${name} expires in ${token.daysLeft} days, on ${token.expiresAt}; no provider warns of it`
    : undefined
}

const liveText = (token: ListedToken | undefined): string =>
  token ? `${plainJson(token.name)} works for ${token.daysLeft} more days, until ${token.expiresAt}` : ''
