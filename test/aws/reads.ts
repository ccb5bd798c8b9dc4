import { type Backend, conflictOutcome, type Outcome, type Send, throttledOutcome } from './backend.ts'
import { type Charge, type Consistency, leastOf, readCharge } from './charges.ts'
import type { EngineAnswer } from './engine-connection.ts'
import type { Page } from './index-lag.ts'
import type { Item } from './item-size.ts'
import { type Cancellation, cancelled, throttled, toAnswer } from './refusals.ts'
import { itemId, type TableShape } from './table-shape.ts'
import { type BatchRead, type Input, project, queriedPartition } from './wire.ts'

const consistencyOf = ({ ConsistentRead }: Pick<Input, 'ConsistentRead'>): Consistency =>
  ConsistentRead ? 'strong' : 'eventual'

const bodyOf = <T>({ body }: EngineAnswer): T => JSON.parse(body.toString('utf8'))

/** Items are read whole, since that is what is paid; the projection is made here. */
const whole = <T extends Partial<BatchRead>>({ ProjectionExpression: _, ExpressionAttributeNames: __, ...rest }: T) =>
  rest

/** GetItem. */
export async function readOne(backend: Backend, input: Input, send: Send): Promise<Outcome> {
  const shape = await backend.shapes.of(input.TableName ?? '')
  const key = input.Key ?? {}
  const least = readCharge(shape, key, undefined, consistencyOf(input))
  const short = backend.draws(backend.plan.throttledCalls) ? least : backend.shortOf([least])
  if (short) return throttledOutcome(throttled(shape, short))
  backend.take([least])
  await backend.delay()
  const answer = await send(whole(input))
  if (answer.status !== 200) return { answer, charges: backend.correct([least], []), refused: undefined }
  const { Item } = bodyOf<{ Item?: Item }>(answer)
  const charges = backend.correct([least], [readCharge(shape, key, Item, consistencyOf(input))])
  const shown =
    Item && input.ProjectionExpression !== undefined ? toAnswer(200, { Item: project(Item, input) }) : answer
  return { answer: shown, charges, refused: undefined }
}

/** One key of a batch. */
interface AskedKey {
  shape: TableShape
  request: BatchRead
  key: Item
  least: Charge
}

/** BatchGetItem: keys that are throttled come back as unprocessed; absent ones are paid like any other. */
export async function readBatch(backend: Backend, input: Input, send: Send): Promise<Outcome> {
  const asked = await batchKeys(backend, (input.RequestItems ?? {}) as Record<string, BatchRead>)
  const [admitted, undone] = admitKeys(backend, asked)
  const refused = undone.length > 0 ? 'throttled' : undefined
  if (admitted.length === 0 && undone[0]) return throttledOutcome(throttled(undone[0].shape, undone[0].least))
  await backend.delay()
  const answer = await send({ ...input, RequestItems: toRequestItems(admitted, whole) })
  const taken = admitted.map(({ least }) => least)
  if (answer.status !== 200) return { answer, charges: backend.correct(taken, []), refused: undefined }
  const { Responses = {}, UnprocessedKeys = {} } = bodyOf<BatchAnswer>(answer)
  const charges = backend.correct(taken, batchCharges(admitted, Responses))
  const left = toRequestItems(undone, (request) => request)
  for (const [table, { Keys }] of Object.entries(UnprocessedKeys)) {
    left[table] = { ...(input.RequestItems?.[table] as BatchRead), Keys: [...(left[table]?.Keys ?? []), ...Keys] }
  }
  const shown = Object.entries(Responses).map(([table, items]) => {
    const request = input.RequestItems?.[table] as BatchRead
    return [table, items.map((item) => project(item, request))]
  })
  return { answer: toAnswer(200, { Responses: Object.fromEntries(shown), UnprocessedKeys: left }), charges, refused }
}

interface BatchAnswer {
  Responses?: Record<string, Item[]>
  UnprocessedKeys?: Record<string, BatchRead>
}

async function batchKeys(backend: Backend, requests: Record<string, BatchRead>): Promise<AskedKey[]> {
  const ofTables = Object.entries(requests).map(async ([table, request]) => {
    const shape = await backend.shapes.of(table)
    return request.Keys.map((key) => {
      const least = readCharge(shape, key, undefined, consistencyOf(request))
      return { shape, request, key, least }
    })
  })
  return (await Promise.all(ofTables)).flat()
}

function admitKeys(backend: Backend, asked: readonly AskedKey[]): [AskedKey[], AskedKey[]] {
  const { plan } = backend
  const share = backend.draws(plan.throttledCalls) ? 1 : backend.draws(plan.halfDoneBatches) ? 0.5 : 0
  const [admitted, undone]: [AskedKey[], AskedKey[]] = [[], []]
  for (const one of asked) {
    const isDone = !(share > 0 && backend.random() < share) && backend.buckets.hasRoom(one.least)
    if (isDone) backend.take([one.least])
    ;(isDone ? admitted : undone).push(one)
  }
  return [admitted, undone]
}

