import type { Step, StepRow } from '../../../shared/resources/steps.ts'
import type { ApiAnswer } from './answer.ts'
import { type ApiRequest, send } from './api.ts'
import { collectSteps } from './collect-steps.ts'

/** Asks step after step until all is done. @throws {ApiError} */
export const takeSteps = (
  request: (next: string | undefined) => ApiRequest,
  signal?: AbortSignal,
): Promise<ApiAnswer<readonly StepRow[]>> =>
  collectSteps((next) => send<Step>({ ...request(next), ...(signal && { signal }) }))
