import { EVENT_PARAMETERS, MAX_LIMIT } from '../../shared/audit/event-query.ts'
import type { EventRow } from '../../shared/audit/event-row.ts'
import { collectEvents, type Question } from '../../shared/audit/reading/walk-events.ts'
import type { Change } from '../../shared/audit/rest-event.ts'
import { foldName } from '../../shared/scim/fold.ts'
import { isResourceId } from '../../shared/scim/resource-id.ts'
import { type Command, command, type Session } from '../command.ts'
import { listParts, type Rest, tellRest } from '../event-listing.ts'
import { contradicting, Failure } from '../failure.ts'
import { optional, textFor, toggle, wholeNumber } from '../flags.ts'
import { Narrator, showSentences } from '../sentences.ts'

/** So many of the most recent are a story that a person reads. */
const STORY_LIMIT = 1000

interface Kind {
  word: 'user' | 'role'
  /** Path below `/admin` */
  collection: 'users' | 'roles'
  domain: 'USER' | 'ROLE'
  /** The attribute that names it. */
  name: 'userName' | 'displayName'
  example: string
}

const STORY_KINDS: readonly Kind[] = [
  { word: 'user', collection: 'users', domain: 'USER', name: 'userName', example: 'ada@example.com' },
  { word: 'role', collection: 'roles', domain: 'ROLE', name: 'displayName', example: 'Engineering' },
]

/** An object whose story is told. */
interface Subject {
  id: string
  /** Its name now, where it is still here. */
  name?: string | undefined
}

const STORY_FLAGS = {
  last: optional('SPAN', 'the last 5m, 2h or 7d, or all that is kept (the default)', textFor(EVENT_PARAMETERS.last)),
  from: optional('TIME', 'start of the range: 2026-08-31T10:00:00Z, or a day (UTC)', textFor(EVENT_PARAMETERS.from)),
  to: optional(
    'TIME',
    'end of the range: an instant, or a day to its end (default: now)',
    textFor(EVENT_PARAMETERS.to),
  ),
  limit: optional('N', `the N most recent, 1 to ${MAX_LIMIT} (default ${STORY_LIMIT})`, wholeNumber(1, MAX_LIMIT)),
  all: toggle('all of the range, however many, shown as they arrive'),
  reads: toggle('also what only read it, looked for among all events of the range'),
  json: toggle('short for --output json: every event with all its columns, and its sentence'),
}

const historyOf = (kind: Kind): Command =>
  command({
    words: `${kind.word} history`,
    summary: `Tell the story of one ${kind.word} in sentences, oldest first; of one that is gone too`,
    operands: [{ name: 'ID|NAME', help: `its id, or the name it has or had, in any letter case` }],
    flags: STORY_FLAGS,
    examples: [
      `rolecall ${kind.word} history ${kind.example}`,
      `rolecall ${kind.word} history ${kind.example} --last 30d --json`,
    ],
    check: ({ last, from, limit, all }) => {
      if (from !== undefined && last !== undefined) throw contradicting('--from', '--last')
      if (all && limit !== undefined) throw contradicting('--all', '--limit')
    },
    run: async (session, { json, all, limit: wanted, reads, last, from, to }, idOrName = '') => {
      if (json && session.output === 'csv') throw contradicting('--json', '--output csv')
      const subject = await findSubject(session, kind, idOrName)
      const range = { last: last ?? (from === undefined ? 'all' : undefined), from, to }
      const question = { ...range, resource: subject.id, type: 'ALL', ...(reads && { reads: 'true' }) }
      const limit = all ? undefined : (wanted ?? STORY_LIMIT)
      const gotName = await showStory(json ? { ...session, output: 'json' } : session, subject, question, limit)
      if (subject.name !== undefined) await tellEarlier(session, kind, { ...subject, name: subject.name }, gotName)
    },
  })

