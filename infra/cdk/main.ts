import { join } from 'node:path'
import { ConfigError } from '../config/config.ts'
import { loadConfig } from '../config/file.ts'
import { COMMANDS, planOf } from './plan.ts'
import { runSteps } from './run.ts'

// `npm run deploy -- --stage prod`: the CDK's own command, for one stage, after a look at the configuration, which is said
// to be wrong before the CDK takes its seconds to start.
const ROOT = join(import.meta.dirname, '..', '..')
const [asked, ...args] = process.argv.slice(2)
const command = COMMANDS.find((one) => one === asked)

try {
  if (!command) throw new ConfigError([`There is no command "${asked}": ${COMMANDS.join(', ')}`])
  const steps = planOf(command, args, await loadConfig(), process.env)
  process.exitCode = runSteps(steps, { cdk: join(ROOT, 'node_modules', '.bin', 'cdk'), cwd: ROOT })
} catch (error) {
  if (!(error instanceof ConfigError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
