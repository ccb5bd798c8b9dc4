import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { bundle, bundleOptions, LAMBDA_NAMES, type LambdaName } from '../../infra/bundling.ts'
import { ENV } from '../../shared/config.ts'
import { median, round, toMarkdown } from './table.ts'

const RUNS = 11
const KB = 1024

/** PLATFORM section 4: the minified bundle in KB and gzipped, and processor time of init. */
interface ColdBudget {
  kb: number
  gzipKb: number
  /** As a multiple of the plain DynamoDB client's. */
  ratio?: number
  cpuMs?: number
}

const WITH_SDK: ColdBudget = { kb: 350, gzipKb: 115, ratio: 1 }
const BUDGETS: Partial<Record<LambdaName, ColdBudget>> = {
  authorizer: { kb: 260, gzipKb: 85, ratio: 0.8 },
  discovery: { kb: 60, gzipKb: 20, cpuMs: 15 },
}

interface Variant {
  name: string
  path: string
  bytes: number
  gzipBytes: number
  ms: number[]
  cpuMs: number[]
}

const PLAIN = 'DynamoDBClient alone, no aliases'

/** The cold-start table, and the functions that are over their budget. */
export async function presentColdStarts(): Promise<{ text: string; over: string[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'rolecall-bench-'))
  const bundles = await Promise.all(LAMBDA_NAMES.map(async (name) => ({ name, ...(await bundle(name)) })))
  try {
    const variants = [await plainClient(folder), ...bundles].map((made) => ({ ...made, ms: [], cpuMs: [] }) as Variant)
    for (let run = 0; run < RUNS; run++) for (const variant of variants) await runOnce(variant)
    return present(variants)
  } finally {
    for (const made of bundles) made.dispose()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What a function would be at the least without our aliases: the client and its default credentials. */
async function plainClient(folder: string) {
  const entry = join(folder, 'plain.ts')
  const path = join(folder, 'plain.mjs')
  const client = join(import.meta.dirname, '../../node_modules/@aws-sdk/client-dynamodb')
  writeFileSync(entry, `import { DynamoDBClient } from '${client}'\nexport const handler = new DynamoDBClient({})\n`)
  await build({ ...bundleOptions(entry, path), alias: {}, plugins: [] })
  return { name: PLAIN, path, bytes: 0, gzipBytes: 0 }
}

/** A bundle that streams asks Lambda's runtime for its global; what that costs is not ours. */
const MEASURE = `
globalThis.awslambda = { streamifyResponse: (handler) => handler }
const cpu = process.cpuUsage(); const start = performance.now()
await import(process.argv[1])
const ms = performance.now() - start; const { user, system } = process.cpuUsage(cpu)
process.stdout.write(JSON.stringify({ ms, cpuMs: (user + system) / 1000 }))
process.exit(0)`

async function runOnce(variant: Variant): Promise<void> {
  const args = ['--disable-proto=delete', '--input-type=module', '-e', MEASURE, variant.path]
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: lambdaEnvironment() })
  const { ms, cpuMs } = JSON.parse(stdout) as { ms: number; cpuMs: number }
  variant.ms.push(ms)
  variant.cpuMs.push(cpuMs)
}

const lambdaEnvironment = (): NodeJS.ProcessEnv => ({
  [ENV.tableName]: 'bench',
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
})

function present(variants: readonly Variant[]): { text: string; over: string[] } {
  const reference = Math.min(...(variants.find(({ name }) => name === PLAIN)?.cpuMs ?? [Number.NaN]))
  const judged = variants.map((variant) => ({ variant, said: verdict(variant, reference) }))
  const rows = judged.map(({ variant, said }) => {
    const { name, bytes, gzipBytes, ms, cpuMs } = variant
    const size = bytes > 0 ? `${Math.ceil(bytes / KB)} (${Math.ceil(gzipBytes / KB)})` : ''
    const least = Math.min(...cpuMs)
    const times = [`${round(median(ms))} / ${round(Math.min(...ms))}`, round(least), round(least / reference)]
    return [name, size, budgetOf(name), ...times, said]
  })
  const head = ['function', 'KB (gz)', 'budget', 'init ms, median / least', 'CPU ms, least', '× plain', 'verdict']
  return {
    text: toMarkdown(head, rows),
    over: judged.flatMap(({ variant, said }) => (said === 'OVER' ? [variant.name] : [])),
  }
}

const coldBudget = (name: string): ColdBudget => BUDGETS[name as LambdaName] ?? WITH_SDK

function budgetOf(name: string): string {
  if (name === PLAIN) return ''
  const { kb, gzipKb, ratio, cpuMs } = coldBudget(name)
  return `≤ ${kb} (${gzipKb}), ${ratio === undefined ? `≤ ${cpuMs} ms CPU` : `≤ ${ratio} × plain`}`
}

function verdict({ name, bytes, gzipBytes, cpuMs }: Variant, reference: number): string {
  if (name === PLAIN) return ''
  const budget = coldBudget(name)
  const least = Math.min(...cpuMs)
  const tooLarge = bytes > budget.kb * KB || gzipBytes > budget.gzipKb * KB
  const tooSlow = least > (budget.cpuMs ?? Number.POSITIVE_INFINITY) || least / reference > (budget.ratio ?? 9)
  return tooLarge || tooSlow ? 'OVER' : 'ok'
}
