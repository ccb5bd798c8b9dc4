import { ATTRIBUTE_NAMES, type AttributeName, memberOf, textOf, type Values, valuesOf } from './attributes.ts'
import { type Columns, toColumns, valuesIn } from './columns.ts'
import type { CsvRecord } from './csv.ts'
import { FileError } from './file-error.ts'
import type { Format } from './formats.ts'
import { parseTable, type Table } from './header.ts'
import type { Mapping } from './mapping.ts'
import { type Recognised, recognise, withArticle } from './recognise.ts'
import { isJson, parseScimFile } from './scim-file.ts'
import type { Status } from './status.ts'

/** A user of a file, and where it stands there. */
export interface FileUser {
  line: number
  values: Values
  status: Status
  /** What it says of who may sign in, where nobody knows the word. */
  unknownWord?: string
  /** The identity provider's own id, by which files of groups may name members. */
  objectId?: string
  /** Of a list of members: the group. */
  group?: string
}

/** A file as it was understood. */
export interface UsersFile {
  format: Pick<Format, 'name' | 'members'> & { trap?: string | undefined }
  /** What it was recognised by. */
  by: string
  users: FileUser[]
  /** Attributes of which the file has at least one value. */
  carries: AttributeName[]
  /** Whether anything in it says who may sign in. */
  saysStatus: boolean
  /** Words about who may sign in that nobody knows, each once. */
  unknownWords: string[]
  /** Rows that are no users, such as nested groups. */
  otherObjects: number
}

/** Reads a file of users, recognised by its content. @throws {FileError} saying what is the matter, and where. */
export function parseUsersFile(text: string, mapping: Mapping): UsersFile {
  const file = parsePeople(text, mapping)
  if (!file.format.members) return file
  throw new FileError(`This is ${withArticle(file.format.name)}, a list of members: give it as --groups`)
}

/** Reads a file of people, be they users or members of groups. @throws {FileError} */
export function parsePeople(text: string, mapping: Mapping): UsersFile {
  if (!isJson(text)) return fromTable(parseTable(text), mapping)
  if (mapping.size > 0) throw new FileError('A SCIM file has no columns: leave --map out')
  const users = parseScimFile(text).map(({ line, resource }): FileUser => {
    const id = textOf(memberOf(resource, 'id'))
    return { line, values: valuesOf(resource), ...toStatus(resource), ...(id !== undefined && { objectId: id }) }
  })
  const groups = users.filter(({ values }) => values.userName === undefined && values.displayName !== undefined)
  if (users.length > 0 && groups.length === users.length)
    throw new FileError('This is a list of groups: give it as --groups')
  return summed({ format: { name: 'SCIM list' }, by: 'its first character' }, users, 0)
}

/** RFC 7643 §4.1.1 leaves to the service provider what an absent `active` means: it is unknown. */
function toStatus(resource: Record<string, unknown>): Pick<FileUser, 'status' | 'unknownWord'> {
  const active = memberOf(resource, 'active') ?? ''
  const said = typeof active === 'object' ? JSON.stringify(active) : String(active)
  if (said.toLowerCase() === 'true') return { status: 'on' }
  return said.toLowerCase() === 'false' ? { status: 'off' } : unknownStatus(said)
}

const unknownStatus = (said: string): Pick<FileUser, 'status' | 'unknownWord'> => ({
  status: 'unknown',
  ...(said !== '' && { unknownWord: said }),
})

function fromTable(table: Table, mapping: Mapping): UsersFile {
  const recognised = recognise(table, mapping)
  const columns = toColumns(table, recognised.format, mapping)
  const users: FileUser[] = []
  let otherObjects = 0
  for (const record of table.records) {
    if (isUser(columns, record)) users.push(toFileUser(table, columns, record))
    else otherObjects += 1
  }
  return summed(recognised, users, otherObjects)
}

const isUser = ({ objectType }: Columns, { cells }: CsvRecord): boolean =>
  objectType < 0 || cells[objectType]?.trim().toLowerCase() === 'user'

function toFileUser(table: Table, columns: Columns, record: CsvRecord): FileUser {
  const { status: column, objectId, group } = columns
  const { line, cells } = record
  const said = column ? (cells[column.at] ?? '').trim() : ''
  const status = column?.parse(said) ?? 'unknown'
  return {
    ...{ line, values: valuesIn(columns, table, record) },
    ...(status === 'unknown' ? unknownStatus(said) : { status }),
    ...(cells[objectId]?.trim() && { objectId: cells[objectId].trim() }),
    ...(cells[group] && { group: cells[group].trim() }),
  }
}

function summed({ format, by, trap }: Recognised, users: FileUser[], otherObjects: number): UsersFile {
  return {
    ...{ format: { ...format, trap }, by, users, otherObjects },
    unknownWords: [...new Set(users.flatMap(({ unknownWord = [] }) => unknownWord))],
    carries: ATTRIBUTE_NAMES.filter((name) => users.some(({ values }) => values[name] !== undefined)),
    saysStatus: users.some(({ status }) => status !== 'unknown'),
  }
}
