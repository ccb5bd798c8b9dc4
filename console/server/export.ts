import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { SAID_COLUMNS } from '../../shared/audit/reading/event-file.ts'
import { csvWriter, jsonWriter, type ListWriter } from '../../shared/audit/reading/list-writer.ts'
import { Narrator, type SaidRow } from '../../shared/audit/reading/narrator.ts'
import type { Service } from '../../shared/audit/reading/service.ts'
import { walkEvents } from '../../shared/audit/reading/walk-events.ts'
import { invalidValue, ScimError } from '../../shared/scim/error.ts'
import { quote } from '../../shared/scim/quote.ts'
import type { ConsoleOptions } from './console.ts'
import { closingOf } from './forward.ts'
import { openService } from './service.ts'

/** The forms of a file: what it is called and how it is written, as the command line does. */
const FORMS: Readonly<Record<string, { type: string; writer: () => ListWriter<SaidRow> }>> = {
  csv: { type: 'text/csv; charset=utf-8', writer: () => csvWriter(SAID_COLUMNS) },
  json: { type: 'application/json', writer: () => jsonWriter() },
}

/**
 * Sends every event of a question as a file, each with its sentence, part by part as the service answers: what
 * `rolecall event-history --all --sentences` writes. No more than a part is held, and whoever goes away ends it.
 * @throws {ScimError} before the first byte: 400 for a form there is not, and what the service refuses. Later the file is
 *   cut, so that no browser takes it for whole.
 */
export async function serveExport(
  { upstream, logFailure }: Pick<ConsoleOptions, 'upstream' | 'logFailure'>,
  { account, format = '', ...question }: Readonly<Record<string, string>>,
  response: ServerResponse,
): Promise<void> {
  const form = Object.hasOwn(FORMS, format) ? FORMS[format] : undefined
  if (!form) throw invalidValue(`Cannot write ${quote(format)}: there is ${Object.keys(FORMS).join(', ')}`)
  const signal = closingOf(response)
  const parts = textOf(openService(upstream, account, signal), { ...question, purpose: 'export' }, form.writer())
  const first = await parts.next()
  response.setHeader('Content-Type', form.type)
  response.setHeader('Content-Disposition', `attachment; filename="events.${format}"`)
  const onFailure = (error: Error) => void (signal.aborted || logFailure(error))
  await pipeline(Readable.from(begunWith(first, parts, onFailure)), response)
}

/** A text whose first part is there already. */
async function* begunWith(
  first: IteratorResult<string>,
  rest: AsyncIterable<string>,
  onFailure: (error: Error) => void,
): AsyncGenerator<string> {
  if (!first.done) yield first.value
  try {
    yield* rest
  } catch (error) {
    onFailure(error as Error)
    throw error
  }
}

/** The text of a file, a part for each that the service answers with. */
async function* textOf(
  service: Service,
  question: Readonly<Record<string, string>>,
  writer: ListWriter<SaidRow>,
): AsyncGenerator<string> {
  const narrator = new Narrator(service, isRefusal)
  for await (const { rows } of walkEvents(service, question)) {
    const text = writer.next(await narrator.say(rows))
    if (text !== '') yield text
  }
  yield writer.end()
}

/** Whoever may not read names gets sentences without them; what passes is tried again by whoever asked. */
const isRefusal = (error: unknown): boolean =>
  error instanceof ScimError && error.status >= 400 && error.status < 500 && error.status !== 429
