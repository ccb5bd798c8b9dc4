import { type Input, singleWrite, transactWrites } from '../../local/engine/wire.ts'
import { type Backend, conflictOutcome, type Outcome, type Send, throttledOutcome } from './backend.ts'
import { type PlannedChange, planChanges } from './changes.ts'
import { type Charge, writeCharges } from './charges.ts'
import { type Cancellation, cancelled, throttled, transactionConflict, transactionInProgress } from './refusals.ts'
import { settle } from './settle.ts'

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
