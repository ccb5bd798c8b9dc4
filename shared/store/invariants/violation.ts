import { nameOf } from '../claims.ts'
import type { StoredResource } from '../resource-item.ts'

/** Something that no request, fault or kill may leave behind. */
export interface Violation {
  /** The audit word of the object's type. */
  type: string
  id: string
  /** Where the object has one that can be read. */
  name?: string
  message: string
}

/** What a look at a part of an account found. */
export interface Looked {
  violations: Violation[]
  /** How many objects, names or memberships were looked at. */
  checked: number
  /** Where to go on; undefined behind the last. */
  reached: string | undefined
}

/** A sentence about an object that can be read. */
export const violationOf = (resource: StoredResource, message: string): Violation => ({
  ...{ type: resource.type.auditWord, id: resource.id, name: nameOf(resource) },
  message,
})

/** `User "ada@example.com" (0199…)`, `Role "Ops" (0199…)`. */
export const called = (resource: StoredResource): string =>
  `${resource.type.auditWord === 'ROLE' ? 'Role' : 'User'} ${JSON.stringify(nameOf(resource))} (${resource.id})`
