import type { ScimType } from '../scim/error.ts'
import type { Change, ResourceDomain, RestEvent } from './rest-event.ts'

/** What is known of a request before it is carried out. */
export type TrailStart = Omit<RestEvent, 'status' | 'scimType' | 'detail' | 'changes'>

export interface Outcome {
  status: number
  scimType?: ScimType | undefined
  detail?: string
  changes?: Change[]
}

/**
 * The REST event of one request while it is being carried out. A change stores the completed event in its own
 * transaction and says so with `recorded`; whatever is not recorded is written by the handler before it answers.
 */
export class Trail {
  /** Whether the event is in the table already. */
  recorded = false
  /** Small writes to be made beside the event's, before the answer leaves: they cost no round trip of their own. */
  readonly alongside: (() => Promise<void>)[] = []
  readonly #start: TrailStart
  #resource: Pick<RestEvent, 'resourceId' | 'resourceName' | 'resourceDomain'> = {}

  constructor(start: TrailStart) {
    this.#start = start
  }

  get account(): string {
    return this.#start.account
  }

  get requestId(): string {
    return this.#start.requestId
  }

  /** The event's id, by which a repeated write recognises itself. */
  get eventId(): string {
    return this.#start.eventId
  }

  /** The event of one operation of a Bulk request: as this one, but of what that operation does. */
  ofOperation(operation: Pick<RestEvent, 'eventId' | 'method' | 'endpoint'>): Trail {
    return new Trail({ ...this.#start, ...operation })
  }

  /** Names the object the request is about. */
  about(resourceDomain: ResourceDomain, resourceId?: string, resourceName?: string): void {
    this.#resource = { resourceDomain, ...(resourceId && { resourceId }), ...(resourceName && { resourceName }) }
  }

  complete(outcome: Outcome): RestEvent {
    const { status, scimType, detail, changes } = outcome
    return {
      ...this.#start,
      ...this.#resource,
      status,
      ...(scimType && { scimType }),
      ...(detail && { detail }),
      ...(changes && { changes }),
    }
  }
}
