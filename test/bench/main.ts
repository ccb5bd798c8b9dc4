import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
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
    const report = toReport(budgets, calls.text, coldStarts.text, parsing.text)
    process.stdout.write(report)
    if (process.argv.includes('--write')) writeFileSync(join(import.meta.dirname, '../../docs/performance.md'), report)
    process.exitCode = [over, calls.over, coldStarts.over, parsing.over].flat().length > 0 ? 1 : 0
  } finally {
    await proxy.close()
    await engine.stop()
  }
}

const toReport = (budgets: string, calls: string, coldStarts: string, parsing: string): string => `# Performance

Written by \`npm run bench -- --write\`. Round trips and units do not depend on the machine; times do, and are the least
and the median of several runs. Units are what AWS charges, counted by the proxy of \`test/aws\`: absent keys and empty
queries too; in a transaction two for each started kilobyte of each item, condition checks alike, and one for what an
index has to change.

## Cost per operation

For a user of just under 1 KB, the authorizer's answer being cached. RT are sequential round trips to DynamoDB, the one
that stores the REST event included; read and write are capacity units. Nothing may grow with the number of users,
groups, members or events but by what is returned. What shows a user's groups takes a round trip more, and
half a read unit for each group: the index tells ids only, the names come from the groups themselves. An auditor's
question writes one more unit when it comes through the events function, since asking is an event too. Large changes
count with what the worker does after the answer. The first list of a process waits for the counts, one round trip more,
where the caller sees only its own.

Beside all that, a process looks once in two seconds which tokens have ended (1 read unit) and notes once a minute that a
token is in use (1 write unit for each block of addresses), both beside the request's own calls: no round trip more
([0025](decisions/0025-use-of-tokens.md)).

${budgets}

The dollars are DynamoDB's list price on demand in us-east-1 (0.125 for a million read units, 0.625 for a million write
units, 2026); of rows and members, for a million of those. Besides, a million requests cost 3.50 at API Gateway and about
0.53 at Lambda (512 MB, 50 ms each); an authorizer that is not cached as much at Lambda again. The worker takes
a second for a thousand members of a large change, since a partition takes no more: a million of them are about 1,000
seconds of 512 MB, 0.007, and some 50 messages of the queue. The stream is free for Lambda; the schedule that looks for
lost doorbells takes 43,200 invocations a month, 0.02.

## Processor time of a call

What a call of DynamoDB takes of this process's processor time, beside the bare document client in the same run, in turns:
medians of 11 rounds of 100 calls each ([0024](decisions/0024-lean-calls.md)).

${calls}

## Cold start

Bundles as they are deployed, in fresh processes, before a table that is empty. \`init\` is the processor time that
importing the bundle takes over bare Node, \`first request\` that of the first one: of the rehearsed kind where a create was
rehearsed, with other content. The budget is for both. It is compared with a bundle that holds the DynamoDB client and sends
one GetItem, so that a busy machine changes little. A start opens its connection and rehearses
([0024](decisions/0024-lean-calls.md)): this moves work from the first request to init, and saves none.

${coldStarts}

## Parsing

At half, once and twice the size that has a budget. Twice the size, a filter is longer than any that is accepted.

${parsing}

## Whole syncs

\`npm run load -- --aws\` runs them through the local gateway at AWS's rates, without the burst that AWS grants but does
not promise, each function in a process of its own, and prints every figure beside its goal; \`.rolecall/load.json\` keeps
them. Counts decide on the outcome: refusals, losses, units that grow. Times are shown: they depend on the machine, which
plays the identity provider, the gateway, the functions and the table at once. \`--only large-changes\` runs one scenario,
\`--scale 0.1\` a tenth of everything.

${toMarkdown(
  ['scenario', 'what', 'goal'],
  SCENARIOS.map(({ name, about, goal }) => [name, about, goal]),
)}
`

await main()
