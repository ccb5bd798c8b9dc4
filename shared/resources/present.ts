import { isComplex } from '../scim/attribute-path.ts'
import type { JsonStream } from '../scim/json-stream.ts'
import { isReturned, type Projection, project } from '../scim/project.ts'
import { toScimResource } from '../scim/representation.ts'
import type { ComplexValue, DerivedAttribute, ResourceType, ScimResource, Value } from '../scim/schema.ts'
import { nameOf } from '../store/claims.ts'
import { listTombstones } from '../store/groups/heads.ts'
import type { StoredMember } from '../store/groups/member-item.ts'
import { listGroupIds, listMembers } from '../store/groups/members.ts'
import type { StoredResource } from '../store/resource-item.ts'
import { getResources } from '../store/resources.ts'
import { sees, seesAll } from './access.ts'
import type { ScimContext } from './context.ts'

/** Everything that is returned by default. */
export const DEFAULT_PROJECTION: Projection = { mode: 'default', named: new Map() }

/** A resource ready to be answered, with what its headers need. */
export interface Presented {
  /** Its members may be too many to hold: then they are still to be read. */
  resource: Record<string, Value | JsonStream>
  location: string
  /** The version shown, also where the projection leaves `meta` out. */
  etag: string
}

/** The derived attribute of a resource under its name: a user's groups, a group's members. */
export type Derived = Record<string, Value[]>

export const locationOf = ({ baseUrl }: ScimContext, { endpoint }: ResourceType, id: string): string =>
  `${baseUrl}${endpoint}/${encodeURIComponent(id)}`

/** How derived attributes are read. */
const LOADERS: Record<DerivedAttribute['from'], (context: ScimContext, id: string) => Promise<Value[]>> = {
  memberships: loadGroups,
  members: loadMembers,
}

/** Reads the derived attribute when the projection shows it. One round trip. */
export async function loadDerived(
  context: ScimContext,
  { derived }: ResourceType,
  id: string,
  projection: Projection,
): Promise<Derived | undefined> {
  if (!derived || !isReturned(projection, derived.attribute)) return undefined
  return { [derived.attribute]: await LOADERS[derived.from](context, id) }
}

/** The groups a user is in that the caller may see; the mirror of their members (RFC 7643 §4.1.2). */
async function loadGroups(context: ScimContext, userId: string): Promise<Value[]> {
  const { db, principal, types } = context
  const { Group } = types
  const groupIds = await listGroupIds(db, principal.account, userId)
  const groups = await getResources(db, principal.account, Group, groupIds)
  const shown = new Map(groups.filter(({ owner }) => sees(principal, Group, owner)).map((group) => [group.id, group]))
  return groupIds.flatMap((id) => {
    const group = shown.get(id)
    return group ? [{ value: id, $ref: locationOf(context, Group, id), display: nameOf(group), type: 'direct' }] : []
  })
}

async function loadMembers(context: ScimContext, groupId: string): Promise<Value[]> {
  const members = await currentMembers(context, groupId)
  return [...members.values()].map((member) => presentMember(context, member))
}

/** The members of a group without users who are deleted. One parallel round trip. */
async function currentMembers({ db, principal }: ScimContext, groupId: string): Promise<Map<string, StoredMember>> {
  const [members, gone] = await Promise.all([
    listMembers(db, principal.account, groupId),
    listTombstones(db, principal.account),
  ])
  for (const userId of gone.keys()) members.delete(userId)
  return members
}

/** A member as clients see it. */
export function presentMember(context: ScimContext, { userId, display }: StoredMember): Value {
  const { User } = context.types
  const $ref = locationOf(context, User, userId)
  return { value: userId, $ref, ...(display !== undefined && { display }), type: User.name }
}

/** The resource as the caller sees it, before projection. */
export function toRepresentation(context: ScimContext, stored: StoredResource, derived?: Derived): ScimResource {
  const { type, id, created, lastModified, version, attributes } = stored
  const location = locationOf(context, type, id)
  const shown = derived && visibleTo(context, stored, derived)
  return toScimResource(type, { id, created, lastModified, version, location, attributes, derived: shown })
}

/**
 * Names of members are for the role that owns the group, whose client sent them, and for callers that see every user:
 * no member need be looked at to know (docs/architecture.md, "Who sees and changes what").
 */
function visibleTo({ principal, types }: ScimContext, { owner }: StoredResource, derived: Derived): Derived {
  const { members } = derived
  if (!members || owner === principal.role || seesAll(principal, types.User)) return derived
  return { members: members.map((member) => (isComplex(member) ? withoutDisplay(member) : member)) }
}

const withoutDisplay = ({ display: _display, ...member }: ComplexValue): ComplexValue => member

export function presentStored(
  context: ScimContext,
  stored: StoredResource,
  projection: Projection,
  derived?: Derived,
): Presented {
  const whole = toRepresentation(context, stored, derived)
  const resource = project(stored.type, whole, projection)
  const { location, version: etag } = whole.meta
  return { resource, location, etag }
}
