import { preconditionFailed } from '../scim/error.ts'
import { matchesVersion, toEtag } from '../scim/etag.ts'
import { quote } from '../scim/quote.ts'
import type { StoredResource } from '../store/resource-item.ts'

/** The resource a change is about, and the versions it must or must not have, as the headers name them. */
export interface Conditional {
  id: string
  ifMatch?: string | undefined
  ifNoneMatch?: string | undefined
}

/**
 * @throws {ScimError} 412 when `If-Match` names other versions than the current one (RFC 7644 §3.14), or when
 * `If-None-Match` is `*` or names it (RFC 9110 §13.1.2).
 */
export function checkConditions(
  { ifMatch, ifNoneMatch }: Omit<Conditional, 'id'>,
  { id, version }: StoredResource,
): void {
  if (ifMatch !== undefined && !matchesVersion(ifMatch, version)) {
    throw preconditionFailed(
      `Cannot change ${quote(id)}: its version is ${toEtag(version)} now; read it again and retry`,
    )
  }
  if (ifNoneMatch === undefined || !matchesVersion(ifNoneMatch, version)) return
  throw preconditionFailed(
    `Cannot change ${quote(id)}: If-None-Match rules out its version, which is ${toEtag(version)}; leave the header out`,
  )
}
