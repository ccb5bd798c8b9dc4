import { parseArgs } from 'node:util'
import fc from 'fast-check'
import { bodyProperty, jsonTextProperty } from './body-campaign.ts'
import { filterProperty } from './filter-campaign.ts'
import { groupProperty } from './group-campaign.ts'
import { patchProperty } from './patch-campaign.ts'

const USAGE = `Usage: npm run fuzz -- [--runs N] [--seed S]
  --runs N   filters to try, 100000 by default; PATCH sequences and bodies are a tenth of it each
  --seed S   an integer printed by an earlier run, to repeat it`

/** One kind of input, and which part of --runs it gets. */
interface Campaign {
  name: string
  share: number
  check: (
    numRuns: number,
    seed: number,
  ) => Pick<fc.RunDetails<unknown>, 'numRuns' | 'failed' | 'counterexample' | 'errorInstance'>
}

const CAMPAIGNS: readonly Campaign[] = [
  campaign('filters', 1, filterProperty),
  campaign('PATCH sequences on users', 0.1, patchProperty),
  campaign('PATCH sequences on groups', 0.1, groupProperty),
  campaign('JSON bodies', 0.1, bodyProperty),
  campaign('JSON texts', 0.1, jsonTextProperty),
]

function campaign<T>(name: string, share: number, property: fc.IProperty<T>): Campaign {
  return { name, share, check: (numRuns, seed) => fc.check(property, { numRuns, seed }) }
}

/** Reads a whole number from a flag, or ends with the usage. */
function readFlag(name: string, text: string | undefined, fallback: number): number {
  const value = text === undefined ? fallback : Number(text)
  if (Number.isSafeInteger(value) && (name === 'seed' || value > 0)) return value
  console.error(`Cannot read --${name} "${text}": expected a whole number\n${USAGE}`)
  process.exit(2)
}

/** Runs one campaign and prints its line; whether it passed. */
function run({ name, share, check }: Campaign, runs: number, seed: number): boolean {
  const numRuns = Math.max(1, Math.ceil(runs * share))
  const start = performance.now()
  const result = check(numRuns, seed)
  const seconds = (performance.now() - start) / 1000
  const rate = Math.round(result.numRuns / seconds)
  console.log(
    `${name}: ${result.numRuns} in ${seconds.toFixed(1)} s, ${rate}/s, ${result.failed ? 'FAILED' : 'no difference'}`,
  )
  if (!result.failed) return true
  console.log(`repeat with: npm run fuzz -- --runs ${runs} --seed ${seed}`)
  console.log(`smallest input: ${fc.stringify(result.counterexample)}`)
  console.log(result.errorInstance)
  return false
}

const { values } = parseArgs({
  options: { runs: { type: 'string' }, seed: { type: 'string' }, help: { type: 'boolean' } },
})
if (values.help) console.log(USAGE)
else {
  const runs = readFlag('runs', values.runs, 100_000)
  const seed = readFlag('seed', values.seed, Math.floor(Math.random() * 0x7fff_ffff))
  console.log(`seed ${seed}, ${runs} filters`)
  const passed = CAMPAIGNS.map((campaign) => run(campaign, runs, seed))
  process.exitCode = passed.every(Boolean) ? 0 : 1
}
