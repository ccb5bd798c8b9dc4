import { existsSync, readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { chosenEngine } from '../../local/environment.ts'
import { startAwsProxy } from './proxy.ts'

const USAGE = `node test/aws/main.ts --engine URL [--port N] [--plan FILE|JSON]

Gives an engine AWS's manners: name the address it prints in DYNAMODB_ENDPOINT. What a plan may say is in
test/aws/plan.ts. Ends with Ctrl-C, and prints then what was used, as JSON.
`

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      engine: { type: 'string' },
      port: { type: 'string' },
      plan: { type: 'string' },
      help: { type: 'boolean' },
    },
  })
  const engine = values.engine ?? chosenEngine(process.env)?.endpoint
  if (values.help || !engine) {
    process.stderr.write(USAGE)
    process.exitCode = values.help ? 0 : 2
    return
  }
  const proxy = await startAwsProxy(engine, loadPlan(values.plan), Number(values.port ?? 0))
  process.stdout.write(`${proxy.endpoint}\n`)
  process.once('SIGINT', () => void finish()).once('SIGTERM', () => void finish())
  async function finish(): Promise<void> {
    const { total, operations } = proxy.usage()
    process.stdout.write(`${JSON.stringify({ total, operations: Object.fromEntries(operations) }, undefined, 2)}\n`)
    await proxy.close()
  }
}

const loadPlan = (text = '{}') => JSON.parse(existsSync(text) ? readFileSync(text, 'utf8') : text)

await main()