function batchCharges(admitted: readonly AskedKey[], responses: Record<string, Item[]>): Charge[] {
  const shapes = new Map(admitted.map(({ shape }) => [shape.name, shape]))
  const found = new Map(
    Object.entries(responses).flatMap(([table, items]) => {
      const shape = shapes.get(table)
      return shape ? items.map((item) => [itemId(shape, item), item] as const) : []
    }),
  )
  return admitted.map(({ shape, request, key }) =>
    readCharge(shape, key, found.get(itemId(shape, key)), consistencyOf(request)),
  )
}

function toRequestItems(
  keys: readonly AskedKey[],
  toRequest: (request: BatchRead) => Omit<BatchRead, 'Keys'>,
): Record<string, BatchRead> {
  const items: Record<string, BatchRead> = {}
  for (const { shape, request, key } of keys) {
    items[shape.name] ??= { ...toRequest(request), Keys: [] }
    items[shape.name]?.Keys.push(key)
  }
  return items
}

/** Query: paid is what was read before the filter, which the engine says; and the least there is where it found nothing. */
export async function query(backend: Backend, input: Input, send: Send): Promise<Outcome> {
  const shape = await backend.shapes.of(input.TableName ?? '')
  const index = shape.indexes.find(({ name }) => name === input.IndexName)
  const partition = queriedPartition(input, (index ?? shape).keys[0] ?? '')
  const of = index ? `${shape.name}/${index.name}` : shape.name
  const least: Charge = { kind: 'read', of, arn: (index ?? shape).arn, partition, units: leastOf(consistencyOf(input)) }
  const short = backend.draws(backend.plan.throttledCalls) ? least : backend.shortOf([least])
  if (short) return throttledOutcome(throttled(shape, short))
  backend.take([least])
  await backend.delay()
  const answer = await send({ ...input, ReturnConsumedCapacity: 'TOTAL' })
  if (answer.status !== 200) return { answer, charges: backend.correct([least], []), refused: undefined }
  const page = bodyOf<Page & Consumed>(answer)
  const units = Math.max(least.units, page.ConsumedCapacity?.CapacityUnits ?? 0)
  const charges = backend.correct([least], [{ ...least, units }])
  const shown = index ? backend.lag.show(shape, index, input, partition, page) : page
  return { answer: shown === page ? answer : toAnswer(200, shown), charges, refused: undefined }
}

interface Consumed {
  ConsumedCapacity?: { CapacityUnits?: number }
}

/** Scan: it goes over all partitions, so none of them refuses it. */
export async function scan(backend: Backend, input: Input, send: Send): Promise<Outcome> {
  const shape = await backend.shapes.of(input.TableName ?? '')
  await backend.delay()
  const answer = await send({ ...input, ReturnConsumedCapacity: 'TOTAL' })
  if (answer.status !== 200) return { answer, charges: [], refused: undefined }
  const { ConsumedCapacity } = bodyOf<Consumed>(answer)
  const units = Math.max(leastOf(consistencyOf(input)), ConsumedCapacity?.CapacityUnits ?? 0)
  const charge: Charge = { kind: 'read', of: shape.name, arn: shape.arn, partition: '(scan)', units }
  return { answer, charges: [charge], refused: undefined }
}

/** TransactGetItems: cancelled whole where a transaction is writing one of the items. */
export async function readTransaction(backend: Backend, input: Input, send: Send): Promise<Outcome> {
  const gets = (input.TransactItems ?? []).map((item) => item.Get ?? {})
  const shapes = await Promise.all(gets.map(({ TableName = '' }) => backend.shapes.of(TableName)))
  const asked = gets.map(({ Key: key = {} }, i) => ({ shape: shapes[i] as TableShape, key }))
  const onDemand = shapes.every((shape) => shape.onDemand)
  const held = asked.map(
    ({ shape, key }): Cancellation => (backend.running.isHeld(itemId(shape, key)) ? 'TransactionConflict' : 'None'),
  )
  if (held.includes('TransactionConflict')) return conflictOutcome(cancelled(held, onDemand))
  const least = asked.map(({ shape, key }) => readCharge(shape, key, undefined, 'transactional'))
  const poor = least.map((charge): Cancellation => (backend.shortOf([charge]) ? 'Throttled' : 'None'))
  if (poor.includes('Throttled')) return throttledOutcome(cancelled(poor, onDemand))
  backend.take(least)
  await backend.delay()
  const answer = await send({ ...input, TransactItems: gets.map((get) => ({ Get: whole(get) })) })
  if (answer.status !== 200) return { answer, charges: least, refused: undefined }
  const { Responses } = bodyOf<{ Responses: { Item?: Item }[] }>(answer)
  const right = asked.map(({ shape, key }, i) => readCharge(shape, key, Responses[i]?.Item, 'transactional'))
  const shown = Responses.map(({ Item }, i) => (Item ? { Item: project(Item, gets[i] ?? {}) } : {}))
  return { answer: toAnswer(200, { Responses: shown }), charges: backend.correct(least, right), refused: undefined }
}
