import { createTable } from '../../local/engine/create-table.ts'
import { startEngine } from '../../local/engine/engine.ts'
import { LOCAL_AWS } from '../../local/environment.ts'
import type { Principal } from '../../shared/auth/principal.ts'
import type { Config } from '../../shared/config.ts'
import { openDoorkeeper } from '../../shared/http/doorkeeper.ts'
import { openDb } from '../../shared/store/client.ts'
import { UNLIMITED } from '../aws/plan.ts'
import { type AwsProxy, startAwsProxy } from '../aws/proxy.ts'
import { OKTA } from '../factories/api-event.ts'
import { SCENARIOS } from '../load/scenarios.ts'
import { type Pair, presentBudgets } from './budget-table.ts'
import { presentCalls } from './calls.ts'
import { presentColdStarts } from './cold-start.ts'
import { Meter } from './meter.ts'
import { addMembers, type Bench, measureOperations } from './operations.ts'
import { presentParsing } from './parsing.ts'
import { report } from './report.ts'
import { type Send, scimClient } from './scim-client.ts'
import { seedUsers } from './seed.ts'
import { toMarkdown } from './table.ts'

const [SMALL, LARGE] = [1_000, 10_000]

/** Measures every operation with a budget in a system of 1,000 users, then in the same with 10,000. */
async function measureBudgets(proxy: AwsProxy): Promise<Pair[]> {
  const bench = await openBench(proxy)
  bench.users = await seedUsers(bench.db, bench.caller, 1, SMALL)
  await addMembers(bench, bench.users.slice(0, 10))
  const small = await measureOperations(bench)
  bench.users.push(...(await seedUsers(bench.db, bench.caller, SMALL + 1, LARGE)))
  const large = await addMembers(bench, bench.users)
  const again = await measureOperations(bench)
  const pairs = again.map((measured, i) => ({ small: small[i], large: measured }))
  return [...pairs.slice(0, -2), { small: undefined, large }, ...pairs.slice(-2)]
}

const configOf = (endpoint: string): Config => ({
  tableName: 'bench',
  dynamodbEndpoint: endpoint,
  publicBaseUrl: 'https://scim.example.com/scim/v2',
  eventRetentionDays: 90,
  requestLog: false,
})

const openBenchDb = (endpoint: string) => openDb(configOf(endpoint), LOCAL_AWS)

async function openBench(proxy: AwsProxy): Promise<Bench> {
  const { endpoint } = proxy
  // A clock that stands: in how many slices the worker applies a change must not depend on the machine.
  const started = Date.now()
  const db = { ...openBenchDb(endpoint), clock: () => started }
  await createTable(db)
  const meter = new Meter(db, () => proxy)
  const sendAs = (caller: Principal) => scimClient(configOf(endpoint), db, caller)
  const sendAnew: Send = (request) => scimClient(configOf(endpoint), db, OKTA, openDoorkeeper())(request)
  return { db, meter, send: sendAs(OKTA), sendAs, sendAnew, caller: OKTA, users: [], group: '' }
}

async function main(): Promise<void> {
  const engine = await startEngine()
  const proxy = await startAwsProxy(engine.endpoint, UNLIMITED)
  try {
    const { text: budgets, over } = presentBudgets(await measureBudgets(proxy))
    const parsing = presentParsing()
    const coldStarts = await presentColdStarts()
    const calls = await presentCalls(openBenchDb(engine.endpoint), engine.endpoint)
    report({
      ...{ operations: budgets, calls: calls.text, 'cold starts': coldStarts.text, parsing: parsing.text },
      syncs: toMarkdown(
        ['scenario', 'what', 'goal'],
        SCENARIOS.map(({ name, about, goal }) => [name, about, goal]),
      ),
    })
    process.exitCode = [over, calls.over, coldStarts.over, parsing.over].flat().length > 0 ? 1 : 0
  } finally {
    await proxy.close()
    await engine.stop()
  }
}

await main()
