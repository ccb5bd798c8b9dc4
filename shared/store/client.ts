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
  /** Epoch ms by `clock`, from when on `client` sends nothing; infinite where nobody waits. */
  deadline: number
}

/** Within which DynamoDB answers an attempt, or it is made anew: a frozen connection and a hung table are noticed. */
export const ATTEMPT_MS = 3000
const CONNECT_MS = 1000

/** Opens the configured table; `options` is for tests, which inject faults into the client. */
export function openDb(config: Config, options: DynamoDBClientConfig = {}): Db {
  const { tableName, dynamodbEndpoint: endpoint, eventRetentionDays } = config
  const requestHandler = { connectionTimeout: CONNECT_MS, requestTimeout: ATTEMPT_MS, throwOnRequestTimeout: true }
  const client = new DynamoDBClient({ maxAttempts: 4, requestHandler, ...(endpoint && { endpoint }), ...options })
  const marshallOptions = { removeUndefinedValues: true }
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions })
  return { client: documents, tableName, eventRetentionDays, clock: Date.now, deadline: Number.POSITIVE_INFINITY }
}
