import type { EngineAnswer } from '../../local/engine/engine-connection.ts'
import { type BatchEntry, batchWrites, type Input } from '../../local/engine/wire.ts'
import { type Backend, type Outcome, type Send, throttledOutcome } from './backend.ts'
import { type PlannedChange, planChanges } from './changes.ts'
import { type Charge, writeCharges } from './charges.ts'
import { throttled, toAnswer } from './refusals.ts'
import { settle } from './settle.ts'

/** BatchWriteItem: what is throttled or held comes back as unprocessed; where all is throttled it is an error. */
export async function writeBatch(backend: Backend, input: Input, send: Send): Promise<Outcome> {
  const asked = batchWrites(input)
  const changes = await planChanges(
    backend,
    asked.map(({ write }) => write),
  )
  const judged = judge(backend, changes).map((verdict, i) => ({ ...verdict, entry: asked[i]?.entry ?? {} }))
  const [done, undone] = [judged.filter(({ isDone }) => isDone), judged.filter(({ isDone }) => !isDone)]
  if (done.length === 0) return refuseAll(undone)
  await backend.delay()
  const answer = await send(undone.length === 0 ? input : { ...input, RequestItems: toRequestItems(done) })
  const written = done.map(({ change }) => change)
  const taken = done.flatMap(({ charges }) => charges)
  const outcome = await settle(backend, written, taken, answer, false)
  return { ...outcome, refused: whyOf(undone), answer: withUnprocessed(answer, toRequestItems(undone)) }
}

/** Whether one write of a batch is done, and what it could not pay. */
interface Verdict {
  change: PlannedChange
  charges: Charge[]
  short: Charge | undefined
  isDone: boolean
}
type Judged = Verdict & { entry: BatchEntry }

/** Takes what each item costs, one after the other; a batch that is to be left half done loses some by lot. */
function judge(backend: Backend, changes: readonly PlannedChange[]): Verdict[] {
  const { plan, running } = backend
  const isThrottled = backend.draws(plan.throttledCalls)
  const isHalfDone = backend.draws(plan.halfDoneBatches)
  return changes.map((change) => {
    const charges = writeCharges(change, false)
    const isLost = isThrottled || (isHalfDone && backend.random() < 0.5)
    const short = isLost ? charges[0] : backend.shortOf(charges)
    const isDone = !short && !running.isHeld(change.id)
    if (isDone) backend.take(charges)
    return { change, charges, short, isDone }
  })
}

function refuseAll(undone: readonly Judged[]): Outcome {
  const poor = undone.find(({ short }) => short)
  if (poor?.short) return throttledOutcome(throttled(poor.change.shape, poor.short))
  const answer = toAnswer(200, { UnprocessedItems: toRequestItems(undone) })
  return { answer, charges: [], refused: whyOf(undone) }
}

function whyOf(undone: readonly Judged[]): Outcome['refused'] {
  if (undone.some(({ short }) => short)) return 'throttled'
  return undone.length > 0 ? 'conflict' : undefined
}

function toRequestItems(judged: readonly Judged[]): Record<string, BatchEntry[]> {
  const ofTables = Map.groupBy(judged, ({ change }) => change.shape.name)
  return Object.fromEntries([...ofTables].map(([table, own]) => [table, own.map(({ entry }) => entry)]))
}

function withUnprocessed(answer: EngineAnswer, undone: Record<string, BatchEntry[]>): EngineAnswer {
  if (answer.status !== 200 || Object.keys(undone).length === 0) return answer
  const body = JSON.parse(answer.body.toString('utf8')) as { UnprocessedItems?: Record<string, BatchEntry[]> }
  const UnprocessedItems = { ...undone }
  for (const [table, entries] of Object.entries(body.UnprocessedItems ?? {})) {
    UnprocessedItems[table] = [...(UnprocessedItems[table] ?? []), ...entries]
  }
  return toAnswer(200, { ...body, UnprocessedItems })
}
