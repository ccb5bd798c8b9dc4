/**
 * What a file says of whether a person may sign in. `suspended` may come back and is no word for deactivation; `staged`
 * was never provisioned yet; `unknown` is a file that says nothing, or a word that is not known.
 */
export type Status = 'on' | 'off' | 'suspended' | 'staged' | 'unknown'

/** States, by the words of Okta's API and console and of others. */
const STATES: Readonly<Record<Exclude<Status, 'unknown'>, string>> = {
  on: 'active passwordexpired lockedout recovery passwordreset provisioned pendinguseraction enabled activated',
  off: 'deprovisioned deactivated inactive disabled archived deleted',
  suspended: 'suspended',
  staged: 'staged',
}
/** Answers: in German, French, Spanish, Portuguese, Italian and Dutch too, as spreadsheets of the language save them. */
const ANSWERS = {
  on: 'true yes 1 ja wahr oui vrai sí si verdadero sim verdadeiro sì vero waar',
  off: 'false no 0 nein falsch non faux falso não nao nee onwaar',
}
/** Compared without letter case, blanks, `_` and `-`. */
const STATUS_BY_WORD: ReadonlyMap<string, Status> = new Map(
  [STATES, ANSWERS]
    .flatMap(Object.entries<string>)
    .flatMap(([status, words]) => words.split(' ').map((word) => [word, status as Status] as const)),
)

/** What a column says, word by word. */
export const parseStatus = (text: string): Status =>
  STATUS_BY_WORD.get(
    text
      .normalize('NFC')
      .toLowerCase()
      .replace(/[\s_-]/g, ''),
  ) ?? 'unknown'

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
