import type { EventRow } from '../shared/audit/event-row.ts'
import { plainText } from '../shared/audit/plain-text.ts'
import { SAID_COLUMNS } from '../shared/audit/reading/event-file.ts'
import { Narrator as EventNarrator, type SaidRow } from '../shared/audit/reading/narrator.ts'
import type { Told } from '../shared/audit/sentences/fold.ts'
import { toText } from '../shared/audit/sentences/parts.ts'
import type { Session } from './command.ts'
import { Failure } from './failure.ts'
import { type ListView, showList } from './output.ts'

/** Says events in sentences, part after part of a list, oldest first; `own` is the object whose history it is. */
export class Narrator extends EventNarrator {
  constructor({ api }: Session, own?: { id: string; name?: string | undefined }) {
    super(api, (error) => error instanceof Failure && !error.isPassing, own)
  }
}

/** What mends a refusal, where the event says so. */
function adviceOf({ rows: [row, ...more] }: Told): string {
  const { advice } = JSON.parse(row?.DETAILS || '{}') as { advice?: unknown }
  return more.length === 0 && typeof advice === 'string' ? plainText(advice) : ''
}

/** Sentences as a table shows them; reads that are told together have the time of the first. */
const TOLD_VIEW: ListView<Told> = {
  table: [
    { header: 'TIME', get: ({ rows: [first] }) => first?.EVENT_TIMESTAMP },
    { header: 'WHAT HAPPENED', get: ({ sentence }) => toText(sentence), isWhole: true },
  ],
  below: adviceOf,
}

/** Sentences as a file holds them: behind every column. */
const SAID_VIEW: ListView<SaidRow> = {
  table: [],
  csv: SAID_COLUMNS,
}

/**
 * Writes events in sentences, each part as it arrives; parts are told oldest first, and then shown in the order asked for.
 * @returns how many events there were.
 */
export async function showSentences(
  session: Session,
  narrator: Narrator,
  parts: AsyncIterable<readonly EventRow[]>,
  { isEndless = false, isNewestFirst = false } = {},
): Promise<number> {
  let count = 0
  async function* as<Row>(toRows: (rows: readonly EventRow[]) => Promise<Row[]>): AsyncGenerator<Row[]> {
    for await (const rows of parts) {
      count += rows.length
      const told = await toRows(rows)
      yield isNewestFirst ? told.toReversed() : told
    }
  }
  const told = session.output === 'table'
  if (told)
    await showList(
      session,
      { ...TOLD_VIEW, isEndless },
      as((rows) => narrator.tell(rows)),
    )
  else
    await showList(
      session,
      { ...SAID_VIEW, isEndless },
      as((rows) => narrator.say(rows)),
    )
  return count
}
