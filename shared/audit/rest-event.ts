/** What a request did to one attribute; secrets never get here (`changes.ts`). */
export interface Change {
  attribute: string
  before?: unknown
  after?: unknown
  /** When administrators had set what was before by hand (ISO 8601), which the change took away: an undo marks it again. */
  direct?: string
}

/** Kept in the key of the item, not in an attribute. */
export const IN_KEY = Symbol('in the key')

/** How one field of a REST event is kept in the table and shown to auditors. */
export interface EventField {
  /** The attribute that holds it, its name short: events are most of what is written, and kilobytes are counted. */
  kept: string | typeof IN_KEY
  /** Free text, a whole number, changes, or one of these words. */
  is: 'text' | 'integer' | 'changes' | readonly string[]
  /** Whether an event may be without it; a row without this must have the field to be one of ours. */
  optional?: true
  /** The most characters kept of a text. */
  max?: number
  /** Its column; or DETAILS, where it stands under its own name. */
  shown?: string
  /** Its heading where there is room for a few columns only. */
  brief?: string
}

/**
 * Every field of a REST event, once: the type, the item and its reader, the row of refused tokens, the columns and the
 * short table follow from these rows. Columns that are not Snowflake's, DETAILS and the short table keep this order.
 */
export const EVENT_FIELDS = {
  /** ISO 8601 with milliseconds, UTC. */
  time: { kept: IN_KEY, is: 'text', shown: 'EVENT_TIMESTAMP', brief: 'TIME' },
  /** UUIDv7: unique, and in order of time. */
  eventId: { kept: IN_KEY, is: 'text', shown: 'EVENT_ID' },
  account: { kept: IN_KEY, is: 'text' },
  type: { kept: 'type', is: ['SCIM', 'ADMIN'], shown: 'EVENT_TYPE' },
  method: { kept: 'verb', is: 'text', max: 32, shown: 'METHOD', brief: 'METHOD' },
  /** Path below the stage, without a leading slash: `scim/v2/Users/<id>`. */
  endpoint: { kept: 'path', is: 'text', max: 512, shown: 'ENDPOINT', brief: 'ENDPOINT' },
  /** HTTP status of the answer. */
  status: { kept: 'status', is: 'integer', shown: 'HTTP_STATUS', brief: 'STATUS' },
  /** Shown as a part of ERROR_CODE. */
  scimType: { kept: 'scim', is: 'text', optional: true, max: 32 },
  resourceId: { kept: 'rid', is: 'text', optional: true, max: 256, shown: 'RESOURCE_ID' },
  resourceName: { kept: 'name', is: 'text', optional: true, max: 256, shown: 'RESOURCE_NAME', brief: 'RESOURCE' },
  /**
   * The audit word of a resource type (`scim/resource-types.ts`), INTEGRATION, TOKEN, PROVISIONER, NETWORK_POLICY or
   * ACCOUNT.
   */
  resourceDomain: { kept: 'domain', is: 'text', optional: true, max: 64, shown: 'RESOURCE_DOMAIN' },
  /** The role a token acts for, or the IAM principal of an admin. */
  actorName: { kept: 'actor', is: 'text', max: 512, shown: 'ACTOR_NAME', brief: 'ACTOR' },
  /** The integration; `IAM` for admins. */
  actorDomain: { kept: 'via', is: 'text', max: 256, shown: 'ACTOR_DOMAIN', brief: 'INTEGRATION' },
  clientIp: { kept: 'ip', is: 'text', max: 64, shown: 'CLIENT_IP', brief: 'CLIENT IP' },
  requestId: { kept: 'req', is: 'text', optional: true, max: 128, shown: 'DETAILS' },
  tokenId: { kept: 'token', is: 'text', optional: true, max: 64, shown: 'DETAILS' },
  userAgent: { kept: 'agent', is: 'text', optional: true, max: 256, shown: 'DETAILS' },
  /** The decoded query string, or the question of an invocation. */
  query: { kept: 'query', is: 'text', optional: true, max: 512, shown: 'DETAILS' },
  /** How many objects a list holds, how many operations of a Bulk request were done, how many events were shown. */
  part: { kept: 'part', is: 'integer', optional: true, shown: 'DETAILS' },
  /** How many objects match a list in all; how many operations a Bulk request has, also on each of them. */
  total: { kept: 'total', is: 'integer', optional: true, shown: 'DETAILS' },
  /** Seconds after which a client that was refused may come again (RFC 9110 §10.2.3). */
  retryAfter: { kept: 'wait', is: 'integer', optional: true, shown: 'DETAILS' },
  /** The error's detail. */
  detail: { kept: 'detail', is: 'text', optional: true, max: 512, shown: 'DETAILS' },
  /** Only on changes. */
  changes: { kept: 'changes', is: 'changes', optional: true, shown: 'DETAILS' },
  /** For administrators, never for the client: who owns what was refused, and the command that mends it. */
  advice: { kept: 'advice', is: 'text', optional: true, max: 512, shown: 'DETAILS' },
  /** The event that this one follows from: the change that is undone, the delete for which a user left a group. */
  cause: { kept: 'cause', is: 'text', optional: true, max: 64, shown: 'DETAILS' },
  /** The version of the user or role that the change made; none where nobody could know it, which then has a turn. */
  version: { kept: 'ver', is: 'integer', optional: true },
  /** The last turn of the group, by which changes that know no version are in order (docs/decisions/0027). */
  turn: { kept: 'turn', is: 'integer', optional: true },
  /** What became of the user or role, where it was not changed only. */
  act: { kept: 'act', is: ['created', 'deleted'], optional: true },
  /** That what its changes had to leave out is kept beside it, until it expires too. */
  kept: { kept: 'kept', is: 'integer', optional: true, shown: 'DETAILS' },
  /** Ids that were left out of a group's new members, since they are no users: the first 100, and how many more. */
  skipped: { kept: 'skipped', is: 'text', optional: true, max: 4096, shown: 'DETAILS' },
  /** How many requests this row counts; only on refused tokens, which are counted, not listed. */
  count: { kept: 'count', is: 'integer', optional: true, shown: 'DETAILS' },
  /** In a deployment of several regions: the one that wrote it, and of a change its epoch: `eu-west-1#3`. */
  wrote: { kept: 'wrote', is: 'text', optional: true, max: 64, shown: 'DETAILS' },
  /**
   * Milliseconds from the arrival of the request at the function until its event was handed to the table, with the change
   * where there is one (docs/decisions/0035); none on rows that count, notices and what follows by itself.
   */
  durationMs: { kept: 'ms', is: 'integer', optional: true, shown: 'DURATION_MS' },
} as const satisfies Record<string, EventField>

type Fields = typeof EVENT_FIELDS
type Optional = { [Name in keyof Fields]: Fields[Name] extends { optional: true } ? Name : never }[keyof Fields]

/** What a field holds, by the word of its row. */
export type ValueOf<Field extends EventField> = Field['is'] extends readonly (infer Word)[]
  ? Word
  : { text: string; integer: number; changes: Change[] }[Field['is'] & ('text' | 'integer' | 'changes')]

type Required = { [Name in keyof Fields as Exclude<Name, Optional>]: ValueOf<Fields[Name]> }
type Further = { [Name in keyof Fields as Extract<Name, Optional>]?: ValueOf<Fields[Name]> }

/** One REST event: one request, or one operation of a Bulk request (DESIGN: REST event history). */
export interface RestEvent extends Required, Further {}

export type ResourceDomain = ValueOf<Fields['resourceDomain']>

/** The rows as a list, for what treats all alike. */
export const eventFields = (): [keyof RestEvent, EventField][] =>
  Object.entries(EVENT_FIELDS) as [keyof RestEvent, EventField][]
