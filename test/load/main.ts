import { mkdirSync, openSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { startEngine } from '../../local/engine/engine.ts'
import { chosenEngine } from '../../local/environment.ts'
import { DATA_FOLDER } from '../../local/folders.ts'
import { missedCounts, presentFigures } from './figures.ts'
import { loadResults } from './run.ts'
import { SCENARIOS } from './scenarios.ts'

const USAGE = `Usage: npm run load -- [--aws] [--only NAME]... [--scale X] [--out FILE]
  --aws        behind AWS's manners: rates of partition keys without burst, latency, conflicts, lagging index
  --only NAME  just this scenario; may be given several times
  --scale X    sizes times X, as 0.1
  --out FILE   where the figures are kept as JSON, .rolecall/load.json by default

${SCENARIOS.map(({ name, about }) => `  ${name.padEnd(15)} ${about}`).join('\n')}

Ends with 1 where a count misses its goal; times are shown and decide on nothing.
`

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      aws: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: SCENARIOS.map(({ name }) => name) },
      scale: { type: 'string', default: '1' },
      out: { type: 'string', default: join(DATA_FOLDER, 'load.json') },
      help: { type: 'boolean', default: false },
    },
  })
  const unknown = values.only.filter((name) => !SCENARIOS.some((scenario) => scenario.name === name))
  const scale = Number(values.scale)
  if (values.help || unknown.length > 0 || !(scale > 0)) {
    process.stderr.write(USAGE)
    process.exitCode = values.help ? 0 : 2
    return
  }
  mkdirSync(dirname(values.out), { recursive: true, mode: 0o700 })
  const log = openSync(`${values.out}.log`, 'w', 0o600)
  const own = chosenEngine(process.env) ? undefined : await startEngine()
  const engine = own?.endpoint ?? chosenEngine(process.env)?.endpoint ?? ''
  const say = (text: string) => process.stderr.write(`${text}\n`)
  try {
    const results = await loadResults({ engine, aws: values.aws, only: values.only, scale, log, say })
    writeFileSync(values.out, `${JSON.stringify(results, undefined, 2)}\n`, { mode: 0o600 })
    process.stdout.write(`${presentFigures(results.figures)}\n`)
    process.exitCode = missedCounts(results.figures).length > 0 ? 1 : 0
  } finally {
    await own?.stop()
  }
}

await main()
