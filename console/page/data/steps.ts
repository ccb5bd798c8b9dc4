import type { Step, StepRow } from '../../../shared/resources/steps.ts'
import { type ApiAnswer, type ApiRequest, send } from './api.ts'

/** Asks step after step until all is done. @throws {ApiError} */
export async function takeSteps(
  request: (next: string | undefined) => ApiRequest,
  signal?: AbortSignal,
): Promise<ApiAnswer<readonly StepRow[]>> {
  const rows: StepRow[] = []
  let [next, requestId]: [string | undefined, string] = [undefined, '']
  do {
    const answer: ApiAnswer<Step> = await send<Step>({ ...request(next), ...(signal && { signal }) })
    rows.push(...answer.body.rows)
    next = answer.body.next
    requestId = answer.requestId
  } while (next !== undefined)
  return { body: rows, requestId }
}
