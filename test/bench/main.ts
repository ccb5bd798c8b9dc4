import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createTable } from '../../local/engine/create-table.ts'
import { startEngine } from '../../local/engine/engine.ts'
import { LOCAL_AWS } from '../../local/environment.ts'
import type { Principal } from '../../shared/auth/principal.ts'
import type { Config } from '../../shared/config.ts'
import { openDb } from '../../shared/store/client.ts'
import { OKTA } from '../factories/api-event.ts'
import { type Pair, presentBudgets } from './budget-table.ts'
import { presentColdStarts } from './cold-start.ts'
import { Meter } from './meter.ts'
import { addMembers, type Bench, measureOperations } from './operations.ts'
import { presentParsing } from './parsing.ts'
import { scimClient } from './scim-client.ts'
import { seedUsers } from './seed.ts'

const [SMALL, LARGE] = [1_000, 10_000]

/** Measures every operation with a budget in a system of 1,000 users, then in the same with 10,000. */
async function measureBudgets(endpoint: string): Promise<Pair[]> {
  const bench = await openBench(endpoint)
  bench.users = await seedUsers(bench.db, bench.caller, 1, SMALL)
  await addMembers(bench, bench.users.slice(0, 10))
  const small = await measureOperations(bench)
  bench.users.push(...(await seedUsers(bench.db, bench.caller, SMALL + 1, LARGE)))
  const large = await addMembers(bench, bench.users)
  const again = await measureOperations(bench)
  const pairs = again.map((measured, i) => ({ small: small[i], large: measured }))
  return [...pairs.slice(0, -2), { small: undefined, large }, ...pairs.slice(-2)]
}

async function openBench(endpoint: string): Promise<Bench> {
  const config: Config = {
    tableName: 'bench',
    dynamodbEndpoint: endpoint,
    publicBaseUrl: 'https://scim.example.com/scim/v2',
    eventRetentionDays: 90,
    requestLog: false,
  }
  // A clock that stands: whether the pending work has just been looked at must not depend on the machine.
  const started = Date.now()
  const db = { ...openDb(config, LOCAL_AWS), clock: () => started }
  await createTable(db)
  const meter = new Meter(db)
  const sendAs = (caller: Principal) => scimClient(config, db, caller)
  return { db, meter, send: sendAs(OKTA), sendAs, caller: OKTA, users: [], group: '' }
}

async function main(): Promise<void> {
  const engine = await startEngine()
  try {
    const { text: budgets, over } = presentBudgets(await measureBudgets(engine.endpoint))
    const parsing = presentParsing()
    const coldStarts = await presentColdStarts()
    const report = toReport(budgets, coldStarts.text, parsing.text)
    process.stdout.write(report)
    if (process.argv.includes('--write')) writeFileSync(join(import.meta.dirname, '../../docs/performance.md'), report)
    process.exitCode = [over, coldStarts.over, parsing.over].flat().length > 0 ? 1 : 0
  } finally {
    await engine.stop()
  }
}

const toReport = (budgets: string, coldStarts: string, parsing: string): string => `# Performance

Written by \`npm run bench -- --write\`. Round trips and units do not depend on the machine; times do, and are the least
and the median of several runs. Units are what the local engine says it consumed (ReturnConsumedCapacity), but for
transactions, where it counts index entries once: those are counted with two units for each started kilobyte of each
item, index entries and condition checks alike.

## Cost per operation

For a user of just under 1 KB, the authorizer's answer being cached. RT are sequential round trips to DynamoDB, the one
that stores the REST event included; read and write are capacity units. Nothing may grow with the number of users,
groups, members or events but by what is returned. An auditor's question writes one more unit when it comes through
the events function, since asking is an event too. A process that shows \`groups\` looks for pending work every five
seconds: 1 read unit more, at no round trip, for the first such request of them. The first list of a process waits for the
counts, one round trip more, where the caller sees only its own.

${budgets}

## Cold start

Bundles as they are deployed. \`init\` is what importing the bundle takes in a fresh process, over bare Node; processor
time is compared with a bundle that holds the DynamoDB client and nothing else, so that a busy machine changes little.

${coldStarts}

## Parsing

At half, once and twice the size that has a budget. Twice the size, a filter is longer than any that is accepted.

${parsing}
`

await main()
