import { isComplex } from '../scim/attribute-path.ts'
import { isReturned, type Projection, project } from '../scim/project.ts'
import { toScimResource } from '../scim/representation.ts'
import type { Attributes, ComplexValue, ResourceType, ScimResource, Value } from '../scim/schema.ts'
import type { StoredMember } from '../store/groups/member-item.ts'
import { listMembers, listMemberships } from '../store/groups/members.ts'
import { listPending, listPendingLately, pendingIds } from '../store/groups/pending.ts'
import { finishDue } from '../store/groups/sweep.ts'
import type { ResourceName } from '../store/keys.ts'
import type { StoredResource } from '../store/resource-item.ts'
import { sees, seesAll } from './access.ts'
import type { ScimContext } from './context.ts'

/** Everything that is returned by default. */
export const DEFAULT_PROJECTION: Projection = { mode: 'default', named: new Map() }

/** A resource ready to be answered, with what its headers need. */
export interface Presented {
  resource: Attributes
  location: string
  /** The version shown, also where the projection leaves `meta` out. */
  etag: string
}

/** What lists, filters and answers need besides the stored resource: a user's groups or a group's members. */
export type Derived = { groups: Value[] } | { members: Value[] }

export const typeOf = ({ types }: ScimContext, name: ResourceName): ResourceType => types[name]
export const locationOf = ({ baseUrl, types }: ScimContext, type: ResourceName, id: string): string =>
  `${baseUrl}${types[type].endpoint}/${encodeURIComponent(id)}`

/** The derived attribute of a type: `groups` of users, `members` of groups. */
export const derivedName = (type: ResourceName) => (type === 'User' ? 'groups' : 'members')

/** Reads the derived attribute when the projection shows it. One round trip. */
export async function loadDerived(
  context: ScimContext,
  type: ResourceName,
  id: string,
  projection: Projection,
): Promise<Derived | undefined> {
  if (!isReturned(projection, derivedName(type))) return undefined
  return type === 'User' ? { groups: await loadGroups(context, id) } : { members: await loadMembers(context, id) }
}

/** The groups a user is in that the caller may see; the mirror of their members (RFC 7643 §4.1.2). */
async function loadGroups(context: ScimContext, userId: string): Promise<Value[]> {
  const { db, principal } = context
  const [memberships, pending] = await Promise.all([
    listMemberships(db, principal.account, userId),
    listPendingLately(db, principal.account),
  ])
  await finishDue(db, principal.account, pending, context.now, context.report)
  const gone = pendingIds(pending, 'GROUP')
  return memberships
    .filter(({ groupId, groupOwner }) => !gone.has(groupId) && sees(principal, 'Group', groupOwner))
    .map(({ groupId, groupDisplay }) => ({
      value: groupId,
      $ref: locationOf(context, 'Group', groupId),
      display: groupDisplay,
      type: 'direct',
    }))
}

async function loadMembers(context: ScimContext, groupId: string): Promise<Value[]> {
  const members = await currentMembers(context, groupId)
  return [...members.values()].map((member) => presentMember(context, member))
}

/** The members of a group without users that are being swept. One parallel round trip. */
export async function currentMembers(context: ScimContext, groupId: string): Promise<Map<string, StoredMember>> {
  const { db, principal, now } = context
  const [members, pending] = await Promise.all([
    listMembers(db, principal.account, groupId),
    listPending(db, principal.account),
  ])
  await finishDue(db, principal.account, pending, now, context.report)
  for (const userId of pendingIds(pending, 'USER')) members.delete(userId)
  return members
}

function presentMember(context: ScimContext, { userId, display }: StoredMember): Value {
  const $ref = locationOf(context, 'User', userId)
  return { value: userId, $ref, ...(display !== undefined && { display }), type: 'User' }
}

/** The resource as the caller sees it, before projection. */
export function toRepresentation(context: ScimContext, stored: StoredResource, derived?: Derived): ScimResource {
  const { type, id, created, lastModified, version, attributes } = stored
  const location = locationOf(context, type, id)
  return toScimResource(typeOf(context, type), {
    id,
    created,
    lastModified,
    version,
    location,
    attributes,
    derived: derived && (visibleTo(context, stored, derived) as Attributes),
  })
}

/**
 * Names of members are for the role that owns the group, whose client sent them, and for callers that see every user:
 * no member need be looked at to know (docs/architecture.md, "Who sees and changes what").
 */
function visibleTo({ principal }: ScimContext, { owner }: StoredResource, derived: Derived): Derived {
  if (!('members' in derived) || owner === principal.role || seesAll(principal, 'User')) return derived
  return { members: derived.members.map((member) => (isComplex(member) ? withoutDisplay(member) : member)) }
}

const withoutDisplay = ({ display: _display, ...member }: ComplexValue): ComplexValue => member

export function presentStored(
  context: ScimContext,
  stored: StoredResource,
  projection: Projection,
  derived?: Derived,
): Presented {
  const whole = toRepresentation(context, stored, derived)
  const resource = project(typeOf(context, stored.type), whole, projection)
  const { location, version: etag } = whole.meta
  return { resource, location, etag }
}
