import { tooMany } from '../scim/error.ts'
import { MAX_SCANNED_RESOURCES } from '../scim/limits.ts'
import type { ResourceType } from '../scim/schema.ts'

/**
 * Refuses to examine more of what the caller sees than one request may (docs/decisions/0004-bounded-scans.md).
 * @throws {ScimError} 400 tooMany.
 */
export function checkBound({ uniqueName, lookups }: ResourceType, found: number): void {
  if (found <= MAX_SCANNED_RESOURCES) return
  const indexed = ['id', uniqueName, ...lookups].join(', ')
  throw tooMany(
    `More than ${MAX_SCANNED_RESOURCES} of the resources you see would have to be examined: filter by one of ${indexed}, or list without filter and sort`,
  )
}
