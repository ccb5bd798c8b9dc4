import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { ConfigError } from '../config/config.ts'
import { loadConfig } from '../config/file.ts'
import { COMMANDS, planOf, type Step } from './plan.ts'

// `npm run deploy -- --stage prod`: the CDK's own command, for one stage, after a look at the configuration, which is said
// to be wrong before the CDK takes its seconds to start.
const ROOT = join(import.meta.dirname, '..', '..')
const [asked, ...args] = process.argv.slice(2)
const command = COMMANDS.find((one) => one === asked)

try {
  if (!command) throw new ConfigError([`There is no command "${asked}": ${COMMANDS.join(', ')}`])
  for (const step of planOf(command, args, await loadConfig(), process.env)) run(step)
} catch (error) {
  if (!(error instanceof ConfigError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}

function run({ args, otherwise }: Step): void {
  const cdk = join(ROOT, 'node_modules', '.bin', 'cdk')
  const { status } = spawnSync(process.execPath, [cdk, ...args], { cwd: ROOT, stdio: 'inherit' })
  if (status === 0) return
  if (otherwise) process.stderr.write(`${otherwise}\n`)
  process.exit(status ?? 1)
}
