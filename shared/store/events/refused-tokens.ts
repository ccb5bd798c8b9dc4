import { createHash } from 'node:crypto'
import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { EVENT_FIELDS, type RestEvent } from '../../audit/rest-event.ts'
import { addressBlock } from '../../auth/address-block.ts'
import type { Db } from '../client.ts'
import { connectionOf } from '../deadline.ts'
import { namedId } from '../new-id.ts'
import { minuteOf, toEventItem } from './item.ts'

/** What is wrong with a header that holds no token of ours, where it is a mistake that people make with consoles. */
export type HeaderFault = 'doubled' | 'bare' | 'quoted' | 'spaced' | 'malformed'

/**
 * Why the authorizer turned a caller away: no token of ours, no such token, wrong secret, expired, revoked, issued
 * before what the integration still accepts; with a good token, integration disabled, address not allowed; and why nobody
 * got an access token: no such OAuth client or a wrong secret, an assertion that does not hold, or whose issuer's keys
 * cannot be had.
 */
export type RefusalReason =
  | HeaderFault
  | 'unknown'
  | 'wrong'
  | 'expired'
  | 'revoked'
  | 'rejected'
  | 'disabled'
  | 'network'
  | 'client'
  | 'assertion'
  | 'keys'
  | 'observed'

export interface Refusal {
  /** Whose token it is; `default` when nobody knows. */
  account?: string | undefined
  /** The token, where its secret was right. */
  token?: RefusedToken | undefined
  reason: RefusalReason
  sourceIp: string
  now: Date
  /** The network policy of the integration, which has rows of its own for what it refuses and observes. */
  policy?: string | undefined
}

/** What a row tells of the first token it saw; the instant of its end in epoch milliseconds. */
export interface RefusedToken {
  tokenId: string
  integration: string
  expiresAt: number
}

/**
 * Rows one minute can hold: 8 for each of the 14 reasons of bad tokens and of no token, and 8 for each network policy,
 * however many addresses call (SECURITY R2).
 */
const BUCKETS = 8
/** Refusals of one row and minute that are written one by one; after that once a second at most. */
const WRITTEN_AT_ONCE = 100
const FLUSH_MS = 1000
/** How long after its minute a row may still grow: what a sleeping process brings later is lost, since digests are made by then. */
const LATEST_COUNT_MS = 10 * 60_000

/** What the row of a reason says. */
export const REFUSAL_DETAIL: Record<RefusalReason, string> = {
  malformed: 'no bearer token of ours',
  doubled: 'the word Bearer stands twice: the client adds it, give it the token alone',
  bare: 'a token without the word Bearer before it',
  quoted: 'quotation marks around the token',
  spaced: 'a blank or a line break in the token',
  unknown: 'no such token',
  wrong: 'wrong secret',
  expired: 'the token has expired',
  revoked: 'the token was revoked',
  rejected: 'the token was issued before what its integration accepts',
  disabled: 'the integration is disabled',
  network: 'the network policy does not allow the address',
  client: 'no such OAuth client, or a wrong secret',
  assertion: 'an assertion for an OAuth client does not hold',
  keys: 'the keys that sign for an OAuth client cannot be fetched',
  observed: 'the network policy does not allow the address, but only observes',
}

/** What the caller was answered: 401, unless it is here. */
const STATUS: Partial<Record<RefusalReason, number>> = { disabled: 403, network: 403, observed: 200, keys: 503 }

const detailOf = (reason: RefusalReason, policy: string | undefined): string =>
  policy === undefined ? REFUSAL_DETAIL[reason] : REFUSAL_DETAIL[reason].replace('policy', () => `policy "${policy}"`)

/** One row of the event history while its minute lasts. */
interface Row {
  account: string
  reason: RefusalReason
  policy: string | undefined
  minute: string
  bucket: number
  block: string
  /** Why, and of which token. */
  detail: string
  written: number
  pending: number
  flushedAt: number
}

/** What this process has counted, table by table. */
const counts = new WeakMap<object, Map<string, Row>>()

/**
 * Access pattern E5: counts a refused caller in the row of its minute, reason and address block (DESIGN section 5);
 * at most 1 write unit. The row stands in the event history with `count`, and names the first block and token it saw:
 * blocks share 8 rows. In a flood the counts of the last second stay in memory, so a row may fall short by what a stopping
 * process had not written; a repeated update may count twice. A cached answer of the authorizer is not counted again.
 */
