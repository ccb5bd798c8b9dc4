import type { EngineAnswer, EngineConnection } from '../engine/engine-connection.ts'
import { CONTENT_TYPE } from '../engine/engine-connection.ts'
import { type EngineCall, type EngineProxy, startEngineProxy } from '../engine/engine-proxy.ts'
import { batchWrites, type Input, singleWrite, transactWrites, type WriteRequest } from '../engine/wire.ts'
import { type ItemKey, toItemKey } from './item-key.ts'
import type { Replicator } from './replicator.ts'

export interface WriteProxyOptions {
  region: string
  engine: EngineConnection
  tableName: string
  /** Hears of each item that the engine has written, whoever sent it. */
  replicator: Pick<Replicator, 'write' | 'isLost'>
  port?: number
}

/** Stands before the engine of a region and passes everything on as it is. Of a region that is lost nobody hears anything. */
export function startWriteProxy({
  region,
  engine,
  tableName,
  replicator,
  port,
}: WriteProxyOptions): Promise<EngineProxy> {
  const pass = async (call: EngineCall): Promise<EngineAnswer> => {
    const { operation, body, headers } = call
    if (UNREAD.test(operation)) return refuse(operation)
    const keys = WRITES.test(operation) ? writtenKeys(operation, parse(body), tableName) : []
    const send = () => engine.send(operation, body, headers)
    if (keys.length === 0) return send()
    return replicator.write(region, keys, async () => {
      const answer = await send()
      return { answer, written: answer.status === 200 ? withoutUndone(keys, operation, answer, tableName) : [] }
    })
  }
  return startEngineProxy(async (call) => {
    if (replicator.isLost(region)) return undefined
    const answer = await pass(call)
    return replicator.isLost(region) ? undefined : answer
  }, port)
}

const WRITES = /^(PutItem|UpdateItem|DeleteItem|BatchWriteItem|TransactWriteItems)$/
/** Ways to write that are not read here, and that nothing of ours goes. */
const UNREAD = /^(ExecuteStatement|BatchExecuteStatement|ExecuteTransaction)$/

function refuse(operation: string): EngineAnswer {
  const message = `${operation} is refused: the replication between the regions of this machine does not see what it writes`
  const body = Buffer.from(JSON.stringify({ __type: 'com.amazon.coral.validate#ValidationException', message }))
  return { status: 400, headers: { 'content-type': CONTENT_TYPE }, body }
}

const parse = (body: Buffer) => JSON.parse(body.toString('utf8'))

/** The items that a call writes if it succeeds. */
function writtenKeys(operation: string, input: Input, tableName: string): ItemKey[] {
  const writes = writesOf(operation, input)
  return writes
    .filter(({ table, action }) => table === tableName && action !== 'ConditionCheck')
    .map(({ item }) => toItemKey(item))
}

function writesOf(operation: string, input: Input): WriteRequest[] {
  if (operation === 'TransactWriteItems') return transactWrites(input)
  if (operation === 'BatchWriteItem') return batchWrites(input).map(({ write }) => write)
  return [singleWrite(operation as Parameters<typeof singleWrite>[0], input)]
}

/** A batch may be done in part. */
function withoutUndone(keys: ItemKey[], operation: string, { body }: EngineAnswer, tableName: string): ItemKey[] {
  if (operation !== 'BatchWriteItem') return keys
  const undone = new Set(writtenKeys(operation, { RequestItems: parse(body).UnprocessedItems }, tableName))
  return keys.filter((key) => !undone.has(key))
}
