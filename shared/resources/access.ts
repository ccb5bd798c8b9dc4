import type { Principal } from '../auth/principal.ts'
import { DEFAULT_ROLES, RULING_ROLES } from '../auth/role-names.ts'
import { forbidden, invalidValue, notFound, type ScimError } from '../scim/error.ts'
import { foldName } from '../scim/fold.ts'
import { quote } from '../scim/quote.ts'
import type { ResourceType } from '../scim/schema.ts'
import { nameOf } from '../store/claims.ts'
import type { StoredResource } from '../store/resource-item.ts'
import { adviseTransfer } from './advice.ts'
import type { ScimContext } from './context.ts'
import { type Conditional, checkConditions } from './precondition.ts'

/** Names of roles that no client may create or fill (docs/security.md). */
const RESERVED = new Set([...RULING_ROLES, ...Object.values(DEFAULT_ROLES)].map(foldName))

/** Whether the caller sees everybody's objects of a type, not only those of its own role. */
export const seesAll = (principal: Principal, { privileges }: ResourceType): boolean =>
  principal.privileges.includes(privileges.monitor)

export const sees = (principal: Principal, type: ResourceType, owner: string): boolean =>
  owner === principal.role || seesAll(principal, type)

/** The owner whose objects a list shows; undefined for callers that see all. */
export const ownerSeen = (principal: Principal, type: ResourceType): string | undefined =>
  seesAll(principal, type) ? undefined : principal.role

/** What is not there and what the caller may not see are one and the same answer. */
const unknownResource = (type: ResourceType, id: string): ScimError =>
  notFound(`There is no ${type.name} with id ${quote(id)}`)

/** @throws {ScimError} 404 when the object is not there or not for this caller's eyes. */
export function requireVisible(
  { principal, trail }: ScimContext,
  type: ResourceType,
  id: string,
  resource: StoredResource | undefined,
): StoredResource {
  if (!resource || !sees(principal, type, resource.owner)) throw unknownResource(type, id)
  trail.about(type.auditWord, resource.id, nameOf(resource))
  return resource
}

/**
 * Who changes a resource must see it, own it or administer what its owner lets be, and know its version where conditions
 * say so. @throws {ScimError} 404, 403, 412.
 */
export async function requireChangeable(
  context: ScimContext,
  type: ResourceType,
  asked: Conditional,
  found: StoredResource | undefined,
): Promise<StoredResource> {
  const resource = requireVisible(context, type, asked.id, found)
  requireOwned(context, resource)
  await context.admitChange?.(resource)
  checkConditions(asked, resource)
  return resource
}

/** @throws {ScimError} 403 when the caller sees the object, another role owns it, and it is no administrator. */
function requireOwned(context: ScimContext, resource: StoredResource): void {
  const { principal } = context
  const { type, id, owner } = resource
  if (owner === principal.role || principal.isAdministrator) return
  adviseTransfer(context, { type, id, owner, name: nameOf(resource) })
  throw forbidden(
    `Cannot change ${type.name} ${quote(id)}: it belongs to role ${quote(owner)}, this token acts for ${quote(principal.role)}`,
  )
}

/** @throws {ScimError} 403 without the privilege to create. */
export function requireCreate({ principal }: ScimContext, { name, privileges: { create } }: ResourceType): void {
  if (principal.privileges.includes(create)) return
  throw forbidden(`Cannot create a ${name}: role ${quote(principal.role)} lacks the privilege ${create}`)
}

/** That a group would take the name of a role that decides over others. */
export const reservedName = (displayName: string): ScimError =>
  invalidValue(`Cannot use displayName ${quote(displayName)}: the name is reserved; choose another`)

/**
 * Looks at the names that are known without reading: those of other integrations' roles are met when the name is
 * claimed. @throws {ScimError} 400 when a group would take the name of a role that decides over others.
 */
export function checkReserved({ principal }: ScimContext, displayName: string): void {
  const name = foldName(displayName)
  if (!RESERVED.has(name) && name !== foldName(principal.role)) return
  throw reservedName(displayName)
}
