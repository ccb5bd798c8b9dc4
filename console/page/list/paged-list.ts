import type { NearName } from '../../../shared/resources/views/near-name.ts'
import { ApiError, ask, type Query } from '../data/api.ts'
import { Heights } from './window.ts'

/** A page of objects as the service answers. */
export interface ListPage<Row> {
  Resources: Row[]
  totalResults?: number
  next?: string
  looked?: { at: number; of?: number }
  near?: NearName[]
}

/** What is asked: a route, and a query without its cursor. */
export interface ListQuestion<Item, Row> {
  path: readonly string[]
  query: Query
  /** What is kept of each object; less of it lets more of them be held. */
  toRow: (item: Item) => Row
  /** The height of a row before it is measured, in pixels. */
  rowPx: number
}

/** The objects of one question in the service's order, page after page as they are needed. */
export class PagedList<Item, Row> {
  /** Kept with the rows, so that Back finds its place. */
  readonly heights: Heights
  readonly rows: Row[] = []
  /** How many there are, where that is known. */
  total: number | undefined
  /** How far a search came that looks at objects one by one. */
  looked: { at: number; of?: number } | undefined
  /** Who is near, where a search found nobody. */
  near: readonly NearName[] = []
  error: ApiError | undefined
  isLoading = false
  /** When it was last answered. */
  age: number | undefined
  isWhole = false
  #next: string | undefined
  readonly #question: ListQuestion<Item, Row>
  readonly #listeners = new Set<() => void>()

  constructor(question: ListQuestion<Item, Row>) {
    this.#question = question
    this.heights = new Heights(() => question.rowPx)
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Whether the last answer ended before its page was full: it only goes on when asked to. */
  get isBounded(): boolean {
    return this.looked !== undefined && !this.isWhole
  }

  /** Asks for the next page, unless there is none, or it is being asked for. */
  async more(): Promise<void> {
    if (this.isLoading || this.isWhole) return
    this.isLoading = true
    this.error = undefined
    this.#tell()
    try {
      this.#append(await this.#ask())
    } catch (error) {
      this.error = error instanceof ApiError ? error : new ApiError(0, String(error))
    }
    this.isLoading = false
    this.#tell()
  }

  #ask(): Promise<ListPage<Item>> {
    const { path, query } = this.#question
    return ask<ListPage<Item>>({ path, query: { ...query, ...(this.#next && { cursor: this.#next }) } })
  }

  #append({ Resources, totalResults, next, looked, near = [] }: ListPage<Item>): void {
    this.age = Date.now()
    this.total = totalResults ?? this.total
    this.looked = looked
    this.near = near
    this.#next = next
    this.isWhole = next === undefined
    this.rows.push(...Resources.map(this.#question.toRow))
    this.heights.resize(this.rows.length)
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }
}
