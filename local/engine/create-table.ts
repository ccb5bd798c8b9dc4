import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  ResourceNotFoundException,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb'
import type { Db } from '../../shared/store/client.ts'
import { TABLE } from '../../shared/store/table.ts'

/**
 * The table as CreateTable takes it: the same definition the CDK stack deploys, but for the stream, which nothing here
 * reads: with one, each write to the local engine takes longer than the one before.
 */
export function toCreateTable(tableName: string): CreateTableCommandInput {
  const { index } = TABLE
  const names = [TABLE.partitionKey, TABLE.sortKey, index.partitionKey, index.sortKey]
  return {
    TableName: tableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: names.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: keySchema(TABLE),
    GlobalSecondaryIndexes: [
      {
        IndexName: index.name,
        KeySchema: keySchema(index),
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
  }
}

/** The local engine is done at once, AWS takes some seconds. */
const WAIT = { minDelay: 1, maxDelay: 5, maxWaitTime: 120 }

/** Creates the table and switches its TTL on, which is a call of its own; without, what is over stays. */
export async function createTable(db: Db, { expires = true } = {}): Promise<void> {
  await db.client.send(new CreateTableCommand(toCreateTable(db.tableName)))
  await waitUntilTableExists({ client: db.client, ...WAIT }, { TableName: db.tableName })
  if (!expires) return
  const TimeToLiveSpecification = { AttributeName: TABLE.timeToLiveAttribute, Enabled: true }
  await db.client.send(new UpdateTimeToLiveCommand({ TableName: db.tableName, TimeToLiveSpecification }))
}

/** Creates the table unless an earlier start did. */
export async function ensureTable(db: Db): Promise<void> {
  try {
    await db.client.send(new DescribeTableCommand({ TableName: db.tableName }))
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error
    await createTable(db)
  }
}

function keySchema(keys: { partitionKey: string; sortKey: string }): CreateTableCommandInput['KeySchema'] {
  return [
    { AttributeName: keys.partitionKey, KeyType: 'HASH' },
    { AttributeName: keys.sortKey, KeyType: 'RANGE' },
  ]
}
