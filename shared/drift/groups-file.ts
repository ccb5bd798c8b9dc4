import { foldName } from '../scim/fold.ts'
import { memberOf, textOf } from './attributes.ts'
import { FileError } from './file-error.ts'
import { lacksDeactivated } from './formats.ts'
import { isJson, parseScimFile } from './scim-file.ts'
import { parsePeople, type UsersFile } from './users-file.ts'

/** A member as a file names it: by name, or by the identity provider's id. */
export interface FileMember {
  line: number
  userName?: string
  objectId?: string
}

export interface FileGroup {
  name: string
  members: FileMember[]
}

/** Groups of a file as they were understood. */
export interface GroupsFile {
  format: UsersFile['format']
  by: string
  /** By folded name. */
  groups: Map<string, FileGroup>
  /** Whether the file is of several groups, so that a role that is not in it is missing there. */
  isList: boolean
  /** Whether it leaves out who is deactivated. */
  lacksDeactivated: boolean
  /** Rows that are no users, such as nested groups. */
  otherObjects: number
}

/**
 * Reads a file of groups and their members, recognised by its content. A file of one group does not say of which: that
 * is `groupName`. Any file of users is one of members then.
 * @throws {FileError} saying what is the matter, and where.
 */
export function parseGroupsFile(text: string, groupName?: string): GroupsFile {
  if (isJson(text)) return fromScim(text)
  const { format, by, users, otherObjects } = parsePeople(text, new Map())
  const groups = new Map<string, FileGroup>()
  const namesGroup = format.members?.group !== undefined
  if (!namesGroup && groupName === undefined) {
    throw new FileError(`This file (${format.name}) is one group and does not say which: name it by --group NAME`)
  }
  if (!namesGroup && groupName !== undefined) groupIn(groups, groupName)
  for (const { line, values, objectId, group = namesGroup ? '' : groupName } of users) {
    const { userName } = values
    groupIn(groups, group ?? '').members.push({ line, ...(userName && { userName }), ...(objectId && { objectId }) })
  }
  return { ...{ format, by, groups, otherObjects }, isList: namesGroup, lacksDeactivated: lacksDeactivated(format) }
}

function fromScim(text: string): GroupsFile {
  const groups = new Map<string, FileGroup>()
  for (const { line, resource } of parseScimFile(text)) {
    const name = textOf(memberOf(resource, 'displayName'))
    if (name === undefined) throw new FileError(`The group at place ${line} has no displayName`)
    const members = memberOf(resource, 'members')
    const group = groupIn(groups, name)
    for (const member of Array.isArray(members) ? members : []) {
      const objectId = textOf(memberOf(member, 'value'))
      if (objectId) group.members.push({ line, objectId })
    }
  }
  const format = { name: 'SCIM list of groups' }
  return { format, by: 'its first character', groups, isList: true, lacksDeactivated: false, otherObjects: 0 }
}

function groupIn(groups: Map<string, FileGroup>, name: string): FileGroup {
  const key = foldName(name)
  const group = groups.get(key) ?? { name, members: [] }
  groups.set(key, group)
  return group
}
