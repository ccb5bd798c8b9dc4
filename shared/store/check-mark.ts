import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import * as z from 'zod/mini'
import type { Db } from './client.ts'
import type { CheckPlace } from './invariants/check.ts'
import { roundKey } from './keys.ts'
import type { RunMark } from './run-mark.ts'

/** How far the nightly check came, and when all accounts had been checked last. */
export interface CheckMark extends RunMark {
  /** What the last whole one found. */
  findings?: number | undefined
  /** What one found that is not whole yet. */
  found?: number | undefined
  /** Where one that was cut off goes on. */
  next?: { account: string; place: CheckPlace } | undefined
}

const markItem = z.object({
  since: z.string(),
  finishedAt: z.optional(z.string()),
  findings: z.optional(z.number()),
  found: z.optional(z.number()),
  next: z.optional(z.object({ account: z.string(), place: z.string() })),
})

/** Access pattern V7: the mark of the nightly check; made by who looks for it first. 1 read unit, the first time 1 write unit. */
export async function requireCheckMark(db: Db, now: Date): Promise<CheckMark> {
  const get = new GetCommand({ TableName: db.tableName, Key: roundKey('check', db.region?.own), ConsistentRead: true })
  const { Item } = await db.client.send(get)
  if (!Item) return putCheckMark(db, { since: now.toISOString() })
  const { next, ...mark } = markItem.parse(Item)
  return { ...mark, next: next && { account: next.account, place: JSON.parse(next.place) } }
}

/** Leaves the mark; 1 write unit. */
export async function putCheckMark(db: Db, mark: CheckMark): Promise<CheckMark> {
  const next = mark.next && { account: mark.next.account, place: JSON.stringify(mark.next.place) }
  const Item = { ...roundKey('check', db.region?.own), ...mark, next }
  await db.client.send(new PutCommand({ TableName: db.tableName, Item }))
  return mark
}
