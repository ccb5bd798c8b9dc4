import { mapConcurrently } from '../../store/batch.ts'
import type { ScimContext } from '../context.ts'
import type { StepRow } from '../steps.ts'
import { undoObject } from './one-object.ts'
import type { How, Target } from './target.ts'

/** Objects that are set back at once. */
export const PARALLEL = 8

/** Sets objects back that do not depend on each other. */
export const undoAll = (context: ScimContext, targets: Target[], how: How): Promise<StepRow[]> =>
  mapConcurrently(targets, PARALLEL, (target) => undoObject(context, target, how))
