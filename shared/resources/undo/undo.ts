import type { ScimContext } from '../context.ts'
import type { Step } from '../steps.ts'
import { requireUndoable, undoEvent } from './undo-event.ts'
import { parseUndo, type UndoInput } from './undo-input.ts'
import { undoRange } from './undo-range.ts'

/**
 * Undoes one event, or what an integration or an actor has done in a range of time, step by step: what is as they left it is set back
 * to what was before, under its old id; what has changed again since is refused, unless it is forced.
 * @throws {ScimError} 400, 404.
 */
export async function undo(context: ScimContext, body: unknown): Promise<Step> {
  const input = parseUndo(body)
  const { dryRun, force, withCreated, next } = input
  const how = { dryRun, force, withCreated }
  context.trail.asks(toQuestion(input))
  if ('event' in input) return undoEvent(context, await requireUndoable(context, input.event), how, next)
  return undoRange(context, input, how, next)
}

/** What is asked for, without what is not. */
function toQuestion({ next: _, ...asked }: UndoInput): object {
  return Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== false && value !== undefined))
}
