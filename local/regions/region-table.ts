import type { EngineConnection } from '../engine/engine-connection.ts'
import type { Item } from '../engine/wire.ts'
import { type ItemKey, toWireKey } from './item-key.ts'
import type { Replica } from './replicator.ts'

/** The table of a region behind its proxy: what is put here is not replicated again. */
export function regionTable(region: string, engine: EngineConnection, tableName: string): Replica {
  const table = { TableName: tableName }
  return {
    region,
    async get(key: ItemKey) {
      const { Item } = await engine.ask('GetItem', { ...table, Key: toWireKey(key), ConsistentRead: true })
      return Item as Item | undefined
    },
    async set(key: ItemKey, item: Item | undefined) {
      if (item) await engine.ask('PutItem', { ...table, Item: item })
      else await engine.ask('DeleteItem', { ...table, Key: toWireKey(key) })
    },
  }
}
