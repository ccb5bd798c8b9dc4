import { type Difference, DRIFT_CLASS_NAMES, DRIFT_CLASSES, isNote } from '../../shared/drift/classes.ts'
import { CSV_COLUMNS, differenceColumns } from '../../shared/drift/difference-columns.ts'
import { type Compared, type DriftSummary, toDriftSummary } from '../../shared/drift/summary.ts'
import type { UsersFile } from '../../shared/drift/users-file.ts'
import type { BaseSession } from '../command.ts'
import type { ListView } from '../output.ts'
import { toLines } from '../table.ts'

/** One difference a row; files also have ids and lines. */
export const DRIFT_VIEW: ListView<Difference> = {
  table: differenceColumns('IN THE FILE'),
  csv: [...CSV_COLUMNS],
}

/** A command line to try next, with the options that chose service and account. */
type Hint = BaseSession['hint']

/** The summary for people: what was compared, then a line for each class that has any, and what mends it. */
export function summaryText(compared: Compared, hint: Hint): string {
  const { format, recognisedBy, trap, rows, groups, usersHere, matchedBy, role, attributes, ...rest } =
    toDriftSummary(compared)
  const lines = toLines([
    ['File', `${format}, by ${recognisedBy}`],
    ['Note', trap],
    ['Rows', toRowsText(compared.file, rows)],
    ['Unknown states', rest.unknownWords?.join(', ')],
    ...groups.map((one): [string, string] => [
      'Groups',
      `${one.format}, by ${one.recognisedBy}: ${one.groups}${one.trap ? ` (${one.trap})` : ''}`,
    ]),
    ['Users here', usersHere],
    ['Export of', role],
    ['Matched by', matchedBy],
    ['Compared', attributes.join(', ') || 'no attributes: none is on both sides'],
    ['On both sides', `${rest.onBothSides}, ${rest.same} of them the same`],
  ])
  return [lines, toCountLines(compared.report, hint)].filter((text) => text !== '').join('\n\n')
}

function toRowsText({ saysStatus, unknownWords }: UsersFile, rows: DriftSummary['rows']): string {
  const { read, on, off, suspended, staged, unknown, withoutKey, otherObjects } = rows
  if (!saysStatus && unknownWords.length === 0) return `${read}; the file does not say who may sign in`
  const parts = Object.entries({
    on,
    off,
    suspended,
    staged,
    unknown,
    'without a key': withoutKey,
    'no users': otherObjects,
  })
  const given = parts.filter(([word, count]) => count > 0 || word === 'on' || word === 'off')
  return `${read}: ${given.map(([word, count]) => `${count} ${word}`).join(', ')}`
}

function toCountLines({ counts }: Compared['report'], hint: Hint): string {
  const found = DRIFT_CLASS_NAMES.filter((name) => counts[name] > 0)
  const numbers = found.map((name) => String(counts[name]))
  const wide = Math.max(0, ...numbers.map((text) => text.length))
  return found
    .map((name, i) => {
      const { title, mends: rule } = DRIFT_CLASSES[name]
      const mends = typeof rule === 'string' ? rule : rule(hint)
      return `${(numbers[i] ?? '').padStart(wide)}  ${title} (${name}${isNote(name) ? ', no drift' : ''}): ${mends}`
    })
    .join('\n')
}
