import type { Difference } from './classes.ts'

/** One column of a file of differences: its head, and what stands in it. */
interface DifferenceColumn {
  header: string
  get(row: Difference): string | number | undefined
}

/** What tables and files tell of a difference; files tell the rest as well. */
export const differenceColumns = (inFile: string): DifferenceColumn[] => [
  { header: 'CLASS', get: (row) => row.class },
  { header: 'TYPE', get: ({ type }) => type },
  { header: 'NAME', get: ({ name }) => name },
  { header: 'ATTRIBUTE', get: ({ attribute }) => attribute },
  { header: inFile, get: ({ there }) => there },
  { header: 'HERE', get: ({ here }) => here },
  { header: 'DETAIL', get: ({ detail }) => detail },
]

/** The columns of a CSV file of differences, whoever writes it. */
export const CSV_COLUMNS: readonly DifferenceColumn[] = [
  ...differenceColumns('IN_FILE'),
  { header: 'LINE', get: ({ line }) => line },
  { header: 'ID', get: ({ id }) => id },
]
