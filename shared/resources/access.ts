import type { Principal } from '../auth/principal.ts'
import { forbidden, invalidValue, notFound, type ScimError } from '../scim/error.ts'
import { foldName } from '../scim/identifier.ts'
import { quote } from '../scim/quote.ts'
import { nameOf } from '../store/claims.ts'
import type { ResourceName } from '../store/keys.ts'
import type { StoredResource } from '../store/resource-item.ts'
import type { ScimContext } from './context.ts'

/** Roles that decide over others: no client may create or fill one of their names (docs/security.md). */
const RESERVED_ROLES = [
  'ACCOUNTADMIN',
  'ORGADMIN',
  'GLOBALORGADMIN',
  'SECURITYADMIN',
  'SYSADMIN',
  'USERADMIN',
  'PUBLIC',
  'OKTA_PROVISIONER',
  'AAD_PROVISIONER',
  'GENERIC_SCIM_PROVISIONER',
]
const RESERVED = new Set(RESERVED_ROLES.map(foldName))

/** Whether the caller sees everybody's objects of a type, not only those of its own role. */
export const seesAll = ({ privileges }: Principal, type: ResourceName): boolean =>
  privileges.includes(type === 'User' ? 'monitorUser' : 'monitorRole')

export const sees = (principal: Principal, type: ResourceName, owner: string): boolean =>
  owner === principal.role || seesAll(principal, type)

/** The owner whose objects a list shows; undefined for callers that see all. */
export const ownerSeen = (principal: Principal, type: ResourceName): string | undefined =>
  seesAll(principal, type) ? undefined : principal.role

/** What is not there and what the caller may not see are one and the same answer. */
export const unknownResource = (type: ResourceName, id: string): ScimError =>
  notFound(`There is no ${type} with id ${quote(id)}`)

/** @throws {ScimError} 404 when the object is not there or not for this caller's eyes. */
export function requireVisible(
  { principal, trail }: ScimContext,
  type: ResourceName,
  id: string,
  resource: StoredResource | undefined,
): StoredResource {
  if (!resource || !sees(principal, type, resource.owner)) throw unknownResource(type, id)
  trail.about(domainOf(type), resource.id, nameOf(type, resource.attributes))
  return resource
}

/** @throws {ScimError} 403 when the caller sees the object and another role owns it. */
export function requireOwned({ principal }: ScimContext, { type, id, owner }: StoredResource): void {
  if (owner === principal.role) return
  throw forbidden(
    `Cannot change ${type} ${quote(id)}: it belongs to role ${quote(owner)}, this token acts for ${quote(principal.role)}`,
  )
}

/** @throws {ScimError} 403 without the privilege to create. */
export function requireCreate({ principal }: ScimContext, type: ResourceName): void {
  const privilege = type === 'User' ? 'createUser' : 'createRole'
  if (principal.privileges.includes(privilege)) return
  throw forbidden(`Cannot create a ${type}: role ${quote(principal.role)} lacks the privilege ${privilege}`)
}

/** @throws {ScimError} 400 when a group would take the name of a role that decides over others. */
export function checkReserved({ principal }: ScimContext, displayName: string): void {
  const name = foldName(displayName)
  if (!RESERVED.has(name) && name !== foldName(principal.role)) return
  throw invalidValue(`Cannot use displayName ${quote(displayName)}: the name is reserved; choose another`)
}

export const domainOf = (type: ResourceName) => (type === 'User' ? 'USER' : 'ROLE')
