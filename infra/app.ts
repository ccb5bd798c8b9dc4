import { App } from 'aws-cdk-lib'
import { ConfigError, parseDeployment } from './config/config.ts'
import { loadConfig } from './config/file.ts'

const app = new App()

/** What is wrong in the configuration is told in sentences, before anything of the stack is loaded. */
try {
  const context = (key: string) => app.node.tryGetContext(key)
  const deployment = parseDeployment(await loadConfig(), { context, env: process.env })
  const { addStacks } = await import('./stacks.ts')
  addStacks(app, deployment)
} catch (error) {
  if (!(error instanceof ConfigError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exit(1)
}
