import { type Difference, DRIFT_CLASSES, type DriftClass } from '../../../shared/drift/classes.ts'
import type { PresentedDrift } from '../../../shared/drift/summary.ts'

/** The tabs, in their order. */
export const TAB_NAMES = [
  ...(['same', 'missing-here', 'not-in-file', 'different', 'other-owner', 'roles', 'direct', 'file'] as const),
] as const
export type TabName = (typeof TAB_NAMES)[number]

/** What stands in which tab; what is no drift is only counted. */
const TAB_OF: Readonly<Record<DriftClass, TabName | undefined>> = {
  'missing-here': 'missing-here',
  'missing-there': 'not-in-file',
  renamed: 'different',
  active: 'different',
  'unknown-state': 'file',
  suspended: 'different',
  attribute: 'different',
  'role-members': 'roles',
  'role-missing': 'roles',
  direct: 'direct',
  owner: 'other-owner',
  collision: 'file',
  characters: 'file',
  'no-name': 'file',
  'off-and-absent': undefined,
  'of-others': undefined,
}
const CLASSES = Object.keys(TAB_OF) as DriftClass[]

const LABELS: Readonly<Record<TabName, string>> = {
  same: 'Same',
  'missing-here': 'Missing here',
  'not-in-file': 'Not in the file',
  different: 'Different',
  'other-owner': 'Other owner',
  roles: 'Roles',
  direct: 'Changed directly',
  file: 'The file itself',
}

/** Those that are there even where they are empty: that nothing is so is an answer too. */
const ALWAYS: readonly TabName[] = ['same', 'missing-here', 'not-in-file', 'different', 'other-owner']

export interface Tab {
  value: TabName
  label: string
  count: number
}

/** The tabs of a report with what each counts. */
export function tabsOf({ summary, differences }: PresentedDrift): Tab[] {
  const found = Map.groupBy(differences, (row) => TAB_OF[row.class])
  const countOf = (tab: TabName) => (tab === 'same' ? summary.same : (found.get(tab)?.length ?? 0))
  const isThere = (tab: TabName) =>
    ALWAYS.includes(tab) || countOf(tab) > 0 || (tab === 'roles' && summary.groups.length > 0)
  return TAB_NAMES.filter(isThere).map((value) => ({ value, label: LABELS[value], count: countOf(value) }))
}

/** The tab that is shown unless the address says another: the first with a difference. */
export const firstTab = (tabs: readonly Tab[]): TabName =>
  tabs.find(({ value, count }) => value !== 'same' && count > 0)?.value ?? 'same'

export const rowsOf = ({ differences }: PresentedDrift, tab: TabName): readonly Difference[] =>
  differences.filter((row) => TAB_OF[row.class] === tab)

/** As the command line says it, its commands in the words of the documents. */
function mendsText(name: DriftClass): string {
  const { mends } = DRIFT_CLASSES[name]
  return typeof mends === 'string' ? mends : mends((words) => `rolecall ${words}`)
}

/** What mends what a tab shows, as the command line says it: a sentence for each kind of difference in it. */
export function mendsOf({ summary }: PresentedDrift, tab: TabName): { title: string; mends: string }[] {
  const found = CLASSES.filter((name) => TAB_OF[name] === tab && summary.counts[name] > 0)
  return found.map((name) => ({ title: DRIFT_CLASSES[name].title, mends: mendsText(name) }))
}

/** What is counted and no drift, and why it is none. */
export const notesOf = ({ summary }: PresentedDrift): { count: number; title: string; why: string }[] =>
  CLASSES.filter((name) => TAB_OF[name] === undefined && summary.counts[name] > 0).map((name) => ({
    count: summary.counts[name],
    title: DRIFT_CLASSES[name].title,
    why: mendsText(name),
  }))

/** Whether what a tab shows is here, so that it changed here some time. */
export const isOfHere = (tab: TabName): boolean => tab !== 'missing-here' && tab !== 'file'
