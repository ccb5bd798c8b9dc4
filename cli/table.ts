import { plainText } from '../shared/audit/plain-text.ts'

/** What a column shows of a row; `undefined` shows nothing. */
export interface Column<Row> {
  header: string
  get(row: Row): string | number | boolean | undefined
  /** Never cut, however long: for the last column. */
  isWhole?: true
}

/** Wider cells are cut, with a mark. */
const MAX_WIDTH = 80
const INDENT = '    '

/**
 * Rows as aligned text for people, one line each, part after part: the first part has the header, and no column gets
 * narrower again. `below` is what stands under a row, if anything does.
 */
export function tableWriter<Row>(
  columns: readonly Column<Row>[],
  below: (row: Row) => string = () => '',
): (rows: readonly Row[]) => string {
  let widths: number[] | undefined
  return (rows) => {
    const header = widths ? [] : [{ cells: columns.map(({ header }) => header), under: '' }]
    const lines = [
      ...header,
      ...rows.map((row) => ({ cells: columns.map((column) => toCell(column, row)), under: below(row) })),
    ]
    const wide = columns.map((_, i) =>
      lines.reduce((most, { cells }) => Math.max(most, lengthOf(cells[i])), widths?.[i] ?? 0),
    )
    widths = wide
    return lines.map(({ cells, under }) => `${alignCells(cells, wide)}\n${indent(under)}`).join('')
  }
}

/** One object, a line for each member that has a value. */
export function toLines(members: readonly (readonly [string, string | number | boolean | undefined])[]): string {
  const given = members.filter(([, value]) => value !== undefined && value !== '')
  const width = Math.max(...given.map(([name]) => name.length))
  return given.map(([name, value]) => `${name.padEnd(width)}  ${plainText(String(value))}`).join('\n')
}

const alignCells = (cells: readonly string[], widths: readonly number[]): string =>
  cells
    .map((cell, i) => cell + ' '.repeat((widths[i] ?? 0) - lengthOf(cell)))
    .join('  ')
    .trimEnd()

const indent = (text: string): string => (text === '' ? '' : `${text.replace(/^/gm, INDENT)}\n`)

function toCell<Row>({ get, isWhole }: Column<Row>, row: Row): string {
  const letters = [...plainText(String(get(row) ?? ''))]
  if (isWhole) return letters.join('')
  return letters.length <= MAX_WIDTH ? letters.join('') : `${letters.slice(0, MAX_WIDTH - 1).join('')}…`
}

const lengthOf = (text = ''): number => [...text].length
