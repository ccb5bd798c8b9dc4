import { randomUUID } from 'node:crypto'
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, inject } from 'vitest'
import { createTable } from '../../local/engine/create-table.ts'
import { LOCAL_AWS } from '../../local/environment.ts'
import type { Config } from '../../shared/config.ts'
import { type Db, openDb } from '../../shared/store/client.ts'
import { requireNoOrphans } from './settle.ts'

/** Where the run's engine listens. */
export const engineEndpoint = (): string => inject('dynamodbEndpoint')

/** Tests live at moments of their own, and the engine at that of today: what is over for it must not vanish from them. */
export const LASTING = { expires: false }

/** A fresh, empty table with the product's keys and index, in the run's one engine; nothing in it expires. */
export async function testTable(config: DynamoDBClientConfig = {}): Promise<Db> {
  const db = openTestDb(`test-${randomUUID()}`, config)
  await createTable(db, LASTING)
  return db
}

/** As {@link testTable}, for all tests of a file: made before the first of them, and looked through after the last. */
export function withTable(): Db {
  const db = openTestDb(`test-${randomUUID()}`)
  beforeAll(() => createTable(db, LASTING))
  afterAll(() => requireNoOrphans(db))
  return db
}

/** A client for a table of the run's engine; `config` may add middleware settings, retries and the like. */
export function openTestDb(tableName: string, config: DynamoDBClientConfig = {}): Db {
  return openDb(testConfig(tableName), { ...LOCAL_AWS, ...config })
}

/** What a Lambda's environment would say of that table. */
export function testConfig(tableName: string): Config {
  const publicBaseUrl = 'https://scim.example.com/scim/v2'
  return { tableName, dynamodbEndpoint: engineEndpoint(), publicBaseUrl, eventRetentionDays: 90, requestLog: false }
}
