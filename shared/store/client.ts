import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import type { Config } from '../config.ts'

/** The table and how to reach it. */
export interface Db {
  client: DynamoDBDocumentClient
  tableName: string
  /** Days a REST event is kept. */
  eventRetentionDays: number
  /** Epoch ms; deadlines go by it, and not by the request's one reading of the time. */
  clock: () => number
}

/** Opens the configured table; `options` is for tests, which inject faults into the client. */
export function openDb(config: Config, options: DynamoDBClientConfig = {}): Db {
  const { tableName, dynamodbEndpoint: endpoint, eventRetentionDays } = config
  const client = new DynamoDBClient({ maxAttempts: 4, ...(endpoint && { endpoint }), ...options })
  const marshallOptions = { removeUndefinedValues: true }
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions })
  return { client: documents, tableName, eventRetentionDays, clock: Date.now }
}
