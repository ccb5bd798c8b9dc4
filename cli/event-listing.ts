import { collectEvents, type EventPart, type Question, walkEvents } from '../shared/audit/reading/walk-events.ts'
import type { Session } from './command.ts'

/** What the rows do not tell. */
export type Rest = Pick<EventPart, 'unreadable' | 'leftOut'>

/** The events of a question in parts, oldest first: the `limit` most recent, or all of them without one. */
export async function* listParts(
  { api }: Session,
  question: Question,
  limit: number | undefined,
  signal?: AbortSignal,
): AsyncGenerator<EventPart> {
  if (limit === undefined) yield* walkEvents(api, question, signal)
  else yield await collectEvents(api, question, limit, signal)
}

/** Says what a list of so many rows does not show. */
export function tellRest(session: Session, count: number, limit: number | undefined, rest: Rest): void {
  const { terminal } = session
  if (count === 0) terminal.tell('No such events in this range')
  if (count === limit) {
    terminal.tell(`The ${limit} most recent are shown, there may be more: raise --limit, or say --all`)
  }
  if (rest.unreadable > 0) terminal.tell(`${rest.unreadable} rows of the range could not be read`)
  if (rest.leftOut) tellLeftOut(session, rest.leftOut)
}

/** In the words of the service, but for how to ask here. */
export const tellLeftOut = ({ terminal }: Session, leftOut: string): void =>
  terminal.tell(`Left out: ${leftOut.replace('reads=true', '--reads')}`)
