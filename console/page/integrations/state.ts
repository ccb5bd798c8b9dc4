import type { IntegrationView } from '../../../shared/resources/views/integration.ts'
import type { ListedToken } from '../../../shared/resources/views/token.ts'
import type { Tone } from '../parts/tone.ts'

/** How many requests of a day were made, and how many of them were refused or failed. */
export interface Share {
  requests: number
  refused: number
}

/** How an integration does, in a word; the most urgent comes first in a list. */
export interface State {
  word: string
  tone: Tone
  urgency: number
}

const DAY_MS = 86_400_000
/** Days left from which a token is amber, and red. */
export const SOON_DAYS = 30
export const URGENT_DAYS = 7
/** From how many refusals on, and from which share, something is wrong with all of it. */
const MANY_REFUSED = 5
const HIGH_SHARE = 0.2

/** The tokens that still work. */
export const liveOf = (tokens: readonly ListedToken[], name: string): ListedToken[] =>
  tokens.filter(({ integration, status }) => integration === name && status === 'live')

/** When an integration was heard of last, to the minute; undefined where it never was. */
export const lastUseOf = (tokens: readonly ListedToken[], name: string): string | undefined =>
  tokens
    .filter(({ integration }) => integration === name)
    .flatMap(({ lastUsedAt }) => lastUsedAt ?? [])
    .sort()
    .at(-1)

/** Whether a newer token of the integration is in use, so that the end of this one needs nobody. */
export const isReplaced = (token: ListedToken, all: readonly ListedToken[]): boolean =>
  all.some(
    ({ integration, createdAt, lastUsedAt, status }) =>
      integration === token.integration && status === 'live' && createdAt > token.createdAt && lastUsedAt !== undefined,
  )

/** How near the end of a token is. */
export function toneOf(token: ListedToken, all: readonly ListedToken[]): 'accent' | 'loss' | 'fail' {
  if (token.daysLeft > SOON_DAYS) return 'accent'
  return token.daysLeft > URGENT_DAYS || isReplaced(token, all) ? 'loss' : 'fail'
}

/** How an integration does at a time. */
export function stateOf(
  view: IntegrationView,
  all: readonly ListedToken[],
  share: Share | undefined,
  now: number,
): State {
  if (!view.enabled) return { word: 'Disabled', tone: 'plain', urgency: 0 }
  const last = lastUseOf(all, view.name)
  const due = liveOf(all, view.name).filter((token) => token.daysLeft <= SOON_DAYS && !isReplaced(token, all))
  if (due.length > 0) {
    const isUrgent = due.some(({ daysLeft }) => daysLeft <= URGENT_DAYS)
    return { word: 'Ends soon', tone: isUrgent ? 'fail' : 'loss', urgency: isUrgent ? 6 : 4 }
  }
  if (last === undefined) return { word: 'Setting up', tone: 'accent', urgency: 2 }
  if (liveOf(all, view.name).length === 0 && view.oauthClient === undefined) {
    return { word: 'No live token', tone: 'fail', urgency: 7 }
  }
  if (share && share.refused >= MANY_REFUSED && share.refused > share.requests * HIGH_SHARE) {
    return { word: 'Refusing', tone: 'fail', urgency: 5 }
  }
  const days = Math.floor((now - Date.parse(last)) / DAY_MS)
  if (view.silentAfterDays > 0 && days >= view.silentAfterDays) {
    return { word: `Silent for ${days} ${days === 1 ? 'day' : 'days'}`, tone: 'loss', urgency: 3 }
  }
  return { word: 'Working', tone: 'gain', urgency: 1 }
}

/** Whether more of the requests was refused than happens by itself. */
export const isHigh = (share: Share | undefined): boolean =>
  share !== undefined && share.refused > share.requests * 0.02

/** Whether somebody has to do something. */
const needsSomebody = ({ urgency }: State): boolean => urgency >= 3

/** How many integrations need somebody, as far as it is known without what was refused. */
export const countNeedy = (views: readonly IntegrationView[], tokens: readonly ListedToken[], now: number): number =>
  views.filter((view) => needsSomebody(stateOf(view, tokens, undefined, now))).length
