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

export const iso = (ms: number): string => new Date(ms).toISOString()

/** A finding as it is judged: its command as words behind `rolecall`, and an advice of the history, which goes before it. */
export type Judged = HealthFinding & { advice?: string }
