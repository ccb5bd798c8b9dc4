import { nameOf } from '../claims.ts'
import type { StoredResource } from '../resource-item.ts'
import type { Invariant, Violation } from './violation.ts'

/** A sentence about an object that can be read. */
export const violationOf = (invariant: Invariant, resource: StoredResource, message: string): Violation => ({
  ...{ invariant, type: resource.type.auditWord, id: resource.id, name: nameOf(resource) },
  message,
})

/** `User "ada@example.com" (0199…)`, `Role "Ops" (0199…)`. */
export const called = (resource: StoredResource): string =>
  `${resource.type.auditWord === 'ROLE' ? 'Role' : 'User'} ${JSON.stringify(nameOf(resource))} (${resource.id})`
