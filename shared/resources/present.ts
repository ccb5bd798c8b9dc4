import { isComplex } from '../scim/attribute-path.ts'
import type { JsonStream } from '../scim/json-stream.ts'
import { isReturned, type Projection, project } from '../scim/project.ts'
import { toScimResource } from '../scim/representation.ts'
import type { ComplexValue, ResourceType, ScimResource, Value } from '../scim/schema.ts'
import type { StoredMember } from '../store/groups/member-item.ts'
import type { StoredResource } from '../store/resource-item.ts'
import { seesAll } from './access.ts'
import type { ScimContext } from './context.ts'
import type { Kind, ReadPage } from './special.ts'

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

/** The derived attribute of one of the resources of a page; undefined where it is not shown. */
export type DerivedOf = (id: string) => Promise<Derived | undefined>

/** Reads the derived attribute of a page of resources when the projection shows it. */
export function loadDerived(context: ScimContext, kind: Kind, page: ReadPage, projection: Projection): DerivedOf {
  const { type, special } = kind
  const { attribute = '' } = type.derived ?? {}
  const valuesOf = isReturned(projection, attribute) ? special.derived?.load(context, page) : undefined
  return async (id) => valuesOf && { [attribute]: await valuesOf(id) }
}

/** {@link loadDerived} of one resource, beside which it is read. */
export function loadDerivedOf(
  context: ScimContext,
  kind: Kind,
  id: string,
  projection: Projection,
  reading: Promise<StoredResource | undefined>,
) {
  const page = { ids: [id], isRun: false, reading: async () => [await reading] }
  return loadDerived(context, kind, page, projection)(id)
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
