import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { Db } from './client.ts'
import { usesKey } from './keys.ts'
import { ofPartition, queryAll } from './query-all.ts'
import { parseUse, type Use, type UseWrite } from './token-use.ts'

/** Sends a use through the SDK. */
export async function putUse(db: Db, write: UseWrite): Promise<void> {
  await db.client.send(new UpdateCommand(write))
}

/** Access pattern T10: from where the tokens of an account were used; 1 read unit for some 30 rows. */
export async function getUses(db: Db, account: string): Promise<Use[]> {
  const items = await queryAll(db, ofPartition(usesKey(account)))
  return items.flatMap(parseUse)
}
