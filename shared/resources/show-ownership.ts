import { ADMIN_OWNER } from '../auth/principal.ts'
import { RESOURCE_TYPES } from '../scim/resource-types.ts'
import type { ResourceType } from '../scim/schema.ts'
import { nameOf } from '../store/claims.ts'
import { listOwnerCounts } from '../store/counters.ts'
import { getProvisioners } from '../store/provisioners.ts'
import type { AdminContext } from './admin-context.ts'
import { requireResource } from './find-resource.ts'
import { requireAccount } from './known-names.ts'

/** How much a role owns. */
export interface OwnerRow {
  role: string
  users: number
  /** Groups. */
  roles: number
}

/** Who owns one object. */
export interface ObjectOwner {
  /** The audit word of its type. */
  type: string
  id: string
  name: string
  owner: string
}

/**
 * What each role owns, by name: every provisioner role, administrators, and roles that are no more and still own
 * something. From the counters; at most 6 read units, and those of the roles. @throws {ScimError} 404 for the account.
 */
export async function listOwnership({ db, account }: AdminContext): Promise<OwnerRow[]> {
  const [users, roles, provisioners] = await Promise.all([
    listOwnerCounts(db, account, RESOURCE_TYPES.User),
    listOwnerCounts(db, account, RESOURCE_TYPES.Group),
    getProvisioners(db, account),
  ])
  const known = provisioners.map(({ role }) => role)
  if (known.length + users.size + roles.size === 0) await requireAccount({ db, account })
  const owners = [...new Set([...known, ADMIN_OWNER, ...users.keys(), ...roles.keys()])].sort()
  return owners.map((role) => ({ role, users: users.get(role) ?? 0, roles: roles.get(role) ?? 0 }))
}

/** Who owns a user or group, by its id or name. @throws {ScimError} 404. */
export async function loadOwner(context: AdminContext, type: ResourceType, idOrName: string): Promise<ObjectOwner> {
  const found = await requireResource(context, type, idOrName)
  const { id, owner } = found
  context.trail.about(type.auditWord, id, nameOf(found))
  return { type: type.auditWord, id, name: nameOf(found), owner }
}
