import { MAX_SCANNED_RESOURCES } from '../scim/limits.ts'
import type { ResourceType } from '../scim/schema.ts'
import { countResources } from '../store/counters.ts'
import { listNamesByPrefix } from '../store/name-range.ts'
import { ownerSeen } from './access.ts'
import type { ScimContext } from './context.ts'
import { checkBound } from './scan-bound.ts'

/** Names that cost as much to read as one object among its neighbours does: some 40 and 4 of them are a unit. */
const NAMES_PER_OBJECT = 10

/**
 * The ids of those the caller sees whose unique names begin with `prefix`, in the order of the names. Undefined where
 * names of others are so many that to look at all that the caller owns is cheaper.
 * @throws {ScimError} 400 tooMany where the caller sees more than MAX_SCANNED_RESOURCES of them.
 */
export async function listNamed(
  { db, principal }: ScimContext,
  type: ResourceType,
  prefix: string,
): Promise<string[] | undefined> {
  const { account } = principal
  const owner = ownerSeen(principal, type)
  const owned = owner === undefined ? undefined : await countResources(db, account, type, owner)
  if (owned === undefined || owned > MAX_SCANNED_RESOURCES) {
    const named = await listNamesByPrefix(db, account, type, prefix, { limit: MAX_SCANNED_RESOURCES + 1, owner })
    checkBound(type, named.length)
    return named.map(({ id }) => id)
  }
  const limit = owned * NAMES_PER_OBJECT + 1
  const named = await listNamesByPrefix(db, account, type, prefix, { limit })
  return named.length < limit ? named.flatMap((name) => (name.owner === owner ? [name.id] : [])) : undefined
}
