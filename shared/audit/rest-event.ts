/** What a request did to one attribute; secrets never get here (`changes.ts`). */
export interface Change {
  attribute: string
  before?: unknown
  after?: unknown
}

/** What a request was about: the audit word of a resource type (`scim/resource-types.ts`), INTEGRATION or TOKEN. */
export type ResourceDomain = string

/** One REST event: one request, or one operation of a Bulk request (DESIGN: REST event history). */
export interface RestEvent {
  /** UUIDv7: unique, and in order of time. */
  eventId: string
  account: string
  /** ISO 8601 with milliseconds, UTC. */
  time: string
  type: 'SCIM' | 'ADMIN'
  /** Path below the stage, without a leading slash: `scim/v2/Users/<id>`. */
  endpoint: string
  method: string
  /** HTTP status of the answer. */
  status: number
  clientIp: string
  /** The role a token acts for, or the IAM principal of an admin. */
  actorName: string
  /** The integration; `IAM` for admins. */
  actorDomain: string
  requestId: string
  tokenId?: string
  /** Cut at 256 characters. */
  userAgent?: string
  /** The decoded query string, cut at 512 characters. */
  query?: string
  scimType?: string
  /** The error's detail. */
  detail?: string
  resourceId?: string
  resourceName?: string
  resourceDomain?: ResourceDomain
  /** Only on changes. */
  changes?: Change[]
  /** How many requests this row counts; only on refused tokens, which are counted, not listed. */
  count?: number
}
