import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import * as z from 'zod'
import type { Db } from '../../shared/store/client.ts'
import { roundKey } from '../../shared/store/keys.ts'

/** What a restore is about to do, in this order; each can be done again. */
export const STEPS = ['close', 'copy', 'integrations', 'work', 'mend', 'tell'] as const
export type StepName = (typeof STEPS)[number]

const mark = z.object({
  restored: z.string(),
  /** When it began, epoch milliseconds: what it writes depends on no later clock. */
  startedAt: z.int(),
  step: z.enum(STEPS),
  /** Whether something was copied, so that the table is neither what it was nor what it is to be. */
  hasCopied: z.boolean(),
  /** Nobody else may write from then on, epoch milliseconds; events of the minute before that were there by then. */
  watchedFrom: z.int(),
  before: z.array(z.string()),
  /** Accounts that were made since the moment that is restored. */
  accountsSince: z.array(z.string()),
  /** Integrations that the restore switches off. */
  closed: z.array(z.object({ account: z.string(), name: z.string() })),
})

/** Where a restore stands, in the live table, until it is over. */
export type RestoreMark = z.infer<typeof mark>

const Key = roundKey('restore')

export async function getRestoreMark(db: Db): Promise<RestoreMark | undefined> {
  const get = new GetCommand({ TableName: db.tableName, Key, ConsistentRead: true })
  const { Item } = await db.client.send(get)
  return Item && mark.parse(Item)
}

export async function putRestoreMark(db: Db, after: RestoreMark): Promise<void> {
  await db.client.send(new PutCommand({ TableName: db.tableName, Item: { ...Key, ...after } }))
}

export async function deleteRestoreMark(db: Db): Promise<void> {
  await db.client.send(new DeleteCommand({ TableName: db.tableName, Key }))
}
