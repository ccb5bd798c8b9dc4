import { type Backend, conflictOutcome, type Outcome, type Send, throttledOutcome } from './backend.ts'
import { completeChanges, type PlannedChange, planChanges } from './changes.ts'
import { type Charge, writeCharges } from './charges.ts'
import type { EngineAnswer } from './engine-connection.ts'
import {
  type Cancellation,
  cancelled,
  throttled,
  toAnswer,
  transactionConflict,
  transactionInProgress,
} from './refusals.ts'
import { type BatchEntry, batchWrites, type Input, singleWrite, transactWrites } from './wire.ts'

/** PutItem, UpdateItem and DeleteItem. */
export async function writeOne(
  backend: Backend,
  operation: 'PutItem' | 'UpdateItem' | 'DeleteItem',
  input: Input,
  send: Send,
): Promise<Outcome> {
  const [change] = (await planChanges(backend, [singleWrite(operation, input)])) as [PlannedChange]
  if (backend.running.isHeld(change.id)) return conflictOutcome(transactionConflict())
  const charges = writeCharges(change, false)
  const short = backend.draws(backend.plan.throttledCalls) ? charges[0] : backend.shortOf(charges)
  if (short) return throttledOutcome(throttled(change.shape, short))
  backend.take(charges)
  await backend.delay()
  return settle(backend, [change], charges, await send(input), false)
}

/** TransactWriteItems: an item that is throttled or held by another transaction cancels it whole. */
export async function writeTransaction(backend: Backend, input: Input, send: Send): Promise<Outcome> {
  const { running } = backend
  const { ClientRequestToken: token } = input
  if (running.isRunning(token)) return conflictOutcome(transactionInProgress())
  const changes = await planChanges(backend, transactWrites(input))
  const onDemand = changes.every(({ shape }) => shape.onDemand)
  const held = changes.map(({ id }): Cancellation => (running.isHeld(id) ? 'TransactionConflict' : 'None'))
  if (held.includes('TransactionConflict')) return conflictOutcome(cancelled(held, onDemand))
  const charges = changes.map((change) => writeCharges(change, true))
  const poor = findPoor(backend, charges)
  if (poor.includes('Throttled')) return throttledOutcome(cancelled(poor, onDemand))
  backend.take(charges.flat())
  const release = backend.plan.conflicts
    ? running.hold(
        changes.map(({ id }) => id),
        token,
      )
    : () => {}
  try {
    await backend.delay()
    const answer = await send(input)
    return await settle(backend, changes, charges.flat(), answer, true)
  } finally {
    release()
  }
}

/** Which actions of a transaction have no capacity. */
function findPoor(backend: Backend, charges: readonly Charge[][]): Cancellation[] {
  const fault = backend.draws(backend.plan.throttledCalls) ? Math.floor(backend.random() * charges.length) : -1
  return charges.map((own, i) => (i === fault || backend.shortOf(own) ? 'Throttled' : 'None'))
}

/** BatchWriteItem: what is throttled or held comes back as unprocessed; nothing done at all is an error. */
export async function writeBatch(backend: Backend, input: Input, send: Send): Promise<Outcome> {
  const asked = batchWrites(input)
  const changes = await planChanges(
    backend,
    asked.map(({ write }) => write),
  )
  const admitted = admitBatch(backend, changes)
  const short = admitted.find(({ short: found }) => found)?.short
  const [done, undone] = [true, false].map((wanted) => admitted.filter(({ isDone }) => isDone === wanted)) as [
    Admitted[],
    Admitted[],
  ]
  const refused = short ? 'throttled' : undone.length > 0 ? 'conflict' : undefined
  if (done.length === 0 && short && changes[0]) return throttledOutcome(throttled(changes[0].shape, short))
  const entriesOf = (some: readonly Admitted[]) =>
    toRequestItems(some.map(({ at }) => asked[at] as (typeof asked)[number]))
  if (done.length === 0) return { answer: toAnswer(200, { UnprocessedItems: entriesOf(undone) }), charges: [], refused }
  await backend.delay()
  const answer = await send(undone.length === 0 ? input : { ...input, RequestItems: entriesOf(done) })
  const taken = done.flatMap(({ charges }) => charges)
  const written = done.map(({ at }) => changes[at] as PlannedChange)
  const outcome = await settle(backend, written, taken, answer, false)
  return { ...outcome, refused, answer: withUnprocessed(answer, entriesOf(undone)) }
}

interface Admitted {
  /** Its place in the batch. */
  at: number
  isDone: boolean
  charges: Charge[]
  short: Charge | undefined
}

/** Takes what each item costs, one after the other; a batch that is to be left half done loses some by lot. */
function admitBatch(backend: Backend, changes: readonly PlannedChange[]): Admitted[] {
  const { plan, running } = backend
  const halfDone = backend.draws(plan.halfDoneBatches)
  const throttledWhole = backend.draws(plan.throttledCalls)
  return changes.map((change, at) => {
    const charges = writeCharges(change, false)
    const isLost = throttledWhole || (halfDone && backend.random() < 0.5)
    const short = isLost ? charges[0] : backend.shortOf(charges)
    const isDone = !short && !running.isHeld(change.id)
    if (isDone) backend.take(charges)
    return { at, isDone, charges, short }
  })
}

function toRequestItems(
  entries: readonly { write: { table: string }; entry: BatchEntry }[],
): Record<string, BatchEntry[]> {
  const items: Record<string, BatchEntry[]> = {}
  for (const { write, entry } of entries) {
    items[write.table] ??= []
    items[write.table]?.push(entry)
  }
  return items
}

function withUnprocessed(answer: EngineAnswer, undone: Record<string, BatchEntry[]>): EngineAnswer {
  if (answer.status !== 200 || Object.keys(undone).length === 0) return answer
  const body = JSON.parse(answer.body.toString('utf8')) as { UnprocessedItems?: Record<string, BatchEntry[]> }
  const all = { ...undone }
  for (const [table, entries] of Object.entries(body.UnprocessedItems ?? {}))
    all[table] = [...(all[table] ?? []), ...entries]
  return toAnswer(200, { ...body, UnprocessedItems: all })
}

/** Corrects the charge once it is known what the engine has done; what it refused has changed no index. */
async function settle(
  backend: Backend,
  changes: readonly PlannedChange[],
  taken: readonly Charge[],
  answer: EngineAnswer,
  transactional: boolean,
): Promise<Outcome> {
  if (answer.status !== 200) {
    const tables = new Set(changes.map(({ shape }) => shape.name))
    const right = taken.filter(({ of }) => tables.has(of))
    return { answer, charges: backend.correct(taken, right), refused: undefined }
  }
  const complete = await completeChanges(backend, changes)
  for (const change of complete) backend.lag.note(change)
  backend.changed(complete)
  const right = complete.flatMap((change) => writeCharges(change, transactional))
  return { answer, charges: backend.correct(taken, right), refused: undefined }
}
