import type { EngineConnection } from '../../local/engine/engine-connection.ts'
import type { Item } from '../../local/engine/wire.ts'

/** Attribute names of a table's or index's keys; the second may be missing. */
export type KeyNames = readonly string[]

/** What the proxy has to know of a table. */
export interface TableShape {
  name: string
  arn: string
  /** What throttling is called depends on it. */
  onDemand: boolean
  keys: KeyNames
  indexes: readonly IndexShape[]
}

export interface IndexShape {
  name: string
  arn: string
  keys: KeyNames
  /** The attributes an entry has; `undefined` for all. */
  projected: ReadonlySet<string> | undefined
}

/** Asks the engine once for each table. */
export class TableShapes {
  readonly #engine: EngineConnection
  readonly #shapes = new Map<string, Promise<TableShape>>()

  constructor(engine: EngineConnection) {
    this.#engine = engine
  }

  of(name: string): Promise<TableShape> {
    const known = this.#shapes.get(name)
    if (known) return known
    const asked = this.#engine
      .ask('DescribeTable', { TableName: name })
      .then(({ Table }) => toShape(Table as Description))
    asked.catch(() => this.#shapes.delete(name))
    this.#shapes.set(name, asked)
    return asked
  }

  /** To be called when a table was made or changed. */
  forget(): void {
    this.#shapes.clear()
  }
}

interface Description {
  TableName: string
  TableArn: string
  KeySchema: KeySchema
  BillingModeSummary?: { BillingMode?: string }
  GlobalSecondaryIndexes?: {
    IndexName: string
    IndexArn: string
    KeySchema: KeySchema
    Projection: { ProjectionType: string; NonKeyAttributes?: string[] }
  }[]
}
type KeySchema = { AttributeName: string; KeyType: 'HASH' | 'RANGE' }[]

function toShape(table: Description): TableShape {
  const keys = toKeyNames(table.KeySchema)
  return {
    name: table.TableName,
    arn: table.TableArn,
    onDemand: table.BillingModeSummary?.BillingMode === 'PAY_PER_REQUEST',
    keys,
    indexes: (table.GlobalSecondaryIndexes ?? []).map(({ IndexName, IndexArn, KeySchema, Projection }) => {
      const own = toKeyNames(KeySchema)
      const all = Projection.ProjectionType === 'ALL'
      const projected = all ? undefined : new Set([...keys, ...own, ...(Projection.NonKeyAttributes ?? [])])
      return { name: IndexName, arn: IndexArn, keys: own, projected }
    }),
  }
}

const toKeyNames = (schema: KeySchema): KeyNames =>
  schema.toSorted((a, b) => (a.KeyType < b.KeyType ? -1 : 1)).map(({ AttributeName }) => AttributeName)

/** The entry an index has of an item; none where the item lacks a key of it. */
export function indexEntry({ keys, projected }: IndexShape, item: Item | undefined): Item | undefined {
  if (!item || keys.some((name) => item[name] === undefined)) return undefined
  if (!projected) return item
  return Object.fromEntries(Object.entries(item).filter(([name]) => projected.has(name)))
}

/** Just the key of an item. */
export const keyOf = ({ keys }: TableShape, item: Item): Item =>
  Object.fromEntries(keys.flatMap((name) => (item[name] === undefined ? [] : [[name, item[name]]])))

/** A text that is the same for the same value of a key. */
export const partitionOf = (keys: KeyNames, item: Item): string => {
  const [value] = Object.values(item[keys[0] ?? ''] ?? {})
  return String(value)
}

/** A text that is the same for the same item of the same table. */
export const itemId = (shape: TableShape, item: Item): string =>
  JSON.stringify([shape.name, ...shape.keys.map((name) => item[name])])
