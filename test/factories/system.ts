import { randomUUID } from 'node:crypto'
import { beforeAll } from 'vitest'
import { createTable } from '../../local/engine/create-table.ts'
import { coldHandlers } from '../../local/gateway/lambda.ts'
import type { SeededTokens } from '../../local/seed.ts'
import { type System, type SystemOptions, startSystem } from '../../local/system.ts'
import { ENV } from '../../shared/config.ts'
import { engineEndpoint, LASTING } from './engine.ts'

/** In a fresh table every integration gets its token. */
export type TestSystem = System & { tokens: SeededTokens }
export type TestSystemOptions = Pick<
  SystemOptions,
  'now' | 'sourceIp' | 'env' | 'logFailure' | 'driver' | 'throttled' | 'digestFolder'
>

/**
 * The whole system in this process over the run's engine, with a table of its own, the default account, the three
 * integrations and a token for each: started before the file's first test, stopped after its last, empty until then.
 * Functions read their configuration once, so call it once per test file; files may share what functions import.
 */
export function withSystem(options: TestSystemOptions = {}): TestSystem {
  const system = {} as TestSystem
  beforeAll(async () => {
    const { stop } = Object.assign(system, await startTestSystem(options))
    return stop
  })
  return system
}

/** A system in a fresh table of the run's engine, or of another that stands before it. */
export async function startTestSystem(
  options: TestSystemOptions & Pick<Partial<SystemOptions>, 'endpoint' | 'handlers'>,
): Promise<TestSystem> {
  const system = await startSystem({
    ...{ endpoint: engineEndpoint(), handlers: (names) => coldHandlers(names, randomUUID()) },
    ...options,
    tableName: `test-${randomUUID()}`,
    prepare: (db) => createTable(db, LASTING),
    env: { [ENV.requestLog]: 'off', ...options.env },
  })
  return { ...system, tokens: system.tokens as SeededTokens }
}
