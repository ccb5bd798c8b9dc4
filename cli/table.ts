import { plainText } from './plain-text.ts'

/** What a column shows of a row; `undefined` shows nothing. */
export interface Column<Row> {
  header: string
  get(row: Row): string | number | boolean | undefined
}

/** Wider cells are cut, with a mark. */
const MAX_WIDTH = 80

/** Rows as aligned text for people, one line each. */
export function toTable<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const cells = rows.map((row) => columns.map((column) => toCell(column.get(row))))
  const lines = [columns.map(({ header }) => header), ...cells]
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => lengthOf(line[i]))))
  return lines
    .map((line) =>
      line
        .map((cell, i) => pad(cell, widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** One object, a line for each member that has a value. */
export function toLines(members: readonly (readonly [string, string | number | boolean | undefined])[]): string {
  const given = members.filter(([, value]) => value !== undefined && value !== '')
  const width = Math.max(...given.map(([name]) => name.length))
  return given.map(([name, value]) => `${name.padEnd(width)}  ${plainText(String(value))}`).join('\n')
}

function toCell(value: string | number | boolean | undefined): string {
  const letters = [...plainText(String(value ?? ''))]
  return letters.length <= MAX_WIDTH ? letters.join('') : `${letters.slice(0, MAX_WIDTH - 1).join('')}…`
}

const lengthOf = (text = ''): number => [...text].length
const pad = (text: string, width: number): string => text + ' '.repeat(width - lengthOf(text))