/** Shows the story as it comes, and says what it leaves out. @returns when it got the name it has, as far as that is told. */
async function showStory(
  session: Session,
  subject: Subject,
  question: Question,
  limit: number | undefined,
): Promise<string | undefined> {
  let gotName: string | undefined
  const rest: Rest = { unreadable: 0, leftOut: undefined }
  async function* listRows(): AsyncGenerator<EventRow[]> {
    for await (const { rows, unreadable, leftOut } of listParts(session, question, limit)) {
      rest.unreadable += unreadable
      rest.leftOut = leftOut
      gotName = rows.findLast((row) => row.RESOURCE_ID === subject.id && isNaming(row))?.EVENT_TIMESTAMP ?? gotName
      yield rows
    }
  }
  const count = await showSentences(session, new Narrator(session, subject), listRows())
  tellRest(session, count, limit, rest)
  return gotName
}

const NAMING_ATTRIBUTES: readonly string[] = STORY_KINDS.map(({ name }) => name)

/** Whether an event gave its object a name. */
function isNaming({ DETAILS }: EventRow): boolean {
  const { changes = [] } = JSON.parse(DETAILS) as { changes?: Change[] }
  return changes.some(({ attribute, after }) => NAMING_ATTRIBUTES.includes(attribute) && after !== undefined)
}

/** Says who else had the name before it got it, which the events under its id do not tell. */
async function tellEarlier(
  session: Session,
  kind: Kind,
  { id, name }: { id: string; name: string },
  until: string | undefined,
) {
  const { terminal, hint } = session
  const holders = await findHolders(session, kind, name, { to: until, reads: 'true' })
  for (const [other, seen] of holders) {
    if (other === id) continue
    const command = hint(`${kind.word} history ${other}`)
    terminal.tell(`Another ${kind.word} had the name "${name}" before, until ${seen}: ${command}`)
  }
}

/**
 * Who is meant: an id is itself; a name is who has it now, or else who had it in the events that are kept.
 * @throws {Failure} where nobody had it, or several.
 */
async function findSubject(session: Session, kind: Kind, idOrName: string): Promise<Subject> {
  if (isResourceId(idOrName)) return { id: idOrName.toLowerCase() }
  return (await findPresent(session, kind, idOrName)) ?? findPast(session, kind, idOrName)
}

/** Undefined where nobody has the name now, or where the caller may read events only. */
async function findPresent({ api }: Session, kind: Kind, idOrName: string): Promise<Subject | undefined> {
  try {
    const call = { path: ['admin', kind.collection, idOrName], query: { attributes: kind.name } }
    const found = await api.call<Record<string, unknown>>(call)
    return { id: String(found.id), name: String(found[kind.name]) }
  } catch (error) {
    if (error instanceof Failure && !error.isPassing) return undefined
    throw error
  }
}

/** Who had a name in the events that are kept, and when each was last seen with it. */
async function findHolders(session: Session, { domain }: Kind, name: string, more: Question) {
  session.terminal.progress(`Looking for ${name} in the events that are kept`)
  const question = { last: 'all', type: 'ALL', resource: name, ...more }
  const { rows } = await collectEvents(session.api, question, MAX_LIMIT)
  const had = rows.filter(
    (row) => row.RESOURCE_DOMAIN === domain && foldName(row.RESOURCE_NAME ?? '') === foldName(name),
  )
  return new Map(
    had.flatMap(({ RESOURCE_ID, EVENT_TIMESTAMP }) => (RESOURCE_ID ? [[RESOURCE_ID, EVENT_TIMESTAMP]] : [])),
  )
}

async function findPast(session: Session, kind: Kind, name: string): Promise<Subject> {
  const { word } = kind
  const lastSeen = await findHolders(session, kind, name, { changesOnly: 'true' })
  const [id, ...others] = lastSeen.keys()
  if (id === undefined) throw new Failure(`No ${word} has the name "${name}", or had it in the events that are kept`)
  if (others.length === 0) return { id }
  const list = [id, ...others].map((one) => `${one} (until ${lastSeen.get(one)})`).join(', ')
  throw new Failure(`Several ${word}s had the name "${name}": ask by id: ${list}`)
}

export const historyCommands: Command[] = STORY_KINDS.map(historyOf)
