import { startOfHour } from '../../auth/brake.ts'
import { DAY_MS } from '../../auth/span.ts'
import { loadBrakeHour } from '../../resources/brake/this-hour.ts'
import { tokenStatus } from '../../resources/present-token.ts'
import { RESOURCE_TYPES } from '../../scim/resource-types.ts'
import { sumOf } from '../../store/brake/shards.ts'
import type { Db } from '../../store/client.ts'
import { listOwnerCounts } from '../../store/counters.ts'
import { listEvents } from '../../store/events/query.ts'
import { type Head, listHeads } from '../../store/groups/heads.ts'
import { getIntegrations, type Integration, liveTokens } from '../../store/integrations.ts'
import { getTold } from '../../store/notices.ts'
import type { Use } from '../../store/token-use.ts'
import { getUses } from '../../store/token-uses.ts'
import { getTokensOf } from '../../store/tokens.ts'
import { BEGINNING } from '../account.ts'
import { silenceOf } from '../silence.ts'
import type { BrakeFacts, HealthFacts, HistoryFacts, IntegrationFacts, TokenFacts } from './facts.ts'
import { WARN_DAYS } from './tokens.ts'

/** How far back requests are looked at, and how many of the latest at most: some 400 read units. */
const HISTORY_MS = DAY_MS
const HISTORY_EVENTS = 2000

/**
 * Gathers what the health of an account is judged by. Two round trips; 8 read units and, for each integration, 1 for its
 * brake and 1 for each token where one ends soon or none works; 0.2 for each of the latest events, 2,000 of a day at most.
 */
export async function loadFacts(db: Db, account: string, now: Date): Promise<HealthFacts> {
  const [integrations, uses, told, heads, owned, history] = await Promise.all([
    getIntegrations(db, account),
    getUses(db, account),
    getTold(db, account),
    listHeads(db, account),
    countOwned(db, account),
    loadHistory(db, account, now),
  ])
  const watchedSince = Date.parse(told.get(BEGINNING) ?? now.toISOString())
  const load = async (integration: Integration): Promise<IntegrationFacts> => {
    const { name, enabled, silentAfterDays, oauthClient } = integration
    const [silence, tokens, brake] = await Promise.all([
      enabled ? silenceOf({ db, uses, watchedSince }, integration) : undefined,
      loadTokens(db, integration, uses, now),
      loadBrake(db, integration, owned.get(integration.role) ?? 0, now),
    ])
    return { name, enabled, hasClient: oauthClient !== undefined, silentAfterDays, silence, tokens, brake }
  }
  const loaded = await Promise.all(integrations.map(load))
  return { account, now: now.getTime(), integrations: loaded, work: heads.map(toWork), history }
}

const toWork = (head: Head): HealthFacts['work'][number] => ({
  kind: head.kind,
  since: head.kind === 'USER' ? head.due : head.openSince,
})

/** How many users and roles each role owns. */
async function countOwned(db: Db, account: string): Promise<ReadonlyMap<string, number>> {
  const counts = await Promise.all(Object.values(RESOURCE_TYPES).map((type) => listOwnerCounts(db, account, type)))
  const owners = new Set(counts.flatMap((one) => [...one.keys()]))
  return new Map([...owners].map((owner) => [owner, sumOf(counts.map((one) => one.get(owner) ?? 0))]))
}

async function loadHistory(db: Db, account: string, now: Date): Promise<HistoryFacts> {
  const from = new Date(now.getTime() - HISTORY_MS)
  const query = { from, to: now, limit: HISTORY_EVENTS, type: 'ALL' as const }
  const { events, next } = await listEvents(db, account, query, now)
  const isCut = next !== undefined || events.length === HISTORY_EVENTS
  const since = isCut ? Date.parse(events[0]?.time ?? from.toISOString()) : from.getTime()
  return { since: Math.max(since, from.getTime()), events }
}

/** Only what is judged: the tokens of an integration of which one ends soon, or none works. */
async function loadTokens(db: Db, integration: Integration, uses: readonly Use[], now: Date): Promise<TokenFacts[]> {
  const live = liveTokens(integration, now)
  const soon = now.getTime() + WARN_DAYS * DAY_MS
  const isQuiet = live.length > 0 && live.every((id) => (integration.tokens[id] ?? 0) > soon)
  if (!integration.enabled || isQuiet) return []
  const used = new Set(uses.map(({ tokenId }) => tokenId))
  return (await getTokensOf(db, integration)).map((token) => {
    const { tokenId, name, createdAt, expiresAt, rotatedTo } = token
    const isEnded = ['revoked', 'rejected'].includes(tokenStatus(token, now.getTime()))
    return { tokenId, name, createdAt, expiresAt, rotatedTo, isEnded, isUsed: used.has(tokenId) }
  })
}

async function loadBrake(db: Db, integration: Integration, owned: number, at: Date): Promise<BrakeFacts | undefined> {
  const { enabled, brake, brakeReleasedUntil } = integration
  if (!enabled || brakeReleasedUntil > at.getTime()) return undefined
  const hour = await loadBrakeHour(db, integration, owned, at)
  return hour && { mode: brake.mode, limit: hour.limit, counted: hour.used, since: startOfHour(at) }
}
