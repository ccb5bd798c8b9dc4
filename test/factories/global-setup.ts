import type { TestProject } from 'vitest/node'
import { startEngine } from '../../local/engine/engine.ts'
import { chosenEngine } from '../../local/environment.ts'

declare module 'vitest' {
  interface ProvidedContext {
    dynamodbEndpoint: string
  }
}

/** One engine for the whole run, ours or that of DYNAMODB_ENDPOINT; every test file makes its own table in it. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const chosen = chosenEngine(process.env)
  const engine = chosen ? undefined : await startEngine()
  project.provide('dynamodbEndpoint', (chosen ?? engine)?.endpoint ?? '')
  return engine?.stop
}
