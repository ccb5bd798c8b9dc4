import type { TestProject } from 'vitest/node'
import { startEngine } from '../../local/engine/engine.ts'
import { chosenEngine } from '../../local/environment.ts'
import { checkForCanaries } from './canaries.ts'

declare module 'vitest' {
  interface ProvidedContext {
    dynamodbEndpoint: string
  }
}

/**
 * One engine for the whole run, ours or that of DYNAMODB_ENDPOINT; every test file makes its own table in it. None may
 * leave a secret there.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const chosen = chosenEngine(process.env)
  const engine = chosen ?? (await startEngine())
  project.provide('dynamodbEndpoint', engine.endpoint)
  return async () => {
    try {
      await checkForCanaries(engine.endpoint)
    } finally {
      if ('stop' in engine) await engine.stop()
    }
  }
}
