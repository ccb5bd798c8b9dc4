import { createHash } from 'node:crypto'
import type { EventColumn, EventRow } from '../event-row.ts'

/**
 * What of an event is vouched for, in this order and for good: an event hashes alike as the table, a file of `export` and
 * the archive hold it. A column that comes to be later needs a version of its own.
 */
const COLUMNS_V1 = [
  ...(['EVENT_TIMESTAMP', 'EVENT_ID', 'EVENT_TYPE', 'ENDPOINT', 'METHOD', 'STATUS', 'ERROR_CODE', 'DETAILS'] as const),
  ...(['CLIENT_IP', 'ACTOR_NAME', 'ACTOR_DOMAIN', 'RESOURCE_NAME', 'RESOURCE_DOMAIN'] as const),
  ...(['HTTP_STATUS', 'RESOURCE_ID', 'DURATION_MS'] as const),
] satisfies EventColumn[]

/** SHA-256 of the JSON array of version, account and columns, in hexadecimal. */
export function fingerprintOf(account: string, row: EventRow): string {
  const values = COLUMNS_V1.map((column) => (column === 'EVENT_TIMESTAMP' ? toIso(row[column]) : (row[column] ?? null)))
  return createHash('sha256')
    .update(JSON.stringify([1, account, ...values]))
    .digest('hex')
}

/** Databases write a blank for the T, and no zone. */
const toIso = (time: string): string => time.replace(/^(\S+) (\S+?)Z?$/, '$1T$2Z')
