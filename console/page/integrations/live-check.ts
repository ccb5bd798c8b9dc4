import type { EventRow } from '../../../shared/audit/event-row.ts'
import { toFacts } from '../../../shared/audit/sentences/facts.ts'

/** What is waited for while an identity provider is connected, in the order in which it comes. */
export const CHECKS = ['token', 'test', 'user', 'role'] as const
export type CheckName = (typeof CHECKS)[number]

/** The event that ticked each check. */
export type Ticks = Readonly<Partial<Record<CheckName, EventRow>>>

/** Ticks what an integration's events say, oldest first; what is ticked stays so. */
export function tick(ticks: Ticks, integration: string, rows: readonly EventRow[]): Ticks {
  const ticked: Partial<Record<CheckName, EventRow>> = { ...ticks }
  for (const row of rows) {
    if (row.EVENT_TYPE !== 'SCIM' || row.ACTOR_DOMAIN !== integration || row.HTTP_STATUS === 401) continue
    ticked.token ??= row
    if (row.METHOD === 'GET' && row.HTTP_STATUS < 400) ticked.test ??= row
    if (isMade(row, 'USER')) ticked.user ??= row
    if (isMade(row, 'ROLE')) ticked.role ??= row
  }
  return ticked
}

const isMade = (row: EventRow, domain: string): boolean =>
  row.METHOD === 'POST' && row.HTTP_STATUS === 201 && row.RESOURCE_DOMAIN === domain

/** A request since the guide was opened whose token opened nothing: perhaps it was not pasted whole. */
export const strayOf = (rows: readonly EventRow[]): EventRow | undefined =>
  rows.findLast((row) => row.HTTP_STATUS === 401)

/** Why a stray's token opened nothing: the event's own words. */
export const reasonOf = (row: EventRow): string => toFacts(row, {}).detail
