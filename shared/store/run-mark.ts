import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import * as z from 'zod/mini'
import type { Db } from './client.ts'
import { roundKey } from './keys.ts'

/** What runs each hour and is missed when it does not. */
export type Hourly = 'watch' | 'notary'

/** When something that runs by a schedule came to its end last; instants are ISO 8601. */
export interface RunMark {
  /** Since when it is awaited. */
  since: string
  finishedAt?: string | undefined
}

const HOUR_MS = 3_600_000
const markItem = z.object({ since: z.string(), finishedAt: z.optional(z.string()) })

/** Whole hours since it came to its end, or since it was awaited first. */
export const hoursSince = ({ finishedAt, since }: RunMark, now: Date): number =>
  Math.floor((now.getTime() - Date.parse(finishedAt ?? since)) / HOUR_MS)

/** Access pattern A8: whole hours since it ran; who asks first leaves a mark to count from. 1 read unit, the first time 1 write unit. */
export async function hoursSinceRun(db: Db, name: Hourly, now: Date): Promise<number> {
  const get = new GetCommand({ TableName: db.tableName, Key: markKey(db, name), ConsistentRead: true })
  const { Item } = await db.client.send(get)
  if (Item) return hoursSince(markItem.parse(Item), now)
  await putMark(db, name, { since: now.toISOString() })
  return 0
}

/** Access pattern A8: says that it ran to its end; 1 write unit. */
export const putRun = (db: Db, name: Hourly, now: Date): Promise<void> =>
  putMark(db, name, { since: now.toISOString(), finishedAt: now.toISOString() })

async function putMark(db: Db, name: Hourly, mark: RunMark): Promise<void> {
  await db.client.send(new PutCommand({ TableName: db.tableName, Item: { ...markKey(db, name), ...mark } }))
}

const markKey = ({ region }: Db, name: Hourly) => roundKey(`${name}-ran`, region?.own)
