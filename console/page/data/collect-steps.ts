import type { Step, StepRow } from '../../../shared/resources/steps.ts'
import type { ApiAnswer } from './answer.ts'

/** Takes step after step until all is done, and tells of all of them. */
export async function collectSteps(
  take: (next: string | undefined) => Promise<ApiAnswer<Step>>,
): Promise<ApiAnswer<readonly StepRow[]>> {
  const rows: StepRow[] = []
  const requestIds: string[] = []
  let next: string | undefined
  do {
    const answer = await take(next)
    rows.push(...answer.body.rows)
    requestIds.push(...answer.requestIds)
    next = answer.body.next
  } while (next !== undefined)
  const done = rows.filter(({ outcome }) => outcome === 'done').map(({ id }) => id)
  return { body: rows, requestIds, changed: new Set(done).size }
}
