import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { RESOURCE_TYPES } from '../../shared/scim/resource-types.ts'
import { batchWrite } from '../../shared/store/batch-write.ts'
import type { Db } from '../../shared/store/client.ts'
import { memberKey, resourceKey } from '../../shared/store/keys.ts'

const ACCOUNT = 'default'

/** The ids of members that {@link seedMembers} puts, in the order in which they are read. */
export const memberIds = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `00000000-0000-7000-8000-${String(i).padStart(12, '0')}`)

/** Puts members straight into the table, with a display of so many letters: with 200, 3,000 of them are a page of 1 MB. */
export async function seedMembers(db: Db, groupId: string, count: number, letters = 200): Promise<void> {
  const display = 'd'.repeat(letters)
  const items = memberIds(count).map((id) => ({ ...memberKey(ACCOUNT, groupId, id), display }))
  await batchWrite(
    db,
    items.map((Item) => ({ PutRequest: { Item } })),
  )
  await setMemberCount(db, groupId, count)
}

/** Has a group count so many members, whoever is there. */
export async function setMemberCount(db: Db, groupId: string, count: number): Promise<void> {
  await db.client.send(
    new UpdateCommand({
      TableName: db.tableName,
      Key: resourceKey(ACCOUNT, RESOURCE_TYPES.Group, groupId),
      UpdateExpression: 'SET memberCount = :count',
      ExpressionAttributeValues: { ':count': count },
    }),
  )
}
