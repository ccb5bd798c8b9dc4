import { cursorOf } from '../../../shared/audit/event-cursor.ts'
import type { EventRow } from '../../../shared/audit/event-row.ts'
import type { Told } from '../../../shared/audit/sentences/fold.ts'
import { ApiError, ask } from '../data/api.ts'
import { knownBeside } from '../data/known.ts'
import { Heights, type Span } from '../list/window.ts'
import { dayAt, type FeedPage, letGo, PAGE_ROWS, placeOf, toFeedPage, tooMany } from './feed-pages.ts'
import { type ToldPage, tellPage } from './tell-page.ts'

type Question = Readonly<Record<string, string>>

/** A part of the event history as the service answers. */
export interface EventAnswer {
  from: string
  to: string
  events: EventRow[]
  next?: string
  /** Where what comes behind these is heard of. */
  follow?: string
  leftOut?: string
}

/** A line of a feed; without `told` while its page is fetched again. */
export interface Line {
  told: Told | undefined
  /** The day that begins with it. */
  day: string | undefined
}

const ROW_PX = 42
const DAY_PX = 36

/** The events of one question, newest first, page after page, and what came since. */
export class EventFeed {
  /** Heights of its lines; kept with them, so that Back finds its place. */
  readonly heights = new Heights((index) => ROW_PX + (index === 0 ? DAY_PX : 0))
  /** Folded lines that are open. */
  readonly unfolded = new Set<string>()
  /** Came while the list was not at its top; newest first. */
  pending: readonly EventRow[] = []
  isLoading = false
  error: ApiError | undefined
  /** When it was last answered. */
  age: number | undefined
  /** Nothing older is in the range. */
  isWhole = false
  leftOut: string | undefined
  readonly #question: Question
  #pages: readonly FeedPage[] = []
  #next: string | undefined
  /** Where the next long poll goes on. */
  #newest: string | undefined
  readonly #seen = new Set<string>()
  readonly #listeners = new Set<() => void>()
  readonly #fetching = new Set<number>()

