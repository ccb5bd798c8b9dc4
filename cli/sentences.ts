import type { EventRow } from '../shared/audit/event-row.ts'
import { type Facts, type Known, toFacts } from '../shared/audit/sentences/facts.ts'
import { foldEvents, type Told } from '../shared/audit/sentences/fold.ts'
import { membersOf } from '../shared/audit/sentences/members.ts'
import { NamesOverTime } from '../shared/audit/sentences/names.ts'
import { toText } from '../shared/audit/sentences/parts.ts'
import { sentenceText } from '../shared/audit/sentences/sentence.ts'
import type { IntegrationView } from '../shared/resources/views/integration.ts'
import type { Session } from './command.ts'
import { EVENT_VIEW } from './commands/event-view.ts'
import { Failure } from './failure.ts'
import { fetchIntegrations } from './integrations.ts'
import { type ListView, showList } from './output.ts'
import { plainText } from './plain-text.ts'

/** An event with the sentence that says it, as files hold it. */
interface SaidRow extends EventRow {
  SENTENCE: string
}

/** Names asked for in one request, and in all for one list: who is not among them is told by number. */
const MAX_IDS = 100
const MAX_NAMES = 500

/** Says events in sentences, part after part of a list, oldest first. */
export class Narrator {
  readonly #session: Session
  readonly #names = new NamesOverTime()
  readonly #asked = new Set<string>()
  readonly #own: string | undefined
  #integrations: Known['integrations']

  /** `own` is the object whose history it is, with its name now. */
  constructor(session: Session, own?: { id: string; name?: string | undefined }) {
    this.#session = session
    this.#own = own?.id
    if (own?.name !== undefined) this.#names.learn(own.id, own.name)
  }

  /** Rows as people read them: reads that are alike are one line. */
  async tell(rows: readonly EventRow[]): Promise<Told[]> {
    return foldEvents(rows, await this.#learn(rows))
  }

  /** Rows as machines read them: each with its sentence. */
  async say(rows: readonly EventRow[]): Promise<SaidRow[]> {
    const knownAt = await this.#learn(rows)
    return rows.map((row, index) => ({ ...row, SENTENCE: sentenceText(row, knownAt(index)) }))
  }

  /** Gathers what is known at each row. */
  async #learn(rows: readonly EventRow[]): Promise<(index: number) => Known> {
    const facts = rows.map((row) => toFacts(row, {}))
    this.#names.see(rows)
    this.#integrations ??= (await askUnlessRefused(() => listIntegrations(this.#session))) ?? []
    await this.#askForNames(facts)
    const own = this.#own === undefined ? {} : { own: this.#own }
    const always = { integrations: this.#integrations, losses: countLosses(facts), ...own }
    return (index) => ({ ...always, names: this.#names.at(index) })
  }

  /** Users whom sentences call by name and whom no event of these names. */
  async #askForNames(facts: readonly Facts[]): Promise<void> {
    const members = [...new Set(facts.flatMap(namedMembers))]
    const wanted = members.filter((id) => !this.#names.has(id) && !this.#asked.has(id))
    const ids = wanted.slice(0, MAX_NAMES - this.#asked.size)
    for (const id of ids) this.#asked.add(id)
    for (let start = 0; start < ids.length; start += MAX_IDS) {
      const some = ids.slice(start, start + MAX_IDS)
      const users = (await askUnlessRefused(() => listUsers(this.#session, some))) ?? []
      for (const { id, userName } of users) this.#names.learn(id, userName)
    }
  }
}

/** Names are a help: who may read events only gets sentences without them. */
async function askUnlessRefused<Answer>(ask: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof Failure && !error.isPassing) return undefined
    throw error
  }
}

/** The members whom a sentence may name. */
function namedMembers(facts: Facts): readonly string[] {
  const moved = [membersOf(facts, 'added'), membersOf(facts, 'removed')]
  return moved.flatMap(({ ids, count }) => (count <= 2 || ids.length === 1 ? ids : []))
}

/** How many roles each delete of a user ended, as far as these rows tell. */
function countLosses(facts: readonly Facts[]): Map<string, number> {
  const losses = new Map<string, number>()
  for (const { cause, row, changes } of facts) {
    const isLoss = cause !== undefined && row.METHOD === 'DELETE' && row.RESOURCE_DOMAIN === 'ROLE'
    if (isLoss && changes.length > 0) losses.set(cause, (losses.get(cause) ?? 0) + 1)
  }
  return losses
}

async function listIntegrations({ api }: Session): Promise<IntegrationView[]> {
  return fetchIntegrations(api)
}

async function listUsers({ api }: Session, ids: readonly string[]): Promise<{ id: string; userName: string }[]> {
  const filter = ids.map((id) => `id eq "${id}"`).join(' or ')
  const query = { filter, attributes: 'userName', count: MAX_IDS }
  return (
    (await api.call<{ Resources?: { id: string; userName: string }[] }>({ path: ['admin', 'users'], query }))
      .Resources ?? []
  )
}

/** What mends a refusal, where the event says so. */
function adviceOf({ rows: [row, ...more] }: Told): string {
  const { advice } = JSON.parse(row?.DETAILS || '{}') as { advice?: unknown }
  return more.length === 0 && typeof advice === 'string' ? plainText(advice) : ''
}

/** Sentences as a table shows them; reads that are told together have the time of the first. */
const TOLD_VIEW: ListView<Told> = {
  table: [
    { header: 'TIME', get: ({ rows: [first] }) => first?.EVENT_TIMESTAMP },
    { header: 'WHAT HAPPENED', get: ({ sentence }) => toText(sentence), isWhole: true },
  ],
  below: adviceOf,
}

/** Sentences as a file holds them: behind every column. */
const SAID_VIEW: ListView<SaidRow> = {
  table: [],
  csv: [...(EVENT_VIEW.csv ?? []), { header: 'SENTENCE', get: ({ SENTENCE }) => SENTENCE }],
}

/**
 * Writes events in sentences, each part as it arrives; parts are told oldest first, and then shown in the order asked for.
 * @returns how many events there were.
 */
export async function showSentences(
  session: Session,
  narrator: Narrator,
  parts: AsyncIterable<readonly EventRow[]>,
  { isEndless = false, isNewestFirst = false } = {},
): Promise<number> {
  let count = 0
  async function* as<Row>(toRows: (rows: readonly EventRow[]) => Promise<Row[]>): AsyncGenerator<Row[]> {
    for await (const rows of parts) {
      count += rows.length
      const told = await toRows(rows)
      yield isNewestFirst ? told.toReversed() : told
    }
  }
  const told = session.output === 'table'
  if (told)
    await showList(
      session,
      { ...TOLD_VIEW, isEndless },
      as((rows) => narrator.tell(rows)),
    )
  else
    await showList(
      session,
      { ...SAID_VIEW, isEndless },
      as((rows) => narrator.say(rows)),
    )
  return count
}
