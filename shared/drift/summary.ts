import { type Difference, DRIFT_CLASS_NAMES, type DriftClass, isNote } from './classes.ts'
import type { GroupsFile } from './groups-file.ts'
import type { DriftReport } from './report.ts'
import type { Status } from './status.ts'
import type { UsersFile } from './users-file.ts'

/** What a report is of. */
export interface Compared {
  file: UsersFile
  groups: readonly GroupsFile[]
  report: DriftReport
  usersHere: number
}

export type DriftSummary = ReturnType<typeof toDriftSummary>

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

/** A report as it is shown: of the classes asked for, or of all; notes are counted, and listed only when asked for. */
export function onlyShown(compared: Compared, only: readonly DriftClass[]): Compared {
  const { counts, differences } = compared.report
  const isShown = ({ class: found }: Difference) => (only.length > 0 ? only.includes(found) : !isNote(found))
  const shown = { counts: countsOf(counts, only), differences: differences.filter(isShown) }
  return { ...compared, report: { ...compared.report, ...shown } }
}

function countsOf(counts: DriftReport['counts'], only: readonly DriftClass[]): DriftReport['counts'] {
  if (only.length === 0) return counts
  return { ...NO_COUNTS, ...Object.fromEntries(only.map((name) => [name, counts[name]])) }
}

const NO_COUNTS = Object.fromEntries(DRIFT_CLASS_NAMES.map((name) => [name, 0])) as DriftReport['counts']

/** A report as scripts read it. */
export interface PresentedDrift {
  summary: DriftSummary
  differences: readonly Difference[]
}

export const presentDrift = (compared: Compared): PresentedDrift => ({
  summary: toDriftSummary(compared),
  differences: compared.report.differences,
})
