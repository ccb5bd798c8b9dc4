import { RESOURCE_TYPES } from '../../shared/scim/resource-types.ts'
import { batchGet } from '../../shared/store/batch.ts'
import { batchWrite } from '../../shared/store/batch-write.ts'
import { lookupKeys } from '../../shared/store/claims.ts'
import type { Db } from '../../shared/store/client.ts'
import { resourceKey } from '../../shared/store/keys.ts'
import { toResource } from '../../shared/store/resource-item.ts'
import { accountOf, type Item, kindOf } from '../restore/kinds.ts'
import { keyOf, scanPages } from '../restore/tables.ts'

const { User, Group } = RESOURCE_TYPES

/** Takes away lookups of objects that are gone or have another value by now: nothing else finds them. @returns how many. */
export async function dropLeftLookups(db: Db): Promise<number> {
  let left = 0
  for await (const items of scanPages(db)) {
    const wrong: Item[] = []
    for (const item of items.filter((one) => kindOf(one) === 'lookups'))
      if (!(await isWanted(db, item))) wrong.push(item)
    await batchWrite(
      db,
      wrong.map((item) => ({ DeleteRequest: { Key: { ...keyOf(item) } } })),
    )
    left += wrong.length
  }
  return left
}

async function isWanted(db: Db, { pk, sk }: Item): Promise<boolean> {
  const [, account = '', , collection] = String(pk).split('#')
  const type = collection === Group.collection ? Group : User
  const [item] = await batchGet(db, [resourceKey(account, type, String(sk))])
  const keys = item ? [...lookupKeys(accountOf(item), toResource(type, item)).values()] : []
  return keys.some((key) => key.pk === pk)
}
