import type { Projection } from '../scim/project.ts'
import { getResource } from '../store/resources.ts'
import { requireVisible } from './access.ts'
import type { ScimContext } from './context.ts'
import { loadDerivedOf, type Presented, presentStored } from './present.ts'
import type { Kind } from './special.ts'

/**
 * Reads one resource (RFC 7644 §3.4.1) in one parallel round trip: 1 read unit, 0.5 for a user's groups.
 * @throws {ScimError} 404 when it is not there or not for this caller's eyes.
 */
export async function loadResource(
  context: ScimContext,
  kind: Kind,
  id: string,
  projection: Projection,
): Promise<Presented> {
  const { type } = kind
  const [found, derived] = await Promise.all([
    getResource(context.db, context.principal.account, type, id),
    loadDerivedOf(context, kind, id, projection),
  ])
  return presentStored(context, requireVisible(context, type, id, found), projection, derived)
}