export async function countRefusedToken(db: Db, refusal: Refusal): Promise<void> {
  const process = connectionOf(db)
  const rows = counts.get(process) ?? new Map<string, Row>()
  counts.set(process, rows)
  const row = rowOf(rows, refusal)
  row.pending += 1
  const at = refusal.now.getTime()
  for (const [key, { minute }] of rows) if (at - Date.parse(minute) > LATEST_COUNT_MS) rows.delete(key)
  const due = [...rows.values()].filter((other) => isDue(other, row, at))
  await Promise.all(due.map((other) => flush(db, other, at)))
  for (const [key, other] of rows) if (other.minute !== row.minute && other.pending === 0) rows.delete(key)
}

function rowOf(rows: Map<string, Row>, { account = 'default', reason, token, sourceIp, now, ...known }: Refusal): Row {
  const policy = reason === 'network' || reason === 'observed' ? known.policy : undefined
  const detail = `${detailOf(reason, policy)}${token ? aboutToken(token, now) : ''}`
  const minute = minuteOf(now)
  const block = addressBlock(sourceIp)
  const bucket = createHash('sha256').update(block).digest().readUInt32BE(0) % BUCKETS
  const key = [account, minute, reason, policy, bucket].join(' ')
  const begun = { written: 0, pending: 0, flushedAt: 0 }
  const row = rows.get(key) ?? { account, reason, policy, minute, bucket, block, detail, ...begun }
  rows.set(key, row)
  return row
}

function aboutToken({ tokenId, integration, expiresAt }: RefusedToken, now: Date): string {
  const ended = expiresAt <= now.getTime() ? `, ended at ${new Date(expiresAt).toISOString()}` : ''
  return ` (first seen: token ${tokenId} of integration ${integration}${ended})`
}

/** The row just counted, unless it is in a flood, and whatever a past minute left behind. */
function isDue(other: Row, current: Row, at: number): boolean {
  if (other.pending === 0) return false
  if (other !== current) return other.minute !== current.minute
  return other.written < WRITTEN_AT_ONCE || at - other.flushedAt >= FLUSH_MS
}

async function flush(db: Db, row: Row, at: number): Promise<void> {
  const counted = row.pending
  row.pending = 0
  row.flushedAt = at
  try {
    await db.client.send(toUpdate(db, row, counted))
    row.written += counted
  } catch (error) {
    row.pending += counted
    throw error
  }
}

function toUpdate(db: Db, row: Row, counted: number): UpdateCommand {
  const { pk, sk, ...attributes } = toEventItem(db, toEvent(db, row))
  const fields = Object.entries(attributes)
  return new UpdateCommand({
    TableName: db.tableName,
    Key: { pk, sk },
    UpdateExpression: `SET ${fields.map((_, i) => `#f${i} = if_not_exists(#f${i}, :f${i})`).join(', ')} ADD #count :counted`,
    ExpressionAttributeNames: {
      '#count': EVENT_FIELDS.count.kept,
      ...Object.fromEntries(fields.map(([name], i) => [`#f${i}`, name])),
    },
    ExpressionAttributeValues: {
      ':counted': counted,
      ...Object.fromEntries(fields.map(([, value], i) => [`:f${i}`, value])),
    },
  })
}

/** The row as an event, without its count. */
function toEvent({ region }: Db, { account, reason, policy, minute, bucket, block, detail }: Row): RestEvent {
  const parts = [minute, account, reason, bucket, ...(policy === undefined ? [] : [policy])]
  // Each region counts in rows of its own: of two that add to one, one would be lost.
  const row = [...parts, ...(region ? [region.own] : [])].join(' ')
  return {
    eventId: namedId(Date.parse(minute), row),
    account,
    time: minute,
    type: 'SCIM',
    ...(isAboutOAuth(reason) ? { endpoint: 'oauth2/token', method: 'POST' } : { endpoint: 'scim/v2', method: 'ANY' }),
    status: STATUS[reason] ?? 401,
    clientIp: block,
    actorName: 'unknown',
    actorDomain: 'unknown',
    ...(policy !== undefined && { resourceDomain: 'NETWORK_POLICY', resourceName: policy }),
    detail: `Callers ${reason === 'observed' ? 'let in' : 'refused'} in this minute and address block: ${detail}`,
  }
}

const isAboutOAuth = (reason: RefusalReason): boolean => ['client', 'assertion', 'keys'].includes(reason)
