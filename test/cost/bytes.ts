import type { AttributeValue, Item } from '../../local/engine/wire.ts'
import { toEmbedded } from '../../shared/http/metric.ts'
import { SCIM_BASE } from '../../shared/http/routes.ts'
import { toEventItem } from '../../shared/store/events/item.ts'
import { toMemberItem } from '../../shared/store/groups/member-item.ts'
import { TABLE } from '../../shared/store/table.ts'
import { itemSize } from '../aws/item-size.ts'
import { aUser, storedItems } from '../bench/seed.ts'
import { OKTA } from '../factories/api-event.ts'
import { anEvent } from '../factories/events.ts'

/** What DynamoDB adds to each item and to each entry of an index. */
const OVERHEAD_BYTES = 100

/** Bytes that DynamoDB charges for, in the table and in its index. */
export interface Stored {
  table: number
  index: number
}

const AT = new Date('2026-11-02T09:30:00.000Z')
const ID = '01a21c1e-4332-702a-8fbb-37b75977bc8d'
const RETENTION = { tableName: 'rolecall', eventRetentionDays: 90 }
const READ = anEvent(AT, {
  ...{ eventId: ID, tokenId: OKTA.tokenId, userAgent: 'OKTA SCIM Integration' },
  query: 'filter=userName eq "person.7@example.com"',
})
const CHANGE = anEvent(AT, {
  ...{ eventId: ID, tokenId: OKTA.tokenId, userAgent: 'OKTA SCIM Integration', method: 'PATCH', version: 7 },
  ...{ resourceId: ID, resourceName: 'person.7@example.com', resourceDomain: 'USER' },
  changes: [{ attribute: 'title', before: 'Engineer', after: 'Senior Engineer' }],
})

/** Of a user as the bench stores it: the object, its name, its lookup. */
export const USER: Stored = sizeOf(storedItems(OKTA, 7, ID))
export const MEMBERSHIP: Stored = sizeOf([toMemberItem(OKTA.account, ID, { userId: ID })])
export const EVENTS = {
  read: sizeOf([toEventItem(RETENTION, READ)]),
  change: sizeOf([toEventItem(RETENTION, CHANGE)]),
} as const satisfies Record<string, Stored>

/** Bodies of answers, with some 400 bytes of headers. */
const HEADER_BYTES = 400
const USER_BYTES = Buffer.byteLength(
  JSON.stringify({
    ...aUser(7),
    ...{
      id: ID,
      groups: [{ value: ID, display: 'Engineering', $ref: `https://scim.example.com${SCIM_BASE}/Groups/${ID}` }],
    },
    meta: { resourceType: 'User', created: AT, lastModified: AT, version: 'W/"7-0123456789abcdef"' },
  }),
)
export const ANSWERS = {
  none: HEADER_BYTES,
  one: HEADER_BYTES + USER_BYTES,
  page: HEADER_BYTES + 100 * USER_BYTES,
  rows: HEADER_BYTES + 200 * Buffer.byteLength(JSON.stringify(CHANGE)),
} as const

/** Log lines as they look, and what CloudWatch adds to each. */
const LINE_OVERHEAD_BYTES = 26
const PLATFORM = [
  `START RequestId: ${ID} Version: $LATEST`,
  `END RequestId: ${ID}`,
  `REPORT RequestId: ${ID}\tDuration: 47.83 ms\tBilled Duration: 48 ms\tMemory Size: 512 MB\tMax Memory Used: 131 MB\t`,
]
const ACCESS = JSON.stringify({
  service: 'rolecall',
  ...{ time: '1762075800000', requestId: ID, method: 'PATCH', route: `${SCIM_BASE}/Users/{id}`, status: '200' },
  ...{ error: '-', latencyMs: '61', integrationLatencyMs: '53', bytes: '1204', sourceIp: '203.0.113.7' },
  ...{ clientKeyId: 'a1b2c3d4e5', authorizerLatencyMs: '0', authorizerError: '-', integrationError: '-' },
})
const FIGURES = { Requests: 1, ReadUnits: 3, WriteUnits: 8 }
const REQUEST = JSON.stringify({
  ...{ level: 'INFO', timestamp: AT, service: 'rolecall', message: 'request', requestId: ID },
  ...{ method: 'PATCH', route: `${SCIM_BASE}/Users/{id}`, status: 200, outcome: 'ok', durationMs: 47 },
  ...{ account: OKTA.account, integration: OKTA.integration, calls: 3, ...FIGURES },
  _aws: toEmbedded(FIGURES, {}, false, AT.getTime()),
})
/** What is told each minute. */
const MINUTE = JSON.stringify({
  ...{ level: 'INFO', timestamp: AT, service: 'rolecall', message: 'watch', requestId: ID, HoursSinceWatch: 0 },
  _aws: toEmbedded({ HoursSinceWatch: 0 }, {}, false, AT.getTime()),
})
const lineBytes = (lines: readonly string[]) =>
  lines.reduce((sum, line) => sum + Buffer.byteLength(line) + LINE_OVERHEAD_BYTES, 0)

/** Of an invocation that says nothing itself, of a request, with the gateway's line and the function's, and of what is told each minute. */
export const LOGGED = {
  invocation: lineBytes(PLATFORM),
  request: lineBytes([...PLATFORM, ACCESS, REQUEST]),
  minute: lineBytes([MINUTE]),
} as const

function sizeOf(items: readonly object[]): Stored {
  const { partitionKey, sortKey, index } = TABLE
  const entries = items.filter((item) => index.partitionKey in item)
  const keys = new Set<string>([partitionKey, sortKey, index.partitionKey, index.sortKey])
  const keysOf = (item: object) => Object.fromEntries(Object.entries(item).filter(([name]) => keys.has(name)))
  return { table: bytesOf(items), index: bytesOf(entries.map(keysOf)) }
}

function bytesOf(items: readonly object[]): number {
  return items.reduce((sum, item) => sum + OVERHEAD_BYTES + itemSize(toAttributes(item)), 0)
}

function toAttributes(item: object): Item {
  const entries = Object.entries(item).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries.map(([name, value]) => [name, toAttribute(value)]))
}

function toAttribute(value: unknown): AttributeValue {
  if (typeof value === 'string') return { S: value }
  if (typeof value === 'number') return { N: String(value) }
  if (typeof value === 'boolean') return { BOOL: value }
  if (value instanceof Uint8Array) return { B: Buffer.from(value).toString('base64') }
  if (Array.isArray(value)) return { L: value.map(toAttribute) }
  if (typeof value === 'object' && value !== null) return { M: toAttributes(value) }
  throw new Error(`An item cannot hold ${String(value)}`)
}
