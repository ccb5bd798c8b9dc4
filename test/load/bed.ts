import { randomUUID } from 'node:crypto'
import { BACKGROUND_NAMES, LAMBDA_NAMES } from '../../infra/bundling.ts'
import { createTable } from '../../local/engine/create-table.ts'
import { LOCAL_AWS } from '../../local/environment.ts'
import type { SeededIntegration } from '../../local/seed.ts'
import { startSystem } from '../../local/system.ts'
import { ENV, parseConfig } from '../../shared/config.ts'
import { type Db, openDb } from '../../shared/store/client.ts'
import { type BackgroundFaults, startBackground } from '../aws/background.ts'
import { LambdaPool } from '../aws/lambda/lambda-pool.ts'
import type { LogTarget } from '../aws/lambda/lambda-process.ts'
import { type PlanInput, UNLIMITED } from '../aws/plan.ts'
import { type AwsProxy, startAwsProxy } from '../aws/proxy.ts'
import type { TestSystem } from '../factories/system.ts'
import { client, type Request } from '../rfc/client.ts'

/** The account that the local system seeds. */
export const ACCOUNT = 'default'

/** Functions that scenarios measure; their first start is none of it. */
const MEASURED = LAMBDA_NAMES.filter((name) => /^(authorizer|users|group)/.test(name))

/** AWS's rates without burst, some latency and lag. */
const AWS_PLAN: PlanInput = { latencyMs: 4, indexLagMs: 20 }

export interface BedOptions {
  /** Where the engine listens. */
  engine: string
  /** Whether callers are treated as AWS would; else they are only charged so. */
  aws: boolean
  log: LogTarget
  /** What becomes of the stream's records and the queue's messages. */
  faults?: BackgroundFaults
}

/** The whole system in a table of its own, its functions in processes, with a client's and with an engine's eyes. */
export interface Bed {
  /** The client of an integration. */
  as(integration: SeededIntegration): Request
  /** Okta's client. */
  request: Request
  aws: AwsProxy
  lambda: LambdaPool
  /** The table through the proxy, as functions see it. */
  db: Db
  /** The table without the proxy: for what comes before and after a measurement. */
  store: Db
  close(): Promise<void>
}

/** Starts gateway, functions and what finishes their work over an engine, behind the proxy. */
export async function startBed({ engine, aws: treated, log, faults }: BedOptions): Promise<Bed> {
  const aws = await startAwsProxy(engine, UNLIMITED)
  const lambda = new LambdaPool(log)
  const background = await startBackground(lambda, faults)
  const closeAll = async () => {
    await background.close()
    await lambda.close()
    await aws.close()
  }
  const system = await startSystem({
    endpoint: aws.endpoint,
    tableName: `load-${randomUUID()}`,
    prepare: createTable,
    env: { [ENV.requestLog]: 'off', [ENV.workQueueUrl]: background.queueUrl },
    driver: false,
    handlers: lambda.handlers,
    logFailure: () => {},
  }).catch(async (error) => {
    await closeAll()
    throw error
  })
  background.listenTo(aws)
  const store = openDb({ ...parseConfig(process.env), dynamodbEndpoint: engine }, LOCAL_AWS)
  const as = (integration: SeededIntegration) => client(system as TestSystem, integration).request
  await lambda.warm([...MEASURED, ...BACKGROUND_NAMES])
  if (treated) aws.setPlan(AWS_PLAN)
  const close = async () => {
    await system.stop()
    await closeAll()
    store.client.destroy()
  }
  return { as, request: as('OKTA_PROVISIONING'), aws, lambda, db: system.db, store, close }
}
