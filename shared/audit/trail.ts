import type { ScimType } from '../scim/error.ts'
import { listed } from './listed.ts'
import type { Change, ResourceDomain, RestEvent } from './rest-event.ts'
import { toQueryText } from './secrets.ts'

/** What is known of a request before it is carried out. */
export interface TrailStart
  extends Omit<
    RestEvent,
    keyof Outcome | 'skipped' | 'count' | 'advice' | 'part' | 'version' | 'turn' | 'act' | 'kept' | 'durationMs'
  > {
  requestId: string
}

export interface Outcome {
  status: number
  scimType?: ScimType | undefined
  detail?: string
  retryAfter?: number | undefined
  changes?: Change[]
}

/**
 * The REST event of one request while it is being carried out. A change stores the completed event in its own
 * transaction, through {@link Trail.record}; whatever is not recorded is written by the handler before it answers.
 */
export class Trail {
  /** Small writes to be made beside the event's, before the answer leaves: they cost no round trip of their own. */
  readonly alongside: (() => Promise<void>)[] = []
  /** What stores the event of an answer: where one event tells of many requests. */
  writer: ((event: RestEvent) => Promise<void>) | undefined
  readonly #start: TrailStart
  /** When the request arrived, in ms by a clock that nobody sets. */
  readonly #arrivedAt: number
  #recorded = false
  #tried = false
  #hasParts = false
  #skipped: readonly string[] = []
  #advice: string | undefined
  #counts: Pick<RestEvent, 'part' | 'total'> = {}
  #query: string | undefined
  #account: string | undefined
  #isDryRun = false
  #changes: readonly Change[] = []
  #resource: Pick<RestEvent, 'resourceId' | 'resourceName' | 'resourceDomain'> = {}

  constructor(start: TrailStart, arrivedAt = performance.now()) {
    this.#start = start
    this.#arrivedAt = arrivedAt
  }

  /** Whether the event is in the table already. */
  get recorded(): boolean {
    return this.#recorded
  }

  /** Whether a change was handed to the table: if it is not recorded, it failed, or nobody knows. */
  get tried(): boolean {
    return this.#tried
  }

  /** Whether it has operations with events of their own. */
  get hasParts(): boolean {
    return this.#hasParts
  }

  get account(): string {
    return this.#account ?? this.#start.account
  }

  get requestId(): string {
    return this.#start.requestId
  }

  /** The event's id, by which a repeated write recognises itself. */
  get eventId(): string {
    return this.#start.eventId
  }

  /** The event of one operation of a Bulk request, or of one object of many: as this one, but of what is done there. */
  ofOperation(
    operation: Pick<RestEvent, 'eventId'> & Partial<Pick<RestEvent, 'method' | 'endpoint' | 'total'>>,
  ): Trail {
    this.#hasParts = true
    return new Trail({ ...this.#start, ...operation }, this.#arrivedAt)
  }

  /** The event of one of many objects that a request changes: as this one, and which event it follows from. */
  ofObject(eventId: string, cause: string): Trail {
    this.#hasParts = true
    return new Trail({ ...this.#start, eventId, cause }, this.#arrivedAt)
  }

  /** Names the object the request is about. */
  about(resourceDomain: ResourceDomain, resourceId?: string, resourceName?: string): void {
    this.#resource = { resourceDomain, ...(resourceId && { resourceId }), ...(resourceName && { resourceName }) }
  }

  /** Tells which ids were left out of a group's new members; also where nothing else changes. */
  skipped(ids: readonly string[]): void {
    this.#skipped = ids
  }

  /** Tells how many there are, and how many of them the answer holds. */
  counted(part: number, total?: number): void {
    this.#counts = { part, ...(total !== undefined && { total }) }
  }

  /** Says what is asked in the body of a request, behind its query string. */
  asks(parameters: object): void {
    const { query = '' } = this.#start
    this.#query = [query, toQueryText(parameters)].filter((text) => text !== '').join('&')
  }

  /** Has the event stand in the history of another account: the one that was asked for is not there. */
  standsIn(account: string): void {
    this.#account = account
  }

  /** From now on a change is only tried, on a table that writes nothing: it has no event, and {@link changes} tells it. */
  dryRun(): void {
    this.#isDryRun = true
  }

  /** What was changed, or would have been in a dry run; nothing where all was so already. */
  get changes(): readonly Change[] {
    return this.#changes
  }

  /** Tells administrators what to do about a refusal; the client hears nothing of it. */
  advise(advice: string): void {
    this.#advice = advice
  }

  /**
   * Has the completed event stored by `write`, by itself or in the transaction of a change. It counts as recorded when
   * `write` has succeeded: not earlier, and without anybody having to say so.
   */
  async record<Result>(outcome: Outcome, write: (event: RestEvent) => Promise<Result>): Promise<Result> {
    const isTrial = this.#isDryRun && outcome.changes !== undefined
    this.#tried = !isTrial
    const result = await write(this.#complete(outcome))
    this.#changes = outcome.changes ?? []
    if (isTrial) return result
    this.#recorded = true
    return result
  }

  #complete(outcome: Outcome): RestEvent {
    const { status, scimType, detail, retryAfter, changes } = outcome
    return {
      ...this.#start,
      account: this.account,
      ...this.#resource,
      ...(this.#query && { query: this.#query }),
      status,
      ...(scimType && { scimType }),
      ...this.#counts,
      ...(detail && { detail }),
      ...(retryAfter !== undefined && { retryAfter }),
      ...(changes && { changes }),
      ...(this.#advice && { advice: this.#advice }),
      ...(this.#skipped.length > 0 && { skipped: listed(this.#skipped).join(', ') }),
      durationMs: Math.round(performance.now() - this.#arrivedAt),
    }
  }
}
