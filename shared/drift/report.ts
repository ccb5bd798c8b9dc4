import type { AttributeName } from './attributes.ts'
import { type Difference, DRIFT_CLASS_NAMES, type DriftClass, isNote } from './classes.ts'
import { compareRoles } from './compare-roles.ts'
import { attributesToCompare, compareUsers } from './compare-users.ts'
import { FileError } from './file-error.ts'
import type { GroupsFile } from './groups-file.ts'
import type { RoleHere, UserHere } from './here.ts'
import { chooseMatch, type MatchBy, type Matched, matchUsers } from './match.ts'
import type { UsersFile } from './users-file.ts'

/** What is compared with what. */
export interface DriftQuestion {
  file: UsersFile
  here: readonly UserHere[]
  /** By what users are matched; what fits the names where nobody says. */
  match?: MatchBy | undefined
  /** Whose export it is; the role that owns most of those found where nobody says. */
  role?: string | undefined
  /** The attributes to compare; all that both sides carry where nobody says. */
  attributes?: readonly AttributeName[] | undefined
  groups?: { files: readonly GroupsFile[]; roles: readonly RoleHere[]; only: readonly string[] } | undefined
}

/** What came of it. */
export interface DriftReport {
  matchedBy: MatchBy
  role: string
  attributes: readonly AttributeName[]
  /** Users on both sides. */
  pairs: number
  /** Those of them, and roles, of whom nothing differs. */
  same: number
  counts: Readonly<Record<DriftClass, number>>
  /** By class, in the order of classes. */
  differences: readonly Difference[]
}

/**
 * Compares a file with the service: by its rules for names, and only in what both sides carry.
 * @throws {FileError} where the file has nothing to match by.
 */
export function compareWithFile(question: DriftQuestion): DriftReport {
  const { file, here, groups } = question
  const by = question.match ?? chooseMatch(file.users, here)
  checkMatch(file, by)
  checkAttributes(file, question.attributes ?? [])
  const matched = matchUsers(file.users.map(by === 'externalId' ? withObjectId(file) : (user) => user), here, by)
  const role = question.role ?? mostFrequent(ownersOf(matched, here))
  const attributes = question.attributes ?? attributesToCompare(file.carries, here, by)
  const found = [
    ...compareUsers(matched, file.users, { role, attributes }),
    ...(groups ? compareRoles(matched, { ...groups, role }) : []),
  ]
  const byClass = Map.groupBy(found, (one) => one.class)
  const differing = new Set(found.filter((one) => one.type === 'USER' && !isNote(one.class)).map(({ id }) => id))
  return {
    ...{ matchedBy: by, role, attributes, pairs: matched.pairs.length },
    same: matched.pairs.filter((pair) => !differing.has(pair.here.id)).length,
    counts: Object.fromEntries(
      DRIFT_CLASS_NAMES.map((name) => [name, byClass.get(name)?.length ?? 0]),
    ) as DriftReport['counts'],
    differences: DRIFT_CLASS_NAMES.flatMap((name) => byClass.get(name) ?? []),
  }
}

/** A file without an externalId has, for whoever asks to match by it, the id of the identity provider. */
const withObjectId =
  ({ carries }: UsersFile) =>
  (user: UsersFile['users'][number]): UsersFile['users'][number] =>
    carries.includes('externalId') || user.objectId === undefined
      ? user
      : { ...user, values: { ...user.values, externalId: user.objectId } }

function checkMatch({ carries, users, format }: UsersFile, by: MatchBy): void {
  const has = (name: AttributeName) => carries.includes(name)
  const canMatch = {
    userName: has('userName'),
    externalId: has('externalId') || users.some(({ objectId }) => objectId !== undefined),
    email: has('email') || has('userName'),
  }
  if (users.length === 0 || canMatch[by]) return
  const others = (['userName', 'externalId', 'email'] as const).filter((name) => canMatch[name])
  const instead = others.length > 0 ? `match by ${others.join(' or ')}` : 'name its columns by --map'
  throw new FileError(`The file (${format.name}) has no ${by}: ${instead}`)
}

/** One that nobody in the file has would be told as compared, and be none. */
function checkAttributes({ carries, users }: UsersFile, attributes: readonly AttributeName[]): void {
  const absent = attributes.find((name) => !carries.includes(name))
  if (absent === undefined || users.length === 0) return
  throw new FileError(`Nobody in the file has ${absent}: name its column by --map ${absent}=COLUMN, or leave it out`)
}

const ownersOf = ({ pairs }: Matched, here: readonly UserHere[]): string[] =>
  (pairs.length > 0 ? pairs.map((pair) => pair.here) : here).map(({ owner }) => owner)

function mostFrequent(texts: readonly string[]): string {
  const counts = [...Map.groupBy(texts, (text) => text)].map(([text, all]) => ({ text, count: all.length }))
  return counts.sort((a, b) => b.count - a.count || (a.text < b.text ? -1 : 1))[0]?.text ?? ''
}
