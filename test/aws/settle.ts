import type { EngineAnswer } from '../../local/engine/engine-connection.ts'
import type { Backend, Outcome } from './backend.ts'
import { completeChanges, type PlannedChange } from './changes.ts'
import { type Charge, writeCharges } from './charges.ts'

/** Corrects the charge once it is known what the engine has done; what it refused has changed no index. */
export async function settle(
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
