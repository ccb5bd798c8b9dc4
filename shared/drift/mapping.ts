import { ATTRIBUTE_NAMES, type AttributeName } from './attributes.ts'
import { FileError } from './file-error.ts'

/** Which column holds what: `inactive` is a column that says who may not sign in. */
export type MappedName = AttributeName | 'active' | 'inactive'
export type Mapping = ReadonlyMap<MappedName, string>

const MAPPED_NAMES: readonly MappedName[] = [...ATTRIBUTE_NAMES, 'active', 'inactive']
/** A comma that begins the next pair; others are part of a column's name. */
const NEXT_PAIR = /,(?=\s*\w+\s*=)/

/** Reads `userName=Login,active=Enabled`, in one text or several. @throws {FileError} naming what can be mapped. */
export function parseMapping(texts: readonly string[]): Mapping {
  const pairs = texts.flatMap((text) => text.split(NEXT_PAIR)).map(parsePair)
  const mapping = new Map(pairs)
  if (mapping.size < pairs.length) throw new FileError('The same attribute is mapped twice: give each one column')
  if (mapping.has('active') && mapping.has('inactive'))
    throw new FileError('active and inactive contradict each other: map one of them')
  return mapping
}

function parsePair(pair: string): [MappedName, string] {
  const at = pair.indexOf('=')
  const [left, column] = [pair.slice(0, Math.max(0, at)).trim(), pair.slice(at + 1).trim()]
  const name = findName(left)
  if (name && column !== '') return [name, column]
  const turned = findName(column)
  const hint = turned && left !== '' ? `; the other way round it is ${turned}=${left}` : ''
  throw new FileError(`Expected ATTRIBUTE=COLUMN, with one of ${MAPPED_NAMES.join(', ')}${hint}`)
}

const findName = (word: string): MappedName | undefined =>
  MAPPED_NAMES.find((name) => name.toLowerCase() === word.toLowerCase())
