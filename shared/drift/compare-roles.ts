import { foldName } from '../scim/fold.ts'
import { quote } from '../scim/quote.ts'
import { comparable } from './attributes.ts'
import type { Difference } from './classes.ts'
import { nameHere, nameThere } from './compare-users.ts'
import { FileError } from './file-error.ts'
import type { FileGroup, FileMember, GroupsFile } from './groups-file.ts'
import type { RoleHere, UserHere } from './here.ts'
import type { Matched } from './match.ts'
import type { FileUser } from './users-file.ts'

/** Groups that an error names. */
const MAX_NAMES = 20

/** What is compared of roles. */
export interface RoleQuestion {
  files: readonly GroupsFile[]
  roles: readonly RoleHere[]
  /** Whose export the files are. */
  role: string
  /** Names of the groups that are compared; all of the files where none is named. */
  only: readonly string[]
}

/**
 * Roles on one side alone, and members of a role on one side alone.
 * @throws {FileError} for a group that is named and on neither side: nothing of it would be compared.
 */
export function compareRoles(matched: Matched, question: RoleQuestion): Difference[] {
  requireGroups(question)
  const { files, roles, role, only } = question
  const wanted = new Set(only.map(foldName))
  const isWanted = (name: string) => wanted.size === 0 || wanted.has(foldName(name))
  const people = findPeople(matched)
  const here = new Map(roles.map((one) => [foldName(one.name), one]))
  const inFiles = joinGroups(files)
  const compared = inFiles.filter(({ group }) => isWanted(group.name))
  const named = new Set(compared.map(({ key }) => key))
  const isMissing = (one: RoleHere) => one.owner === role && isWanted(one.name) && !named.has(foldName(one.name))
  return [
    ...compared.flatMap(({ key, group, file }) => compareRole(here.get(key), group, file, people, role)),
    ...(files.some(({ isList }) => isList) ? roles.filter(isMissing).map(toMissingThere) : []),
  ]
}

/** The groups of all files, each once: one that several name has the members of all. */
function joinGroups(files: readonly GroupsFile[]) {
  const all = files.flatMap((file) => [...file.groups].map(([key, group]) => ({ key, group, file })))
  return [...Map.groupBy(all, ({ key }) => key).values()].map(([first, ...others]) => {
    const { key, group, file } = first as (typeof all)[number]
    const members = [group, ...others.map((other) => other.group)].flatMap((one) => one.members)
    const named = new Map(members.map((member) => [JSON.stringify([member.userName, member.objectId]), member]))
    return { key, file, group: { ...group, members: [...named.values()] } }
  })
}

function requireGroups({ files, roles, role, only }: RoleQuestion): void {
  const inFiles = joinGroups(files).map(({ group }) => group.name)
  const missedHere = files.some(({ isList }) => isList) ? roles.filter(({ owner }) => owner === role) : []
  const known = new Set([...inFiles, ...missedHere.map(({ name }) => name)].map(foldName))
  const unknown = only.find((name) => !known.has(foldName(name)))
  if (unknown === undefined) return
  const some = inFiles.slice(0, MAX_NAMES).join(', ')
  const more = inFiles.length > MAX_NAMES ? ` and ${inFiles.length - MAX_NAMES} more` : ''
  throw new FileError(`There is no group ${quote(unknown)} in the files, only: ${some || 'none'}${more}`)
}

/** Users by what files of groups call them, and by what they hold here. */
interface People {
  byName: ReadonlyMap<string, Sides>
  byObjectId: ReadonlyMap<string, Sides>
  holders: ReadonlyMap<string, readonly Sides[]>
}

interface Sides {
  there?: FileUser
  here?: UserHere
}

function findPeople({ pairs, onlyThere, onlyHere }: Matched): People {
  const all: Sides[] = [...pairs, ...onlyThere.map((there) => ({ there })), ...onlyHere.map((here) => ({ here }))]
  const byName = new Map<string, Sides>()
  for (const sides of all) if (sides.here?.values.userName) byName.set(keyOf(sides.here.values.userName), sides)
  for (const sides of all) if (sides.there?.values.userName) byName.set(keyOf(sides.there.values.userName), sides)
  const byObjectId = new Map(all.flatMap((sides) => (sides.there?.objectId ? [[sides.there.objectId, sides]] : [])))
  const held = all.flatMap((sides) => (sides.here?.roles ?? []).map((id) => ({ id, sides })))
  const holders = new Map(
    [...Map.groupBy(held, ({ id }) => id)].map(([id, some]) => [id, some.map((one) => one.sides)]),
  )
  return { byName, byObjectId, holders }
}

const keyOf = (userName: string): string => comparable('userName', userName)

function compareRole(
  here: RoleHere | undefined,
  group: FileGroup,
  file: GroupsFile,
  people: People,
  role: string,
): Difference[] {
  if (!here) return [{ class: 'role-missing', ...ofRole(group.name), there: 'there', here: 'absent' }]
  const both = { ...ofRole(group.name), id: here.id }
  if (here.owner !== role) return [{ class: 'owner', ...both, there: role, here: here.owner }]
  const direct = here.direct.map(
    ([attribute, time, value]): Difference => ({
      ...{ class: 'direct', ...both, attribute, ...(value !== undefined && { here: value }) },
      detail: `changed directly ${time}`,
    }),
  )
  return [...compareMembers(here, group, file, people), ...direct]
}

const ofRole = (name: string) => ({ type: 'ROLE' as const, name })

const toMissingThere = ({ id, name }: RoleHere): Difference => ({
  ...{ class: 'role-missing', ...ofRole(name), there: 'absent', here: 'here', id },
})

function compareMembers(role: RoleHere, group: FileGroup, file: GroupsFile, people: People): Difference[] {
  const members = group.members.map((member) => ({ member, sides: findSides(member, people) }))
  const there = new Set(members.map(({ sides }) => sides))
  const holds = (sides: Sides | undefined) => sides?.here?.roles.includes(role.id) === true
  // Who is missing here altogether is told once, as a user.
  const absent = members.filter(({ sides }) => !holds(sides) && !(sides?.there && !sides.here))
  const surplus = (people.holders.get(role.id) ?? []).filter((sides) => !there.has(sides))
  return [
    ...absent.map(({ member, sides }) => toMember(role, sides ?? {}, member, 'there')),
    ...surplus
      .filter(({ here }) => here?.active || !file.lacksDeactivated)
      .map((sides) => toMember(role, sides, {}, 'here')),
  ]
}

const findSides = ({ userName, objectId }: FileMember, { byName, byObjectId }: People): Sides | undefined =>
  (userName === undefined ? undefined : byName.get(keyOf(userName))) ??
  (objectId === undefined ? undefined : byObjectId.get(objectId))

function toMember(
  { name: attribute }: RoleHere,
  { there, here }: Sides,
  { line, userName, objectId }: Partial<FileMember>,
  side: 'there' | 'here',
): Difference {
  const name = (there && nameThere(there)) ?? (here && nameHere(here)) ?? userName ?? objectId ?? ''
  const isMember = side === 'there' ? { there: 'member', here: 'no member' } : { there: 'no member', here: 'member' }
  const known = { ...(line !== undefined && { line }), ...(here && { id: here.id }) }
  const detail = !here && { detail: 'neither a user here nor in the file of users' }
  return { class: 'role-members', type: 'USER', name, attribute, ...isMember, ...known, ...detail }
}
