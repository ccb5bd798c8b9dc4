import { preconditionFailed } from '../scim/error.ts'
import { matchesVersion, toEtag } from '../scim/etag.ts'
import { quote } from '../scim/quote.ts'
import type { ResourceName } from '../store/keys.ts'
import type { StoredResource } from '../store/resource-item.ts'
import { getResource } from '../store/resources.ts'
import { requireVisible } from './access.ts'
import type { ScimContext } from './context.ts'

/** @throws {ScimError} 412 when `If-Match` names other versions than the current one (RFC 7644 §3.14). */
export function checkIfMatch(ifMatch: string | undefined, { id, version }: StoredResource): void {
  if (ifMatch === undefined || matchesVersion(ifMatch, version)) return
  throw preconditionFailed(`Cannot change ${quote(id)}: its version is ${toEtag(version)} now; read it again and retry`)
}

/**
 * Refuses the change of a resource that is there, when `If-None-Match` is `*` or lists its version (RFC 9110 §13.1.2).
 * Reads, one unit, only where the header was sent.
 * @throws {ScimError} 412; 404 when it is not there for this caller.
 */
export async function checkIfNoneMatch(
  context: ScimContext,
  type: ResourceName,
  id: string,
  ifNoneMatch: string | undefined,
): Promise<void> {
  if (ifNoneMatch === undefined) return
  const found = await getResource(context.db, context.principal.account, type, id)
  const { version } = requireVisible(context, type, id, found)
  if (!matchesVersion(ifNoneMatch, version)) return
  throw preconditionFailed(
    `Cannot change ${quote(id)}: If-None-Match rules out its version, which is ${toEtag(version)}; leave the header out`,
  )
}
