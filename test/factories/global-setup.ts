import type { TestProject } from 'vitest/node'
import { startEngine } from '../../local/engine/engine.ts'

declare module 'vitest' {
  interface ProvidedContext {
    dynamodbEndpoint: string
  }
}

/** One engine for the whole run; every test file makes its own table in it (`engine.ts`). */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const engine = await startEngine({ tunedFor: 'throughput' })
  project.provide('dynamodbEndpoint', engine.endpoint)
  return () => engine.stop()
}
