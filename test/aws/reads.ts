import type { EngineAnswer } from '../../local/engine/engine-connection.ts'
import type { Input, Item } from '../../local/engine/wire.ts'
import { type Backend, conflictOutcome, type Outcome, type Send, throttledOutcome } from './backend.ts'
import { type Charge, type Consistency, leastOf, readCharge } from './charges.ts'
import type { Page } from './index-lag.ts'
import { type Cancellation, cancelled, throttled, toAnswer } from './refusals.ts'
import { itemId, type TableShape } from './table-shape.ts'
import { type BatchRead, project, queriedPartition } from './wire.ts'

/** How a request asks to read. */
export const consistencyOf = ({ ConsistentRead }: Pick<Input, 'ConsistentRead'>): Consistency =>
  ConsistentRead ? 'strong' : 'eventual'

/** What the engine answered. */
export const bodyOf = <T>({ body }: EngineAnswer): T => JSON.parse(body.toString('utf8'))

/** Items are read whole, since that is what is paid; the projection is made here. */
export const whole = <T extends Partial<BatchRead>>({
  ProjectionExpression: _,
  ExpressionAttributeNames: __,
  ...rest
}: T) => rest

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
  const answer = await send({ ...(index ? unprojected(input) : input), ReturnConsumedCapacity: 'TOTAL' })
  if (answer.status !== 200) return { answer, charges: backend.correct([least], []), refused: undefined }
  const page = bodyOf<Page & Consumed>(answer)
  const units = Math.max(least.units, page.ConsumedCapacity?.CapacityUnits ?? 0)
  const charges = backend.correct([least], [{ ...least, units }])
  if (!index) return { answer, charges, refused: undefined }
  const shown = backend.lag.show(shape, index, input, partition, page)
  const Items = shown.Items.map((item) => project(item, input))
  return { answer: toAnswer(200, { ...shown, Items }), charges, refused: undefined }
}

/**
 * A query for whole entries: what is projected need not tell which item it is of. Names that only the projection has
 * must go with it, since none may be left unused.
 */
function unprojected({ ProjectionExpression, ...query }: Input): Input {
  const { ExpressionAttributeNames: names = {}, KeyConditionExpression, FilterExpression } = query
  if (ProjectionExpression === undefined) return query
  const used = new Set(`${KeyConditionExpression} ${FilterExpression}`.match(/#\w+/g))
  const left = Object.entries(names).filter(([name]) => used.has(name))
  const { ExpressionAttributeNames: _, ...rest } = query
  return left.length > 0 ? { ...rest, ExpressionAttributeNames: Object.fromEntries(left) } : rest
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
