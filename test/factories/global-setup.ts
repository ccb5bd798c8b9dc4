import type { TestProject } from 'vitest/node'
import { startEngine } from '../../local/engine/engine.ts'
import { checkForCanaries } from './canaries.ts'

declare module 'vitest' {
  interface ProvidedContext {
    dynamodbEndpoint: string
  }
}

/** One engine for the whole run; every test file makes its own table in it (`engine.ts`). None may leave a secret there. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const engine = await startEngine({ tunedFor: 'throughput' })
  project.provide('dynamodbEndpoint', engine.endpoint)
  return async () => {
    try {
      await checkForCanaries(engine.endpoint)
    } finally {
      await engine.stop()
    }
  }
}
