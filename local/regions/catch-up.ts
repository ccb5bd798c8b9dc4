import { isDeepStrictEqual } from 'node:util'
import type { EngineConnection } from '../engine/engine-connection.ts'
import type { Item } from '../engine/wire.ts'
import { type ItemKey, toItemKey } from './item-key.ts'
import type { Replicator } from './replicator.ts'

/** A table as it stands. */
export interface Standing {
  region: string
  items: ReadonlyMap<ItemKey, Item>
}

/** Reads a whole table. */
export async function loadStanding(region: string, engine: EngineConnection, tableName: string): Promise<Standing> {
  const items = new Map<ItemKey, Item>()
  let from: Item | undefined
  do {
    const scan = { TableName: tableName, ConsistentRead: true, ...(from && { ExclusiveStartKey: from }) }
    const { Items, LastEvaluatedKey } = await engine.ask('Scan', scan)
    for (const item of Items as Item[]) items.set(toItemKey(item), item)
    from = LastEvaluatedKey as Item | undefined
  } while (from)
  return { region, items }
}

/**
 * Puts on its way what `leading` has otherwise than the other and nobody knows of: all of it where the other region is
 * new; what was written while only one of them ran; and what the engine wrote just when everything was killed. An empty
 * table leads nobody.
 */
export function catchUp(replicator: Replicator, leading: Standing, other: Standing): void {
  const isEmpty = leading.items.size === 0
  const { region, items } = isEmpty ? other : leading
  const { items: elsewhere } = isEmpty ? leading : other
  const known = new Set(replicator.pending().map(({ key }) => key))
  for (const key of new Set([...items.keys(), ...elsewhere.keys()])) {
    if (known.has(key) || isDeepStrictEqual(items.get(key), elsewhere.get(key))) continue
    replicator.wrote(region, key)
  }
}
