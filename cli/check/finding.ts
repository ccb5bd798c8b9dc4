import { plainText } from '../../shared/audit/plain-text.ts'
import type { ListView } from '../output.ts'
import type { Column } from '../table.ts'

/** The exit code where something is to be done: for cron. */
export const EXIT_TO_DO = 3

/** What was looked at, and what was found: `note` is worth knowing, `todo` asks for something to be done. */
export interface Finding {
  check: string
  result: 'ok' | 'note' | 'todo'
  says: string
  /** What mends it. */
  mend?: string
}

const BRIEF: readonly Column<Finding>[] = [
  { header: 'RESULT', get: ({ result }) => result },
  { header: 'CHECK', get: ({ check }) => check },
]

/** Sentences stand below their row, where they are not cut. */
export const CHECK_VIEW: ListView<Finding> = {
  table: BRIEF,
  csv: [...BRIEF, { header: 'SAYS', get: ({ says }) => says }, { header: 'MEND', get: ({ mend }) => mend }],
  below: ({ says, mend }) => [says, ...(mend ? [`→ ${mend}`] : [])].map(plainText).join('\n'),
}

/** Something is wrong. */
export const toDo = (check: string, says: string, mend: string): Finding => ({ check, result: 'todo', says, mend })

/** A check with one way to be wrong: the sentence where it is, or that it is not. */
export const judged = (check: string, wrong: string | undefined, right: string, mend: string): Finding =>
  wrong === undefined ? { check, result: 'ok', says: right } : toDo(check, wrong, mend)
