import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda'
import type { Change } from './charges.ts'
import type { AwsProxy } from './proxy.ts'

/** How a function hears of a table's stream; times in milliseconds. */
export interface TableStreamOptions {
  /** Calls the function; what it rejects or names in `batchItemFailures` comes again. */
  deliver(event: DynamoDBStreamEvent): Promise<unknown>
  /** The filter: of the other records nobody hears. */
  isMeant(record: DynamoDBRecord): boolean
  /** Whether a batch that was taken is delivered once more: streams promise at least once. */
  doubles?: () => boolean
  /** Whether a record is lost, as those that expire. */
  loses?: () => boolean
  batchSize?: number
  retryMs?: number
  /** After so many deliveries that failed a batch is given up. */
  maxAttempts?: number
}

/** The stream of the tables behind a proxy, which the local engine has not. */
export interface TableStream {
  /** Settles when no record is waiting or being delivered. */
  idle(): Promise<void>
  /** Records that were given up. */
  dead: readonly DynamoDBRecord[]
  close(): Promise<void>
}

/** Delivers what is written through a proxy, in order and in batches, one at a time: a stream of one shard. */
export function startTableStream(proxy: AwsProxy, options: TableStreamOptions): TableStream {
  const shard = new Shard(options)
  proxy.onChange((change) => shard.take(change))
  return { idle: () => shard.idle(), dead: shard.dead, close: () => shard.close() }
}

class Shard {
  readonly dead: DynamoDBRecord[] = []
  readonly #options: TableStreamOptions
  readonly #waiting: DynamoDBRecord[] = []
  #working: Promise<void> | undefined
  #closed = false
  #sequence = 0

  constructor(options: TableStreamOptions) {
    this.#options = options
  }

  /** A write that changes nothing leaves no record. */
  take(change: Change): void {
    if (this.#closed || isDeepStrictEqual(change.before, change.after)) return
    const record = toRecord(change, ++this.#sequence)
    if (!this.#options.isMeant(record) || this.#options.loses?.()) return
    this.#waiting.push(record)
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined
    })
  }

  async idle(): Promise<void> {
    while (this.#working) await this.#working
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.idle()
  }

  async #work(): Promise<void> {
    const { batchSize = 100, retryMs = 100, maxAttempts = 10, doubles } = this.#options
    // A shard is polled: what one call has written is mostly found together.
    await sleep(1)
    for (let attempt = 1; this.#waiting.length > 0 && !this.#closed; ) {
      const batch = this.#waiting.slice(0, batchSize)
      const done = await this.#deliver(batch)
      if (done === batch.length && doubles?.()) await this.#deliver(batch)
      const isGivenUp = done < batch.length && attempt >= maxAttempts
      const gone = this.#waiting.splice(0, isGivenUp ? batch.length : done)
      if (isGivenUp) this.dead.push(...gone.slice(done))
      attempt = done > 0 || isGivenUp ? 1 : attempt + 1
      if (done < batch.length && !isGivenUp) await sleep(retryMs)
    }
  }

  /** How many records from the first one on were taken; all up to the first that failed. */
  async #deliver(batch: DynamoDBRecord[]): Promise<number> {
    try {
      const answer = (await this.#options.deliver({ Records: batch })) as Failures | null | undefined
      const failed = new Set((answer?.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier))
      const first = batch.findIndex(({ dynamodb }) => failed.has(dynamodb?.SequenceNumber ?? ''))
      if (failed.size === 0) return batch.length
      return Math.max(0, first)
    } catch {
      return 0
    }
  }
}

interface Failures {
  batchItemFailures?: { itemIdentifier: string }[]
}

function toRecord({ shape, key, before, after }: Change, sequence: number): DynamoDBRecord {
  const images = { ...(before && { OldImage: before }), ...(after && { NewImage: after }) }
  const dynamodb = {
    Keys: key,
    ...images,
    SequenceNumber: String(sequence).padStart(21, '0'),
    StreamViewType: 'NEW_AND_OLD_IMAGES',
  } as NonNullable<DynamoDBRecord['dynamodb']>
  const eventName = before ? (after ? 'MODIFY' : 'REMOVE') : 'INSERT'
  const eventID = `${shape.name}-${sequence}`
  return { eventID, eventName, eventSource: 'aws:dynamodb', awsRegion: 'us-east-1', dynamodb }
}
