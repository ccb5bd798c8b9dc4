import { TABLE } from '../../shared/store/table.ts'
import type { Item } from '../engine/wire.ts'

/** The key of an item as one text, the same for the same item in each region. */
export type ItemKey = string

const { partitionKey, sortKey } = TABLE

/** Of an item, or of its key alone. */
export const toItemKey = (item: Item): ItemKey => JSON.stringify([item[partitionKey]?.S, item[sortKey]?.S])

/** The key as DynamoDB's protocol writes it. */
export function toWireKey(key: ItemKey): Item {
  const [pk, sk] = JSON.parse(key) as [string, string]
  return { [partitionKey]: { S: pk }, [sortKey]: { S: sk } }
}
