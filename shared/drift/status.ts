/**
 * What a file says of whether a person may sign in. `suspended` may come back and is no word for deactivation; `staged`
 * was never provisioned yet; `unknown` is a file that says nothing, or a word that is not known.
 */
export type Status = 'on' | 'off' | 'suspended' | 'staged' | 'unknown'

/** The states of Okta, and the words of others; compared without letter case, blanks, `_` and `-`. */
const WORDS: Readonly<Record<Exclude<Status, 'unknown'>, readonly string[]>> = {
  on: ['active', 'passwordexpired', 'lockedout', 'recovery', 'provisioned', 'true', 'yes', '1', 'enabled', 'activated'],
  off: ['deprovisioned', 'deactivated', 'inactive', 'disabled', 'archived', 'deleted', 'false', 'no', '0'],
  suspended: ['suspended'],
  staged: ['staged'],
}
const STATUS_BY_WORD: ReadonlyMap<string, Status> = new Map(
  Object.entries(WORDS).flatMap(([status, words]) => words.map((word) => [word, status as Status])),
)

/** What a column says, word by word. */
export const parseStatus = (text: string): Status =>
  STATUS_BY_WORD.get(text.toLowerCase().replace(/[\s_-]/g, '')) ?? 'unknown'

/** What a column says that tells who may **not** sign in: *Block sign in*, *Block credential*, *Suspended*. */
export function parseBlocked(text: string): Status {
  const said = parseStatus(text)
  if (said === 'on') return 'off'
  return said === 'off' ? 'on' : 'unknown'
}

/** Whether an identity provider lets the person in; undefined where the file does not say. */
export function isOn(status: Status): boolean | undefined {
  return status === 'unknown' ? undefined : status === 'on'
}
