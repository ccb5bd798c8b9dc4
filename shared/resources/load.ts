import { matchesEtag } from '../scim/etag.ts'
import type { Projection } from '../scim/project.ts'
import { hasMembers } from '../scim/schema.ts'
import { getResource } from '../store/resources.ts'
import { requireVisible } from './access.ts'
import type { ScimContext } from './context.ts'
import { loadShown } from './load-shown.ts'
import { loadDerivedOf, type Presented, presentStored } from './present.ts'
import type { Kind } from './special.ts'

/**
 * Reads one resource (RFC 7644 §3.4.1): one without members in one parallel round trip, 1 read unit, 0.5 for a user's
 * groups; one with members before and after them, so that they are of the version shown, and without them where the
 * client's copy (`ifNoneMatch`) is that version.
 * @throws {ScimError} 404 when it is not there or not for this caller's eyes.
 */
export async function loadResource(
  context: ScimContext,
  kind: Kind,
  id: string,
  projection: Projection,
  ifNoneMatch?: string,
): Promise<Presented> {
  const { type } = kind
  const reading = getResource(context.db, context.principal.account, type, id)
  const [found, derived] = await Promise.all([
    reading,
    hasMembers(type) ? undefined : loadDerivedOf(context, kind, id, projection, reading),
  ])
  const stored = requireVisible(context, type, id, found)
  const bare = presentStored(context, stored, projection, derived)
  if (!hasMembers(type) || (ifNoneMatch !== undefined && matchesEtag(ifNoneMatch, bare.etag))) return bare
  const [whole] = await loadShown(context, [{ kind, stored, projection }])
  return whole ?? presentStored(context, requireVisible(context, type, id, undefined), projection)
}
