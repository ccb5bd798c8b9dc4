import { FileError } from './file-error.ts'
import { FORMATS, type Format } from './formats.ts'
import { formatsOf, type Table } from './header.ts'
import type { Mapping } from './mapping.ts'

/** What a file was taken for, and by what. */
export interface Recognised {
  format: Partial<Format> & Pick<Format, 'name'>
  by: string
  /** The trap of the format, in words of this file. */
  trap?: string | undefined
}

/**
 * What a CSV file is, by its header alone. Columns that are named make any file one of users.
 * @throws {FileError} where it is none that can be compared, saying why, or what would do.
 */
export function recognise(table: Table, mapping: Mapping): Recognised {
  const [format, second] = formatsOf(table.names)
  if (format?.refused) throw new FileError(`This is ${withArticle(format.name)}: ${format.refused}`)
  if (format && !second)
    return { format, by: `its columns ${toldBy(format, table).join(', ')}`, trap: trapOf(format, table) }
  if (mapping.has('userName') || mapping.has('externalId') || mapping.has('email')) {
    return { format: { name: 'CSV of another kind' }, by: 'the columns named by --map' }
  }
  throw unknown(table, second ? `it fits several formats` : `it fits no format`)
}

/** The columns that told it, as they stand in the file. */
function toldBy({ needs }: Format, { header, names }: Table): string[] {
  const list = needs.find((some) => some.every((name) => names.includes(name))) ?? []
  return list.map((name) => `"${header[names.indexOf(name)]?.trim()}"`)
}

function trapOf({ trap, objectId = [] }: Format, { header, names }: Table): string | undefined {
  if (typeof trap !== 'function') return trap
  const at = names.findIndex((name) => objectId.includes(name))
  const column = header[at]?.trim()
  return trap(column?.includes(' ') ? `"${column}"` : column)
}

/** `an Okta export`, `a Ping export`. */
export const withArticle = (name: string): string => `${/^[AEIO]/.test(name) ? 'an' : 'a'} ${name}`

function unknown({ header }: Table, why: string): FileError {
  const formats = FORMATS.filter(({ refused }) => !refused).map(
    ({ name, needs }) => `  ${name}: ${needs.map((list) => list.join(' + ')).join(', or ')}`,
  )
  return new FileError(
    [
      `The file is not recognised by its header: ${why}. Its columns: ${header.join(', ') || 'none'}`,
      'What tells a format, in any letter case and without blanks:',
      ...formats,
      'Name the columns yourself: --map userName=COLUMN,active=COLUMN (inactive=COLUMN where it says who is blocked)',
    ].join('\n'),
    { line: 1, expected: formats.map((text) => text.trim()).join('\n'), header },
  )
}
