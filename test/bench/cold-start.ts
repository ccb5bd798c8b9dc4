import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { bundle, bundleOptions, LAMBDA_NAMES, type LambdaName } from '../../infra/bundling.ts'
import { ENV } from '../../shared/config.ts'
import { BY_DEFAULT, COLD_BUDGETS, type ColdBudget } from './bundle-budgets.ts'
import { firstEvent, startEmptyTable } from './first-request.ts'
import { median, round, toMarkdown } from './table.ts'

const RUNS = 21
const KB = 1024

interface Variant {
  name: string
  path: string
  bytes: number
  gzipBytes: number
  event: object
  runs: Run[]
}

/** Processor time of one fresh process, in ms. */
interface Run {
  init: number
  first: number
}

const PLAIN = 'DynamoDBClient alone, no aliases'

/** The cold-start table, and the functions that are over their budget. */
export async function presentColdStarts(): Promise<{ text: string; over: string[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'rolecall-bench-'))
  const bundles = await Promise.all(
    LAMBDA_NAMES.map(async (name) => ({ name, event: firstEvent(name), ...(await bundle(name, BY_DEFAULT)) })),
  )
  const { server, endpoint } = await startEmptyTable()
  try {
    const variants = [await plainClient(folder), ...bundles].map((made) => ({ ...made, runs: [] }) as Variant)
    for (let run = 0; run < RUNS; run++) for (const variant of variants) await runOnce(variant, endpoint)
    return present(variants)
  } finally {
    server.close()
    for (const made of bundles) made.dispose()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What a function would be at the least without our aliases: the client, its default credentials, and one call. */
async function plainClient(folder: string) {
  const entry = join(folder, 'plain.ts')
  const path = join(folder, 'plain.mjs')
  const client = join(import.meta.dirname, '../../node_modules/@aws-sdk/client-dynamodb')
  writeFileSync(entry, plainHandler(client))
  await build({ ...bundleOptions(entry, path), alias: {}, plugins: [] })
  return { name: PLAIN, path, bytes: 0, gzipBytes: 0, event: {} }
}

const plainHandler = (client: string) => `
import { DynamoDBClient, GetItemCommand } from '${client}'
const client = new DynamoDBClient({ endpoint: process.env.${ENV.dynamodbEndpoint} })
const get = new GetItemCommand({ TableName: 'bench', Key: { pk: { S: 'a' }, sk: { S: 'b' } } })
export const handler = () => client.send(get)`

/**
 * A bundle that streams asks Lambda's runtime for its global and is given the stream before the context. What the runtime's
 * own stream costs is not ours.
 */
const MEASURE = `
const { Writable } = await import('node:stream')
const mustSucceed = ({ statusCode } = {}) => { if (statusCode >= 500) throw new Error('It answered ' + statusCode) }
const mustBeRefusal = (error) => { if (error.message !== 'Unauthorized') throw error }
const sink = () => new Writable({ write: (chunk, encoding, done) => done() })
globalThis.awslambda = {
  HttpResponseStream: { from: (stream, head) => (mustSucceed(head), stream) },
  streamifyResponse: (handler) => (event, context) => handler(event, sink(), context),
}
const sinceThen = (start) => { const { user, system } = process.cpuUsage(start); return (user + system) / 1000 }
const start = process.cpuUsage()
const { handler } = await import(process.argv[1])
const init = sinceThen(start); const begun = process.cpuUsage()
const context = { awsRequestId: 'bench', getRemainingTimeInMillis: () => 15000 }
mustSucceed(await handler(JSON.parse(process.argv[2]), context).catch(mustBeRefusal))
process.stdout.write(JSON.stringify({ init, first: sinceThen(begun) }))
process.exit(0)`

async function runOnce({ path, event, runs }: Variant, endpoint: string): Promise<void> {
  const args = ['--disable-proto=delete', '--input-type=module', '-e', MEASURE, path, JSON.stringify(event)]
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: lambdaEnvironment(endpoint) })
  // What a function logs comes before.
  runs.push(JSON.parse(stdout.slice(stdout.lastIndexOf('\n') + 1)) as Run)
}

const lambdaEnvironment = (endpoint: string): NodeJS.ProcessEnv => ({
  [ENV.requestLog]: 'off',
  [ENV.dynamodbEndpoint]: endpoint,
  [ENV.tableName]: 'bench',
  [ENV.deployment]: 'bench',
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
})

const least = (runs: readonly Run[], of: (run: Run) => number): number => Math.min(...runs.map(of))
const both = ({ init, first }: Run): number => init + first

function present(variants: readonly Variant[]): { text: string; over: string[] } {
  const reference = least(variants.find(({ name }) => name === PLAIN)?.runs ?? [], both)
  const judged = variants.map((variant) => ({ variant, said: verdict(variant, reference) }))
  const rows = judged.map(({ variant, said }) => {
    const { name, bytes, gzipBytes, runs } = variant
    const size = bytes > 0 ? `${Math.ceil(bytes / KB)} (${Math.ceil(gzipBytes / KB)})` : ''
    const times = [least(runs, ({ init }) => init), least(runs, ({ first }) => first), least(runs, both)]
    const middle = median(runs.map(both))
    return [name, size, budgetOf(name), ...times.map(round), round(middle), round(least(runs, both) / reference), said]
  })
  const head = [
    ...['function', 'KB (gz)', 'budget', 'init, CPU ms', 'first request', 'both, least', 'median'],
    ...['× plain', 'verdict'],
  ]
  return {
    text: toMarkdown(head, rows),
    over: judged.flatMap(({ variant, said }) => (said === 'OVER' ? [variant.name] : [])),
  }
}

const coldBudget = (name: string): ColdBudget | undefined => COLD_BUDGETS[name as LambdaName]

function budgetOf(name: string): string {
  const budget = coldBudget(name)
  return budget ? `≤ ${budget.kb} (${budget.gzipKb}), ≤ ${budget.ratio} × plain` : ''
}

function verdict({ name, bytes, gzipBytes, runs }: Variant, reference: number): string {
  const budget = coldBudget(name)
  if (!budget) return ''
  const { kb, gzipKb, ratio } = budget
  const tooLarge = bytes > kb * KB || gzipBytes > gzipKb * KB
  return tooLarge || least(runs, both) / reference > ratio ? 'OVER' : 'ok'
}
