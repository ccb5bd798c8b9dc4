import type { DynamoDBRecord } from 'aws-lambda'
import { type FifoQueue, startFifoQueue } from './fifo-queue.ts'
import type { LambdaPool } from './lambda/lambda-pool.ts'
import type { AwsProxy } from './proxy.ts'
import { startTableStream, type TableStream, type TableStreamOptions } from './table-stream.ts'

/** How messages and records go astray. */
export type BackgroundFaults = Pick<TableStreamOptions, 'doubles' | 'loses'>

/** What finishes committed changes when deployed: stream, queue, schedule and the two functions they call. */
export interface Background {
  /** Of the functions' environment. */
  queueUrl: string
  /** Rings for what is written through this proxy. */
  listenTo(proxy: AwsProxy): void
  close(): Promise<void>
}

/** As `infra/unfinished-work.ts` deploys it. */
const VISIBILITY_MS = 60_000
const EVERY_MS = 60_000
const CHANGES_LIMIT_MS = 15_000
const WORKER_LIMIT_MS = 40_000

/** Starts queue and schedule; functions are called in the processes of the pool, and may be killed there. */
export async function startBackground(pool: LambdaPool, faults: BackgroundFaults = {}): Promise<Background> {
  const changes = (event: unknown) => pool.call('changes', event, CHANGES_LIMIT_MS)
  const worker = (event: unknown) => pool.call('worker', event, WORKER_LIMIT_MS)
  const { doubles } = faults
  const queue: FifoQueue = await startFifoQueue({
    deliver: worker,
    visibilityMs: VISIBILITY_MS,
    ...(doubles && { doubles }),
  })
  let streams: TableStream[] = []
  let minutes = 0
  // What fails is found again in the next minute.
  const schedule = setInterval(() => void changes({ id: `minute-${minutes++}` }).catch(() => {}), EVERY_MS)
  return {
    queueUrl: queue.url,
    listenTo: (proxy) => streams.push(startTableStream(proxy, { deliver: changes, isMeant: isHead, ...faults })),
    async close() {
      clearInterval(schedule)
      await Promise.all(streams.map((stream) => stream.close()))
      streams = []
      await queue.close()
    },
  }
}

/** The filter of the stream: queue heads that a request wrote. */
function isHead({ dynamodb: { Keys, NewImage } = {} }: DynamoDBRecord): boolean {
  return /^(GROUP|USER)#/.test(Keys?.sk?.S ?? '') && NewImage?.writer?.S === 'request'
}
