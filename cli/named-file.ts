import { type CsvRow, readCsvFile } from './csv-reader.ts'
import { Failure } from './failure.ts'

/** Users and roles by their names or ids, in the words of the service. */
export interface NamedObjects {
  users: string[]
  roles: string[]
}

const EXPECTED =
  'expected a column userName for users, displayName for roles, or the columns type (user or role) and name (or id), with commas between columns'
/** Columns that name an object where its type is said beside it, the first that has something. */
const NAME_COLUMNS = ['id', 'name', 'username', 'displayname', 'resourcename']

/**
 * The users and roles that a CSV file names. A file with userName is one of users, whatever it says else.
 * @throws {Failure} when it cannot be read, or a line names nobody: nothing has been sent yet.
 */
export function readNamedFile(path: string): NamedObjects {
  const named: NamedObjects = { users: [], roles: [] }
  for (const row of readCsvFile(path)) {
    const [list, name] = toNamed(row)
    if (list === undefined) throw new Failure(`Cannot read ${path}: ${EXPECTED}`)
    if (list === 'neither')
      throw new Failure(`Cannot read ${path}: the type in line ${row.line} is neither user nor role`)
    if (!name) throw new Failure(`Cannot read ${path}: line ${row.line} names nobody`)
    named[list].push(name)
  }
  if (named.users.length + named.roles.length === 0) throw new Failure(`Cannot read ${path}: it names nobody`)
  return named
}

function toNamed({ cells }: CsvRow): [list: keyof NamedObjects | 'neither' | undefined, name: string | undefined] {
  const type = cells.get('type')
  if (type !== undefined && NAME_COLUMNS.some((name) => cells.has(name)) && !cells.has('username')) {
    return [
      LIST_OF_TYPE.get(type.toLowerCase()) ?? 'neither',
      NAME_COLUMNS.map((name) => cells.get(name)).find((name) => name),
    ]
  }
  if (cells.has('username')) return ['users', cells.get('username')]
  if (cells.has('displayname')) return ['roles', cells.get('displayname')]
  return [undefined, undefined]
}

const LIST_OF_TYPE = new Map<string, keyof NamedObjects>([
  ['user', 'users'],
  ['role', 'roles'],
  ['group', 'roles'],
])
