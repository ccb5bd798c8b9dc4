/** What was found, in the words that filters and icons go by. */
export const FINDING_KINDS = [
  ...['unfinished-work', 'token-ends', 'no-token', 'silent', 'disabled-called', 'expired-token', 'refused-tokens'],
  ...['address-refused', 'brake', 'failed', 'busy', 'conflicts', 'denied', 'changed-by-hand'],
] as const

/** Something that asks for an administrator. */
export interface HealthFinding {
  kind: (typeof FINDING_KINDS)[number]
  /** `problem`: something does not work; `attention`: something will not, or should be looked at. */
  severity: 'attention' | 'problem'
  /** ISO 8601. */
  since?: string
  /** Of how many requests, roles or users it speaks. */
  count?: number
  integration?: string
  /** A sentence: what is so. */
  message: string
  /** What mends it or, where nobody can by a command, what shows more of it. */
  command: string
}

/** The health of an account. */
export interface Health {
  /** ISO 8601. */
  checkedAt: string
  /** What asks for an administrator, the worst first; none where all is well. */
  findings: HealthFinding[]
  /** Roles with changes that wait for the worker, and deleted users whom it has not taken out of every role. */
  unfinished: { roles: number; deletedUsers: number }
  /** Which part of the history was looked at: the last day, or as much of it as the latest 2,000 events. */
  history: { since: string; events: number }
}

export const iso = (ms: number): string => new Date(ms).toISOString()

/** A finding as it is judged: its command as words behind `rolecall`, and an advice of the history, which goes before it. */
export type Judged = HealthFinding & { advice?: string }
