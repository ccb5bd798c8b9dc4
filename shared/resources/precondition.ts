import { preconditionFailed } from '../scim/error.ts'
import { matchesVersion, toEtag } from '../scim/etag.ts'
import { quote } from '../scim/quote.ts'
import type { StoredResource } from '../store/resource-item.ts'

/** @throws {ScimError} 412 when `If-Match` names other versions than the current one (RFC 7644 §3.14). */
export function checkIfMatch(ifMatch: string | undefined, { id, version }: StoredResource): void {
  if (ifMatch === undefined || matchesVersion(ifMatch, version)) return
  throw preconditionFailed(`Cannot change ${quote(id)}: its version is ${toEtag(version)} now; read it again and retry`)
}
