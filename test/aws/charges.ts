import { isDeepStrictEqual } from 'node:util'
import type { Item } from '../../local/engine/wire.ts'
import { itemSize } from './item-size.ts'
import { type IndexShape, indexEntry, partitionOf, type TableShape } from './table-shape.ts'

/** Capacity units that one partition key of a table or of an index pays. */
export interface Charge {
  kind: 'read' | 'write'
  /** The table, or `table/index`. */
  of: string
  /** ARN of what is charged. */
  arn: string
  partition: string
  units: number
}

const WRITE_STEP_BYTES = 1024
const READ_STEP_BYTES = 4096

const steps = (bytes: number, step: number) => Math.max(1, Math.ceil(bytes / step))
const sizeOf = (item: Item | undefined) => (item ? itemSize(item) : 0)

/** An item before and after a write; a condition check has it only before. */
export interface Change {
  shape: TableShape
  key: Item
  before: Item | undefined
  after: Item | undefined
}

/**
 * What a write costs: the larger of the item before and after in started kilobytes, twice in a transaction; and what
 * its indexes have to change, which a transaction does not double.
 */
export function writeCharges(change: Change, transactional: boolean): Charge[] {
  const { shape, key, before, after } = change
  const units = steps(Math.max(sizeOf(before), sizeOf(after)), WRITE_STEP_BYTES) * (transactional ? 2 : 1)
  const own: Charge = { kind: 'write', of: shape.name, arn: shape.arn, partition: partitionOf(shape.keys, key), units }
  return [own, ...shape.indexes.flatMap((index) => indexCharges(change, index))]
}

/** An entry that stays as it was costs nothing; one that moves is deleted in one place and put in the other. */
function indexCharges({ shape, before, after }: Change, index: IndexShape): Charge[] {
  const [old, next] = [indexEntry(index, before), indexEntry(index, after)]
  if (isDeepStrictEqual(old, next)) return []
  const stays = old && next && index.keys.every((name) => isDeepStrictEqual(old[name], next[name]))
  const written = stays ? [[next, Math.max(itemSize(old), itemSize(next))] as const] : sized([old, next])
  return written.map(([entry, size]) => {
    const partition = partitionOf(index.keys, entry)
    return {
      kind: 'write',
      of: `${shape.name}/${index.name}`,
      arn: index.arn,
      partition,
      units: steps(size, WRITE_STEP_BYTES),
    }
  })
}

const sized = (entries: (Item | undefined)[]) =>
  entries.filter((entry) => entry !== undefined).map((entry) => [entry, itemSize(entry)] as const)

/** How a read is paid: half where it may be stale, double in a transaction. */
export type Consistency = 'eventual' | 'strong' | 'transactional'
const FACTORS: Record<Consistency, number> = { eventual: 0.5, strong: 1, transactional: 2 }

/** What reading one item costs, or looking for one that is not there. */
export function readCharge(shape: TableShape, key: Item, item: Item | undefined, consistency: Consistency): Charge {
  const units = steps(sizeOf(item), READ_STEP_BYTES) * FACTORS[consistency]
  return { kind: 'read', of: shape.name, arn: shape.arn, partition: partitionOf(shape.keys, key), units }
}

/** The least that a query costs, found anything or not. */
export const leastOf = (consistency: Consistency): number => FACTORS[consistency]

/** Units of one kind. */
export const unitsOf = (charges: readonly Charge[], kind?: Charge['kind']): number =>
  charges.reduce((sum, charge) => sum + (kind === undefined || charge.kind === kind ? charge.units : 0), 0)