  constructor(question: Question) {
    this.#question = question
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  get count(): number {
    return this.heights.count
  }

  /** Where what is newer begins. */
  get newest(): string | undefined {
    return this.#newest
  }

  line(index: number): Line {
    const place = placeOf(this.#pages, index)
    if (!place) return { told: undefined, day: undefined }
    return { told: this.#pages[place.page]?.told[place.line], day: dayAt(this.#pages, place) }
  }

  keyOf(index: number): string {
    const place = placeOf(this.#pages, index)
    const told = place && this.#pages[place.page]?.told[place.line]
    return told?.rows.at(-1)?.EVENT_ID ?? `line ${index}`
  }

  /** A row that is held. */
  find(eventId: string): EventRow | undefined {
    return this.#pages.flatMap(({ rows }) => rows ?? []).find((row) => row.EVENT_ID === eventId)
  }

  /** Asks for the next page, unless there is none, or it is being asked for; past parts of the range that hold nothing. */
  async more(): Promise<void> {
    if (this.isLoading || this.isWhole) return
    this.isLoading = true
    this.error = undefined
    this.#tell()
    try {
      let found: number
      do {
        const place: Question = this.#next === undefined ? purposeOf(this.#question) : { before: this.#next }
        const answer = await this.#ask({ limit: String(PAGE_ROWS), ...place })
        found = answer.events.length
        await this.#append(answer)
      } while (found === 0 && !this.isWhole)
      this.age = Date.now()
    } catch (error) {
      this.error = error instanceof ApiError ? error : new ApiError(0, String(error))
    }
    this.isLoading = false
    this.#tell()
  }

  async #ask(more: Question): Promise<EventAnswer> {
    return ask<EventAnswer>({
      path: ['events'],
      query: { ...this.#question, order: 'desc', ...more },
    })
  }

  async #append({ events, next, to, leftOut, follow }: EventAnswer): Promise<void> {
    this.leftOut = leftOut
    this.#newest ??= follow ?? to
    const page = await this.#toPage(this.#next, events)
    this.#pages = [...this.#pages, page]
    this.#next = next ?? (events.length >= PAGE_ROWS ? page.end : undefined)
    this.isWhole = this.#next === undefined
    this.heights.resize(this.count + page.count)
  }

  async #toPage(before: string | undefined, rows: readonly EventRow[]): Promise<FeedPage> {
    const integrations = await knownBeside().integrations()
    const page = this.#toldWith(integrations, rows)
    this.#learn(page.wanted)
    return toFeedPage(before, rows, page)
  }

  #toldWith(
    integrations: Awaited<ReturnType<ReturnType<typeof knownBeside>['integrations']>>,
    rows: readonly EventRow[],
  ): ToldPage {
    return tellPage(rows, { integrations }, knownBeside().names)
  }

  /** Asks for names that sentences lack, and tells them again. */
  #learn(wanted: readonly string[]): void {
    if (wanted.length === 0) return
    void knownBeside()
      .learnUsers(wanted)
      .then(async (learned) => {
        if (!learned) return
        const integrations = await knownBeside().integrations()
        this.#pages = this.#pages.map((page) => {
          if (page.rows === undefined) return page
          const { told } = this.#toldWith(integrations, page.rows)
          return { ...page, told }
        })
        this.#tell()
      })
  }

  /** Lets pages go that are far from what is drawn, and fetches those that are drawn and were let go. */
  keep({ first, end }: Span): void {
    const shown = [placeOf(this.#pages, first)?.page, placeOf(this.#pages, Math.max(first, end - 1))?.page]
    for (const page of new Set(shown)) if (page !== undefined) void this.#fetchAgain(page)
    const far = tooMany(this.#pages, shown[0] ?? 0)
    if (far.length > 0) this.#pages = this.#pages.map((page, i) => (far.includes(i) ? letGo(page) : page))
  }

  async #fetchAgain(index: number): Promise<void> {
    const page = this.#pages[index]
    if (!page || page.rows !== undefined || this.#fetching.has(index)) return
    this.#fetching.add(index)
    try {
      const before = this.#pages[index - 1]?.end ?? page.before
      const { events } = await this.#ask({ limit: String(page.rowCount), ...(before && { before }) })
      const fresh = await this.#toPage(page.before, events)
      this.#pages = this.#pages.map((old) => (old === page ? fresh : old))
      this.heights.resize(this.#pages.reduce((sum, { count }) => sum + count, 0))
    } catch (error) {
      this.error = error instanceof ApiError ? error : new ApiError(0, String(error))
    }
    this.#fetching.delete(index)
    this.#tell()
  }

  /** Takes what came, oldest first; it joins the list, or waits until it is asked for. @returns what is new. */
  async arrive(rows: readonly EventRow[], next: string, mayShow: () => boolean): Promise<readonly EventRow[]> {
    const held = new Set([...(this.#pages[0]?.rows ?? []), ...(this.#pages[1]?.rows ?? [])].map((row) => row.EVENT_ID))
    // What is older than all that was asked for comes with its page.
    const isNewer = (row: EventRow) => this.isWhole || this.#next === undefined || cursorOf(row) > this.#next
    const fresh = rows.filter((row) => !held.has(row.EVENT_ID) && !this.#seen.has(row.EVENT_ID) && isNewer(row))
    this.#newest = next
    this.age = Date.now()
    if (fresh.length === 0) return fresh
    for (const { EVENT_ID } of fresh) this.#seen.add(EVENT_ID)
    this.pending = [...fresh.toReversed(), ...this.pending]
    if (mayShow()) await this.showPending()
    this.#tell()
    return fresh
  }

  /** Puts what waits at the top of the list. */
  async showPending(): Promise<void> {
    const fresh = this.pending
    if (fresh.length === 0) return
    this.pending = []
    const [head, ...older] = this.#pages
    const joins = head?.rows !== undefined && head.rowCount + fresh.length <= PAGE_ROWS
    const rows = joins ? [...fresh, ...(head.rows ?? [])].toSorted(newestFirst) : fresh.toSorted(newestFirst)
    const page = await this.#toPage(undefined, rows)
    this.#pages = joins ? [page, ...older] : [page, ...this.#pages]
    const more = page.count - (joins ? head.count : 0)
    if (more >= 0) this.heights.insert(0, more)
    else this.heights.resize(this.count + more)
    this.#tell()
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }
}

/** What is asked first says that somebody opened the console, unless it is a question of its own. */
const purposeOf = (question: Question): Question =>
  Object.keys(question).every((name) => OPENING.includes(name)) ? { purpose: 'console' } : {}
const OPENING = ['type', 'allowEmpty', 'last']

const newestFirst = (a: EventRow, b: EventRow): number => (cursorOf(a) < cursorOf(b) ? 1 : -1)
