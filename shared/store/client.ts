import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'

/** The table and how to reach it. */
export interface Db {
  client: DynamoDBDocumentClient
  tableName: string
}

/** Opens the table; `endpoint` points at another engine than AWS's own. */
export function openDb(tableName: string, endpoint?: string, config: DynamoDBClientConfig = {}): Db {
  const client = new DynamoDBClient({ maxAttempts: 4, ...(endpoint && { endpoint }), ...config })
  return {
    client: DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } }),
    tableName,
  }
}
