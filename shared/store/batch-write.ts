import { BatchWriteCommand, type BatchWriteCommandInput } from '@aws-sdk/lib-dynamodb'
import { chunks } from './batch.ts'
import type { Db } from './client.ts'
import { Pace } from './pace.ts'
import { stampedItem } from './regions/gate.ts'
import { isThrottled } from './throttling.ts'

export type WriteRequest = NonNullable<BatchWriteCommandInput['RequestItems']>[string][number]

export interface WriteOptions {
  pace?: Pace
  /** The partition that the pace is about; others take what comes. */
  partition?: string
  /** Epoch ms by the table's clock: nothing is sent after it. */
  until?: number
}

const WRITE_LIMIT = 25
/** Batches in flight at once. */
const PARALLEL = 16
const UNIT_BYTES = 1024

/**
 * Puts and deletes items, in parallel batches, until DynamoDB has taken every one of them; not atomic, and in no order.
 * False where the time was over before, or would be by the pace; then nothing of it is on its way any more.
 */
export async function batchWrite(db: Db, requests: WriteRequest[], options: WriteOptions = {}): Promise<boolean> {
  const { pace = new Pace(), partition, until = Number.POSITIVE_INFINITY } = options
  const waiting = chunks(
    requests.map((request) => stamped(db, request)),
    WRITE_LIMIT,
  )
  const failures: unknown[] = []
  const sending = new Set<Promise<void>>()
  const send = async (batch: WriteRequest[]) => {
    const rest = await sendBatch(db, batch, until)
    if (rest.length > 0) pace.throttled()
    else pace.written(unitsOf(batch, partition))
    if (rest.length > 0) waiting.push(rest)
  }
  while (failures.length === 0 && db.clock() < until) {
    const batch = sending.size < PARALLEL ? waiting.shift() : undefined
    if (!batch && sending.size === 0) break
    if (!batch) {
      await Promise.race(sending)
      continue
    }
    if (!(await pace.take(unitsOf(batch, partition), until - db.clock()))) {
      waiting.push(batch)
      break
    }
    const sent: Promise<void> = send(batch)
      .catch((error) => void failures.push(error))
      .finally(() => sending.delete(sent))
    sending.add(sent)
  }
  await Promise.all(sending)
  if (failures.length > 0) throw failures[0]
  return waiting.length === 0
}

const stamped = (db: Db, request: WriteRequest): WriteRequest =>
  request.PutRequest?.Item ? { PutRequest: { Item: stampedItem(db, request.PutRequest.Item) } } : request

/** What DynamoDB left of a batch. A process may be frozen and go on hours later: no attempt of it leaves after `until`. */
async function sendBatch(db: Db, batch: WriteRequest[], until: number): Promise<WriteRequest[]> {
  const command = new BatchWriteCommand({ RequestItems: { [db.tableName]: batch } })
  command.middlewareStack.add(
    (next) => (args) => {
      if (db.clock() >= until) throw tooLate()
      return next(args)
    },
    { step: 'finalizeRequest', priority: 'low' },
  )
  try {
    const { UnprocessedItems } = await db.client.send(command)
    return UnprocessedItems?.[db.tableName] ?? []
  } catch (error) {
    if (!isThrottled(error) && !isTooLate(error)) throw error
    return batch
  }
}

const TOO_LATE = 'TooLate'
const tooLate = () => Object.assign(new Error('A batch of writes ran out of time'), { name: TOO_LATE })
const isTooLate = (error: unknown) => error instanceof Error && error.name === TOO_LATE

/** Write units that a batch takes of the partition. */
const unitsOf = (batch: WriteRequest[], partition: string | undefined): number =>
  batch.reduce((sum, { PutRequest, DeleteRequest }) => {
    const { pk, display } = PutRequest?.Item ?? DeleteRequest?.Key ?? {}
    return pk === partition ? sum + memberUnits(String(display ?? '')) : sum
  }, 0)

/** Write units that a membership takes, with a display or none. */
export const memberUnits = (display = ''): number => 1 + Math.floor(Buffer.byteLength(display) / UNIT_BYTES)
