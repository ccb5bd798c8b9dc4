import { type Difference, DRIFT_CLASS_NAMES, DRIFT_CLASSES, isNote } from '../../shared/drift/classes.ts'
import type { GroupsFile } from '../../shared/drift/groups-file.ts'
import type { DriftReport } from '../../shared/drift/report.ts'
import type { Status } from '../../shared/drift/status.ts'
import type { UsersFile } from '../../shared/drift/users-file.ts'
import type { BaseSession } from '../command.ts'
import type { ListView } from '../output.ts'
import { type Column, toLines } from '../table.ts'

const columns = (inFile: string): Column<Difference>[] => [
  { header: 'CLASS', get: (row) => row.class },
  { header: 'TYPE', get: ({ type }) => type },
  { header: 'NAME', get: ({ name }) => name },
  { header: 'ATTRIBUTE', get: ({ attribute }) => attribute },
  { header: inFile, get: ({ there }) => there },
  { header: 'HERE', get: ({ here }) => here },
  { header: 'DETAIL', get: ({ detail }) => detail },
]

/** One difference a row; files also have ids and lines. */
export const DRIFT_VIEW: ListView<Difference> = {
  table: columns('IN THE FILE'),
  csv: [...columns('IN_FILE'), { header: 'LINE', get: ({ line }) => line }, { header: 'ID', get: ({ id }) => id }],
}

/** What a report is of. */
export interface Compared {
  file: UsersFile
  groups: readonly GroupsFile[]
  report: DriftReport
  usersHere: number
}

/** What was compared and what came of it, as one object. */
export function toDriftSummary({ file, groups, report, usersHere }: Compared) {
  const { matchedBy, role, attributes, pairs, same, counts } = report
  return {
    ...{ format: file.format.name, recognisedBy: file.by },
    ...(file.format.trap && { trap: file.format.trap }),
    rows: {
      ...countStates(file),
      withoutKey: report.differences.filter((row) => row.class === 'no-name').length,
      otherObjects: file.otherObjects,
    },
    ...(file.unknownWords.length > 0 && { unknownWords: file.unknownWords }),
    groups: groups.map(({ format, by, groups: found, otherObjects }) => ({
      ...{ format: format.name, recognisedBy: by, groups: found.size, otherObjects },
      ...(format.trap && { trap: format.trap }),
    })),
    ...{ usersHere, matchedBy, role, attributes, onBothSides: pairs, same, counts },
  }
}

function countStates({ users }: UsersFile): Record<Status | 'read', number> {
  const counts = { read: users.length, on: 0, off: 0, suspended: 0, staged: 0, unknown: 0 }
  for (const { status } of users) counts[status] += 1
  return counts
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

function toRowsText({ saysStatus, unknownWords }: UsersFile, rows: RowCounts): string {
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
type RowCounts = ReturnType<typeof toDriftSummary>['rows']

function toCountLines({ counts }: DriftReport, hint: Hint): string {
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
