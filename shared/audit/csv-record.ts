/** Escape sequences of terminals: CSI, OSC and the two-letter ones. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const ESCAPES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[ -/]*[0-~])/g
/** Controls that a cell of a file may not hold either; tab and line breaks are text there. */
const CONTROLS = /[^\P{Cc}\t\r\n]/gu

/** A value as text of a file that may be shown on a terminal later: no escape sequence, no control but white space. */
const withoutControls = (text: string): string => text.replace(ESCAPES, '').replace(CONTROLS, '')

/** What spreadsheets take for a formula when a cell begins with it, full-width letters of some languages too (SECURITY I6). */
const FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/

export type CsvCell = string | number | boolean | undefined

/** One line of RFC 4180: every cell quoted, none of them a formula, CRLF behind it. */
export const csvRecord = (cells: readonly CsvCell[]): string => `${cells.map(quoteCell).join(',')}\r\n`

function quoteCell(value: CsvCell): string {
  const text = withoutControls(String(value ?? ''))
  const harmless = typeof value === 'string' && FORMULA.test(text) ? `'${text}` : text
  return `"${harmless.replaceAll('"', '""')}"`
}
