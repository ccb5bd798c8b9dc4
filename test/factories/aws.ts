import { randomUUID } from 'node:crypto'
import { beforeAll } from 'vitest'
import { createTable } from '../../local/engine/create-table.ts'
import type { Db } from '../../shared/store/client.ts'
import { LambdaPool } from '../aws/lambda/lambda-pool.ts'
import { CALM, type PlanInput } from '../aws/plan.ts'
import { type AwsProxy, startAwsProxy } from '../aws/proxy.ts'
import { engineEndpoint, openTestDb } from './engine.ts'
import { startTestSystem, type TestSystem, type TestSystemOptions } from './system.ts'

/** A table whose engine has AWS's manners; `aws()` is there from the first test on. */
export type AwsDb = Db & { aws(): AwsProxy }

/**
 * As `withTable`, behind a proxy that treats callers as AWS would by the plan: with its usual burst, so that only tests
 * about throttling meet any; with conflicts, and an index that lags a little.
 */
export function withAwsTable(plan: PlanInput = CALM): AwsDb {
  const started = Promise.withResolvers<AwsProxy>()
  let proxy: AwsProxy | undefined
  const endpoint = async () => toEndpoint((await started.promise).endpoint)
  const db = openTestDb(`test-${randomUUID()}`, { endpoint })
  beforeAll(async () => {
    proxy = await startAwsProxy(engineEndpoint(), plan)
    started.resolve(proxy)
    await createTable(db)
    return proxy.close
  })
  const aws = () => {
    if (!proxy) throw new Error('The proxy starts before the first test')
    return proxy
  }
  return { ...db, aws }
}

function toEndpoint(url: string) {
  const { protocol, hostname, port, pathname: path } = new URL(url)
  return { protocol, hostname, port: Number(port), path }
}

/** A system behind AWS's manners; `lambda` where its functions run in processes of their own. */
export type AwsSystem = TestSystem & { aws: AwsProxy; lambda: LambdaPool }

/**
 * As `withSystem`, behind the proxy; and with its functions in processes that are frozen after their answer and killed
 * at their limit, as Lambda does it.
 */
export function withAwsSystem(plan: PlanInput = CALM, options: TestSystemOptions = {}): AwsSystem {
  const system = {} as AwsSystem
  beforeAll(async () => {
    const aws = await startAwsProxy(engineEndpoint(), plan)
    const lambda = new LambdaPool()
    const started = await startTestSystem({ ...options, endpoint: aws.endpoint, handlers: lambda.handlers })
    Object.assign(system, started, { aws, lambda })
    return async () => {
      await started.stop()
      await lambda.close()
      await aws.close()
    }
  })
  return system
}
