import type { Input, Item } from '../../local/engine/wire.ts'
import { type Backend, type Outcome, type Send, throttledOutcome } from './backend.ts'
import { type Charge, readCharge } from './charges.ts'
import { bodyOf, consistencyOf, whole } from './reads.ts'
import { throttled, toAnswer } from './refusals.ts'
import { itemId, type TableShape } from './table-shape.ts'
import { type BatchRead, project } from './wire.ts'

/** One key of a batch. */
interface AskedKey {
  shape: TableShape
  request: BatchRead
  key: Item
  least: Charge
}

/** BatchGetItem: keys that are throttled come back as unprocessed; absent ones are paid like any other. */
export async function readBatch(backend: Backend, input: Input, send: Send): Promise<Outcome> {
  const requests = (input.RequestItems ?? {}) as Record<string, BatchRead>
  const [admitted, undone] = admitKeys(backend, await batchKeys(backend, requests))
  const [first] = undone
  if (admitted.length === 0 && first) return throttledOutcome(throttled(first.shape, first.least))
  await backend.delay()
  const answer = await send({ ...input, RequestItems: toRequestItems(admitted, whole) })
  const taken = admitted.map(({ least }) => least)
  if (answer.status !== 200) return { answer, charges: backend.correct(taken, []), refused: undefined }
  const found = bodyOf<BatchAnswer>(answer)
  const charges = backend.correct(taken, batchCharges(admitted, found.Responses ?? {}))
  const shown = { Responses: toShown(found, requests), UnprocessedKeys: toUnprocessed(found, undone, requests) }
  return { answer: toAnswer(200, shown), charges, refused: first && 'throttled' }
}

function toShown({ Responses = {} }: BatchAnswer, requests: Record<string, BatchRead>): Record<string, Item[]> {
  const tables = Object.entries(Responses).map(([table, items]) => [
    table,
    items.map((item) => project(item, requests[table] ?? {})),
  ])
  return Object.fromEntries(tables)
}

/** What the proxy kept back, and what was too much for the engine. */
function toUnprocessed(
  { UnprocessedKeys = {} }: BatchAnswer,
  undone: readonly AskedKey[],
  requests: Record<string, BatchRead>,
): Record<string, BatchRead> {
  const left = toRequestItems(undone, (request) => request)
  for (const [table, { Keys }] of Object.entries(UnprocessedKeys)) {
    left[table] = { ...requests[table], Keys: [...(left[table]?.Keys ?? []), ...Keys] }
  }
  return left
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
