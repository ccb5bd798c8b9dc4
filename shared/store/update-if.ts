import { UpdateCommand, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb'
import type { Db } from './client.ts'

/** Changes one item; false where its condition does not hold, since somebody else was quicker or it is gone. 1 write unit. */
export async function updateIf(db: Db, update: Omit<UpdateCommandInput, 'TableName'>): Promise<boolean> {
  try {
    await db.client.send(new UpdateCommand({ ...update, TableName: db.tableName }))
    return true
  } catch (error) {
    if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return false
    throw error
  }
}
