import type { Input, Item } from '../../local/engine/wire.ts'
import type { Change } from './charges.ts'
import { type IndexShape, indexEntry, itemId, partitionOf, type TableShape } from './table-shape.ts'

/** One entry of an index as it was and as it is, for as long as readers may not know. */
interface YoungChange {
  at: number
  index: string
  id: string
  before: Item | undefined
  after: Item | undefined
}

/**
 * Takes back, in what index queries find, the changes that are younger than the lag: an entry that is new is not there
 * yet, one that is gone or changed is as it was. Where a query has a filter nothing is put back: only the engine can
 * filter. A page may be shorter than its limit, as the pages of queries may always be.
 */
export class IndexLag {
  readonly #lagMs: number
  readonly #now: () => number
  #young: YoungChange[] = []

  constructor(lagMs: number, now: () => number = () => performance.now()) {
    this.#lagMs = lagMs
    this.#now = now
  }

  note({ shape, key, before, after }: Change): void {
    if (this.#lagMs === 0) return
    for (const index of shape.indexes) {
      const [old, next] = [indexEntry(index, before), indexEntry(index, after)]
      if (old || next) {
        this.#young.push({
          at: this.#now(),
          index: `${shape.name}/${index.name}`,
          id: itemId(shape, key),
          before: old,
          after: next,
        })
      }
    }
  }

  /** A page of whole entries as it was before the young changes; `partition` is the one that is asked for. */
  show(shape: TableShape, index: IndexShape, input: Input, partition: string, page: Page): Page {
    const young = this.#youngOf(`${shape.name}/${index.name}`)
    if (young.length === 0) return page
    const items = new Map(page.Items.map((item) => [itemId(shape, item), item]))
    for (const { id, before, after } of young.toReversed()) {
      if (after && partitionOf(index.keys, after) === partition) items.delete(id)
      const back = before && partitionOf(index.keys, before) === partition && wasFound(before, index, input, page)
      if (back) items.set(id, before)
    }
    const direction = input.ScanIndexForward === false ? -1 : 1
    const sorted = [...items.values()].sort((a, b) => direction * compare(sortOf(index, a), sortOf(index, b)))
    const Items = sorted.slice(0, input.Limit)
    const last = Items.length < sorted.length ? Items.at(-1) : undefined
    return {
      ...{ ...page, Items, Count: Items.length, ScannedCount: page.ScannedCount + Items.length - page.Items.length },
      ...(last && { LastEvaluatedKey: positionOf(shape, index, last) }),
    }
  }

  #youngOf(index: string): YoungChange[] {
    const since = this.#now() - this.#lagMs
    const first = this.#young.findIndex(({ at }) => at > since)
    if (first !== 0) this.#young = first < 0 ? [] : this.#young.slice(first)
    return this.#young.filter((change) => change.index === index)
  }
}

/** What a query found; `LastEvaluatedKey` where there is more. */
export interface Page {
  Items: Item[]
  Count: number
  /** Of them before the filter. */
  ScannedCount: number
  LastEvaluatedKey?: Item
}

const positionOf = (shape: TableShape, { keys }: IndexShape, item: Item): Item =>
  Object.fromEntries([...shape.keys, ...keys].map((name) => [name, item[name] ?? {}]))

const sortOf = ({ keys }: IndexShape, item: Item): string => String(Object.values(item[keys[1] ?? ''] ?? {})[0] ?? '')
const compare = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

/** Whether an entry that has changed meanwhile stood on this page: within its bounds and the query's condition. */
function wasFound(entry: Item, index: IndexShape, input: Input, page: Page): boolean {
  if (input.FilterExpression !== undefined) return false
  const sort = sortOf(index, entry)
  const forwards = input.ScanIndexForward !== false
  const [first, last] = [input.ExclusiveStartKey, page.LastEvaluatedKey].map((key) => key && sortOf(index, key))
  const isAfter = (bound: string) => (forwards ? compare(sort, bound) > 0 : compare(sort, bound) < 0)
  return (first === undefined || isAfter(first)) && (last === undefined || !isAfter(last)) && meets(sort, index, input)
}

/** The condition on the sort key: nothing, `begins_with`, `BETWEEN` or a comparison. */
function meets(sort: string, { keys }: IndexShape, input: Input): boolean {
  const { KeyConditionExpression: text = '', ExpressionAttributeNames: names = {}, ExpressionAttributeValues } = input
  const textOf = (placeholder = '') => String(Object.values(ExpressionAttributeValues?.[placeholder] ?? {})[0] ?? '')
  const isSortKey = (name = '') => (names[name] ?? name) === keys[1]
  for (const [, name, value] of text.matchAll(/begins_with\s*\(\s*(#?\w+)\s*,\s*(:\w+)\s*\)/gi)) {
    if (isSortKey(name)) return sort.startsWith(textOf(value))
  }
  for (const [, name, low, high] of text.matchAll(/(#?\w+)\s+BETWEEN\s+(:\w+)\s+AND\s+(:\w+)/gi)) {
    if (isSortKey(name)) return compare(sort, textOf(low)) >= 0 && compare(sort, textOf(high)) <= 0
  }
  for (const [, name, operator = '', value] of text.matchAll(/(#?\w+)\s*(<=|>=|=|<|>)\s*(:\w+)/g)) {
    if (isSortKey(name)) return COMPARISONS[operator]?.(compare(sort, textOf(value))) ?? true
  }
  return true
}

const COMPARISONS: Readonly<Record<string, (order: number) => boolean>> = {
  '=': (order) => order === 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
}
