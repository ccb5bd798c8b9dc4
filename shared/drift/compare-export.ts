import { decodeText } from './decode.ts'
import { FileError, naming } from './file-error.ts'
import { type GroupsFile, parseGroupsFile } from './groups-file.ts'
import { type RoleHere, toRoleHere, toUserHere, type UserHere } from './here.ts'
import { parseMapping } from './mapping.ts'
import { listPages, type Page } from './pages.ts'
import { compareWithFile, type DriftQuestion } from './report.ts'
import type { Compared } from './summary.ts'
import { parseUsersFile, type UsersFile } from './users-file.ts'

/** A file as it was given. */
export interface ExportFile {
  name: string
  bytes: Uint8Array
}

/** The files of an export, and how they are to be read. */
export interface ExportFiles {
  users: ExportFile
  groups: readonly ExportFile[]
  /** Of files of one group, in their order: which; else the groups to compare. */
  group: readonly string[]
  /** Which column holds what: `attribute=column`, with commas. */
  map: readonly string[]
}

/** The same, understood. */
export interface Export {
  file: UsersFile
  groups: readonly GroupsFile[]
  /** Of groups of files of many: those to compare. */
  only: readonly string[]
}

/** Reads the files of an export. @throws {FileError} naming the file, and saying what stands where. */
export function parseExport({ users, groups, group, map }: ExportFiles): Export {
  const mapping = parseMapping(map)
  const file = naming(users.name, () => requireUsers(parseUsersFile(decodeText(users.bytes), mapping)))
  return { file, groups: parseGroups(groups, group), only: group }
}

function requireUsers(file: UsersFile): UsersFile {
  if (file.users.length > 0) return file
  throw new FileError('There is no user in it: has the export gone wrong?')
}

/** Names go to files of one group in their order; what is left chooses among those of the others. */
function parseGroups(files: readonly ExportFile[], names: readonly string[]): GroupsFile[] {
  let named = 0
  return files.map(({ name, bytes }) => {
    const file = naming(name, () => parseGroupsFile(decodeText(bytes), names[named]))
    if (!file.isList) named += 1
    return file
  })
}

/** The service, as far as it is asked. */
export interface Asked {
  /** A page of users or roles as administrators see them. */
  page(collection: 'users' | 'roles', query: Record<string, string | number>): Promise<Page>
  /** How far it has come. */
  onProgress(users: number, of: number): void
}

/** What every user is compared in; what no export is held against need not be sent: half of a user. */
const NOT_COMPARED = ['meta', 'phoneNumbers', 'addresses', 'photos', 'ims', 'roles', 'entitlements', 'x509Certificates']

/**
 * Compares an export with what is here.
 * @throws {FileError} where the file has nothing to match by.
 */
export async function compareExport(
  { file, groups, only }: Export,
  options: Pick<DriftQuestion, 'match' | 'role' | 'attributes'>,
  asked: Asked,
): Promise<Compared> {
  const here = await loadUsers(asked, groups.length > 0)
  const roles = groups.length > 0 ? await loadRoles(asked) : []
  // Files of one group choose their role by themselves.
  const question = groups.length === 0 ? undefined : { files: groups, roles, only }
  const { match, role, attributes } = options
  const report = compareWithFile({ match, role, attributes, file, here, groups: question })
  return { file, groups, report, usersHere: here.length }
}

/** Page by page: no page is kept as it came. */
async function loadUsers({ page, onProgress }: Asked, withRoles: boolean): Promise<UserHere[]> {
  const excludedAttributes = [...NOT_COMPARED, withRoles ? 'groups.$ref' : 'groups'].join()
  const users: UserHere[] = []
  for await (const found of listPages((place) => page('users', { excludedAttributes, ...place }))) {
    users.push(...found.Resources.map(toUserHere))
    onProgress(users.length, found.totalResults)
  }
  return users
}

/** Without their members: who holds a role is read with the users, of whom neighbours are looked up together. */
async function loadRoles({ page }: Asked): Promise<RoleHere[]> {
  const roles: RoleHere[] = []
  for await (const found of listPages((place) => page('roles', { excludedAttributes: 'members', ...place }))) {
    roles.push(...found.Resources.map(toRoleHere))
  }
  return roles
}
