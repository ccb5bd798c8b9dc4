import type { Item, WriteRequest } from '../../local/engine/wire.ts'
import type { Backend } from './backend.ts'
import type { Change } from './charges.ts'
import { itemId, keyOf, type TableShape } from './table-shape.ts'

/** A write with the item before it and, as far as that can be told, after it. */
export interface PlannedChange extends Change {
  id: string
  action: WriteRequest['action']
}

const GET_LIMIT = 100

/** Looks up what the writes will meet. What an update makes of its item is not known yet: it stays as it is. */
export async function planChanges(backend: Backend, writes: readonly WriteRequest[]): Promise<PlannedChange[]> {
  const planned = await Promise.all(
    writes.map(async ({ table, action, item }) => {
      const shape = await backend.shapes.of(table)
      const key = keyOf(shape, item)
      return { shape, key, action, id: itemId(shape, key), after: action === 'Put' ? item : undefined }
    }),
  )
  const found = await loadItems(backend, planned)
  return planned.map((change) => {
    const before = found.get(change.id)
    const stays = change.action === 'Update' || change.action === 'ConditionCheck'
    return { ...change, before, after: stays ? before : change.after }
  })
}

/** The same changes once they are done: what updates have made of their items is read. */
export async function completeChanges(backend: Backend, changes: readonly PlannedChange[]): Promise<PlannedChange[]> {
  const updates = changes.filter(({ action }) => action === 'Update')
  if (updates.length === 0) return [...changes]
  const found = await loadItems(backend, updates)
  return changes.map((change) => (change.action === 'Update' ? { ...change, after: found.get(change.id) } : change))
}

interface Wanted {
  shape: TableShape
  key: Item
  id: string
}

/** Items by their ids; absent ones are left out. */
async function loadItems({ engine }: Backend, wanted: readonly Wanted[]): Promise<Map<string, Item>> {
  const shapes = new Map(wanted.map(({ shape }) => [shape.name, shape]))
  const found = new Map<string, Item>()
  const unique = [...new Map(wanted.map((one) => [one.id, one])).values()]
  for (let at = 0; at < unique.length; at += GET_LIMIT) {
    let rest = toRequest(unique.slice(at, at + GET_LIMIT))
    while (Object.keys(rest).length > 0) {
      const { Responses, UnprocessedKeys } = await engine.ask('BatchGetItem', { RequestItems: rest })
      for (const [table, items] of Object.entries(Responses as Record<string, Item[]>)) {
        const shape = shapes.get(table)
        if (shape) for (const item of items) found.set(itemId(shape, item), item)
      }
      rest = (UnprocessedKeys ?? {}) as typeof rest
    }
  }
  return found
}

function toRequest(wanted: readonly Wanted[]): Record<string, { Keys: Item[]; ConsistentRead: true }> {
  const request: Record<string, { Keys: Item[]; ConsistentRead: true }> = {}
  for (const { shape, key } of wanted) {
    request[shape.name] ??= { Keys: [], ConsistentRead: true }
    request[shape.name]?.Keys.push(key)
  }
  return request
}
