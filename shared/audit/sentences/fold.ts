import type { EventRow } from '../event-row.ts'
import { actorOf } from './actor.ts'
import { type Facts, type Known, textAt, toFacts } from './facts.ts'
import type { Read } from './kind.ts'
import { calling, wordOf } from './object.ts'
import { list, say, several, toText, type Words } from './parts.ts'
import { kindOf, sentenceOf } from './sentence.ts'

/** One line of a history: an event, or several that are told together. */
export interface Told {
  /** As they came; one, where nothing is folded. */
  rows: readonly EventRow[]
  sentence: Words
}

/** Events that are told together: alike, and close to one another. */
interface Folding {
  /** What must be the same; undefined for an event that stands for itself. */
  keyOf(facts: Facts): string | undefined
  tell(run: readonly Facts[]): Words
}

const MINUTE_MS = 60_000

/**
 * Consecutive events that say the same, told once: reads with one token within a minute, and objects that one caller
 * hands from role to role or undoes changes of. Whatever the order of the rows, nothing is left out. What is known may
 * differ from row to row: names change.
 */
export function foldEvents(rows: readonly EventRow[], known: Known | ((index: number) => Known) = {}): Told[] {
  const runs: { facts: Facts[]; folding: Folding | undefined; key: string | undefined }[] = []
  for (const [index, row] of rows.entries()) {
    const facts = toFacts(row, typeof known === 'function' ? known(index) : known)
    const folding = FOLDINGS.find(({ keyOf }) => keyOf(facts) !== undefined)
    const key = folding?.keyOf(facts)
    const last = runs.at(-1)
    if (folding && last?.folding === folding && last.key === key && isNear(last.facts, facts)) last.facts.push(facts)
    else runs.push({ facts: [facts], folding, key })
  }
  return runs.map(({ facts, folding }) => ({
    rows: facts.map(({ row }) => row),
    sentence: folding && facts.length > 1 ? folding.tell(facts) : sentenceOf(facts[0] as Facts),
  }))
}

/** Within a minute of the first. */
const isNear = ([first]: readonly Facts[], { row }: Facts): boolean =>
  Math.abs(Date.parse(row.EVENT_TIMESTAMP) - Date.parse(String(first?.row.EVENT_TIMESTAMP))) <= MINUTE_MS

/** What a read is, of those that may be folded; administrators' reads without words of their own are told as alone. */
function readOf(facts: Facts): Read | undefined {
  const kind = facts.status < 400 && facts.changes.length === 0 ? kindOf(facts) : undefined
  if (kind?.read) return kind.read(facts)
  return kind && facts.row.METHOD === 'GET' && facts.path[0] === 'admin' ? toText(kind.done(facts)) : undefined
}

const callerOf = ({ row, tokenId }: Facts): string => JSON.stringify([row.ACTOR_NAME, row.ACTOR_DOMAIN, tokenId])

const READS: Folding = {
  keyOf: (facts) => (readOf(facts) === undefined ? undefined : callerOf(facts)),
  tell: (run) =>
    say`${actorOf(run[0] as Facts)} ${list(shorten(readPhrases(run)))} in ${several(run.length, 'request')}`,
}

/** Letters that a line has room for; more things are counted. */
const MAX_LETTERS = 66

const shorten = (phrases: Words[]): Words[] =>
  phrases.length === 1 || toText(list(phrases)).length <= MAX_LETTERS
    ? phrases
    : [say`looked at ${several(phrases.length, 'thing')}`]

/** `looked up 3 users and 1 role`, `listed users`: each thing once. */
function readPhrases(run: readonly Facts[]): Words[] {
  const reads = run.flatMap((facts) => readOf(facts) ?? [])
  const sought = new Map<string, Map<string, Words>>()
  for (const read of reads) {
    if (typeof read === 'string') continue
    const those = sought.get(read.type) ?? new Map()
    sought.set(read.type, those.set(read.who.text, calling(read.type, read.who)))
  }
  const found = [...sought].map(([type, those]) => countOf(type, [...those.values()]))
  const phrases = new Set(reads.filter((read) => typeof read === 'string'))
  return [...(found.length > 0 ? [say`looked up ${list(found)}`] : []), ...[...phrases].map((text) => say`${text}`)]
}

const countOf = (type: string, [first, ...more]: Words[]): Words =>
  more.length === 0 && first ? first : say`${several(more.length + 1, wordOf(type))}`

/** Objects that one caller hands from one role to another: `gave 312 users and 14 roles from …`. */
const TRANSFERS: Folding = {
  keyOf: (facts) => {
    if (!isStep(facts, 'admin/ownership')) return undefined
    return JSON.stringify([callerOf(facts), textAt(facts, 'owner', 'before'), textAt(facts, 'owner')])
  },
  tell: (run) => {
    const [first] = run as [Facts]
    const from = textAt(first, 'owner', 'before')
    const to = textAt(first, 'owner')
    return say`${actorOf(first)} gave ${objectsOf(run)}${from && ` from ${from}`}${to && ` to ${to}`}`
  },
}

const UNDONE: Folding = {
  keyOf: (facts) => (isStep(facts, 'admin/undo') ? callerOf(facts) : undefined),
  tell: (run) => say`${actorOf(run[0] as Facts)} undid changes of ${objectsOf(run)}`,
}

/** Whether an event is one object's in a command that changes many; in its own history each is told by itself. */
const isStep = ({ row, path, status, changes, known }: Facts, endpoint: string): boolean =>
  known.own === undefined &&
  path.join('/') === endpoint &&
  status < 400 &&
  changes.length > 0 &&
  row.RESOURCE_ID !== null

/** `312 users and 14 roles`. */
function objectsOf(run: readonly Facts[]): Words {
  const types = Map.groupBy(run, ({ row }) => row.RESOURCE_DOMAIN ?? '')
  return list([...types].map(([type, those]) => say`${several(those.length, wordOf(type))}`))
}

const FOLDINGS: readonly Folding[] = [READS, TRANSFERS, UNDONE]
