import type { EventRow } from '../event-row.ts'
import { type Facts, type Known, toFacts } from '../sentences/facts.ts'
import { foldEvents, type Told } from '../sentences/fold.ts'
import { countLosses } from '../sentences/losses.ts'
import { namedMembers } from '../sentences/members.ts'
import { NamesOverTime } from '../sentences/names.ts'
import { sentenceText } from '../sentences/sentence.ts'
import type { Service } from './service.ts'

/** An event with the sentence that says it, as files hold it. */
export interface SaidRow extends EventRow {
  SENTENCE: string
}

/** Names asked for in one request, and in all for one list: who is not among them is told by number. */
const MAX_IDS = 100
const MAX_NAMES = 500

/** The object whose own history it is. */
interface Own {
  id: string
  name?: string | undefined
}

/** Says events in sentences, part after part of a list, oldest first. */
export class Narrator {
  readonly #service: Service
  readonly #isRefusal: (error: unknown) => boolean
  readonly #names = new NamesOverTime()
  readonly #asked = new Set<string>()
  readonly #own: string | undefined
  #integrations: Known['integrations']

  /**
   * `own` is the object whose history it is, with its name now. What `isRefusal` says of an error is that the service
   * does not let this one ask for names: they are a help, and who may read events only gets sentences without them.
   */
  constructor(service: Service, isRefusal: (error: unknown) => boolean, own?: Own) {
    this.#service = service
    this.#isRefusal = isRefusal
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
    this.#integrations ??= (await this.#unlessRefused(listIntegrations(this.#service))) ?? []
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
      const users = (await this.#unlessRefused(listUsers(this.#service, some))) ?? []
      for (const { id, userName } of users) this.#names.learn(id, userName)
    }
  }

  async #unlessRefused<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
    try {
      return await answer
    } catch (error) {
      if (this.#isRefusal(error)) return undefined
      throw error
    }
  }
}

const listIntegrations = async (api: Service): Promise<NonNullable<Known['integrations']>> =>
  (await api.call<{ integrations: NonNullable<Known['integrations']> }>({ path: ['admin', 'integrations'] }))
    .integrations

async function listUsers(api: Service, ids: readonly string[]): Promise<{ id: string; userName: string }[]> {
  const filter = ids.map((id) => `id eq "${id}"`).join(' or ')
  const query = { filter, attributes: 'userName', count: MAX_IDS }
  return (
    (await api.call<{ Resources?: { id: string; userName: string }[] }>({ path: ['admin', 'users'], query }))
      .Resources ?? []
  )
}
