import { randomUUID } from 'node:crypto'
import { createTable } from '../../local/engine/create-table.ts'
import { coldHandlers } from '../../local/gateway/lambda.ts'
import type { SeededTokens } from '../../local/seed.ts'
import { type System, type SystemOptions, startSystem } from '../../local/system.ts'
import { ENV } from '../../shared/config.ts'
import { engineEndpoint } from './engine.ts'

/** In a fresh table every integration gets its token. */
export type TestSystem = System & { tokens: SeededTokens }
export type TestSystemOptions = Pick<SystemOptions, 'now' | 'sourceIp' | 'env' | 'logFailure'>

/**
 * The whole system in this process over the run's engine, with a table of its own, the default account, the three
 * integrations and a token for each. Functions read their configuration once, so start one system per test file.
 */
export async function startTestSystem(options: TestSystemOptions = {}): Promise<TestSystem> {
  const system = await startSystem({
    ...options,
    endpoint: engineEndpoint(),
    tableName: `test-${randomUUID()}`,
    prepare: (db) => createTable(db, { stream: false }),
    env: { [ENV.requestLog]: 'off', ...options.env },
    handlers: coldHandlers,
  })
  return { ...system, tokens: system.tokens as SeededTokens }
}
