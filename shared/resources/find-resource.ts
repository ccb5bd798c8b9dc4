import { notFound, type ScimError } from '../scim/error.ts'
import { quote } from '../scim/quote.ts'
import { isResourceId } from '../scim/resource-id.ts'
import type { ResourceType } from '../scim/schema.ts'
import { getIdByName } from '../store/claims.ts'
import type { StoredResource } from '../store/resource-item.ts'
import { getResource } from '../store/resources.ts'
import type { AdminContext } from './admin-context.ts'
import { requireAccount } from './known-names.ts'

type Place = Pick<AdminContext, 'db' | 'account'>

/** A resource by its id, or by its unique name in any letter case: what administrators may say. */
export async function findResource(
  { db, account }: Place,
  type: ResourceType,
  idOrName: string,
): Promise<StoredResource | undefined> {
  const byId = isResourceId(idOrName) ? await getResource(db, account, type, idOrName.toLowerCase()) : undefined
  if (byId) return byId
  const id = await getIdByName(db, account, type, idOrName)
  return id === undefined ? undefined : getResource(db, account, type, id)
}

/** As {@link findResource}. @throws {ScimError} 404, of the account where that is not there. */
export async function requireResource(place: Place, type: ResourceType, idOrName: string): Promise<StoredResource> {
  const found = await findResource(place, type, idOrName)
  if (found) return found
  await requireAccount(place)
  throw noSuchResource(place, type, idOrName)
}

/** What is said of a resource that is not there. */
export const noSuchResource = ({ account }: Pick<Place, 'account'>, type: ResourceType, idOrName: string): ScimError =>
  notFound(`There is no ${type.auditWord.toLowerCase()} with id or name ${quote(idOrName)} in account "${account}"`)
