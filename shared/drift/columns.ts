import { ATTRIBUTE_NAMES, type AttributeName, type Values } from './attributes.ts'
import type { CsvRecord } from './csv.ts'
import { FileError } from './file-error.ts'
import type { Format, StatusColumn } from './formats.ts'
import { type Table, toColumnName } from './header.ts'
import type { Mapping } from './mapping.ts'
import { parseBlocked, parseStatus, type Status } from './status.ts'

/** How a row of a CSV file is read: where each attribute stands in it. */
export interface Columns {
  places: ReadonlyMap<AttributeName, number>
  status: { at: number; parse(text: string): Status } | undefined
  objectId: number
  group: number
  objectType: number
  externalIdForm: RegExp | undefined
}

/** The columns of a format in a header, and those that were named instead. @throws {FileError} for one not there. */
export function toColumns(table: Table, format: Partial<Format>, mapping: Mapping): Columns {
  const placeOf = (name = '') => table.names.indexOf(name)
  const first = (names: readonly string[] = []) => Math.max(-1, placeOf(names.find((name) => placeOf(name) >= 0)))
  const places = ATTRIBUTE_NAMES.map((name): [AttributeName, number] => {
    const column = mapping.get(name)
    return [name, column === undefined ? first(format.columns?.[name]) : requirePlace(table, column)]
  })
  return {
    places: new Map(places.filter(([, at]) => at >= 0)),
    status: statusColumn(table, format.status ?? [], mapping),
    objectId: first(format.objectId),
    group: placeOf(format.members?.group),
    objectType: placeOf(format.objectType),
    externalIdForm: mapping.has('externalId') ? undefined : format.externalIdForm,
  }
}

function statusColumn(table: Table, known: readonly StatusColumn[], mapping: Mapping): Columns['status'] {
  const active = mapping.get('active')
  const inactive = mapping.get('inactive')
  if (active !== undefined) return { at: requirePlace(table, active), parse: parseStatus }
  if (inactive !== undefined) return { at: requirePlace(table, inactive), parse: parseBlocked }
  const found = known.find(({ column }) => table.names.includes(column))
  return found && { at: table.names.indexOf(found.column), parse: found.parse }
}

/** A column by its name as it is written, or else in any form that says the same. */
function requirePlace({ header, names }: Table, column: string): number {
  const exact = header.findIndex((name) => name.trim() === column.trim())
  const at = exact >= 0 ? exact : names.indexOf(toColumnName(column))
  if (at >= 0) return at
  throw new FileError(`There is no column ${JSON.stringify(column)}, only: ${header.join(', ')}`, { header })
}

/** The attributes of a row. @throws {FileError} where it has more cells than the header: none can be trusted then. */
export function valuesIn({ places, externalIdForm }: Columns, { header }: Table, { line, cells }: CsvRecord): Values {
  if (cells.slice(header.length).some((cell) => cell.trim() !== '')) {
    throw new FileError(
      `Line ${line} has ${cells.length} cells and the header ${header.length}: a text with the separator in it must be quoted`,
      { line, expected: `${header.length} cells`, header },
    )
  }
  const found = [...places].map(([name, at]) => [name, cells[at] ?? ''] as const)
  const fits = (name: AttributeName, value: string) =>
    value.trim() !== '' && (name !== 'externalId' || !externalIdForm || externalIdForm.test(value))
  return Object.fromEntries(found.filter(([name, value]) => fits(name, value)))
}
