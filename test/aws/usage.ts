import type { Charge } from './charges.ts'

/** One call of a client, as the proxy saw it; times by `performance.now()`. */
export interface AwsCall {
  operation: string
  start: number
  end: number
  charges: readonly Charge[]
  /** Whether it was refused or left in part undone for want of capacity, or by a conflict. */
  refused: 'throttled' | 'conflict' | undefined
}

/** Sums of calls. */
export interface Total {
  calls: number
  throttled: number
  conflicts: number
  readUnits: number
  writeUnits: number
}

const nothing = (): Total => ({ calls: 0, throttled: 0, conflicts: 0, readUnits: 0, writeUnits: 0 })

/** What was used until now, by operation and by partition (`read table/index key`). */
export interface Usage {
  total: Total
  operations: ReadonlyMap<string, Total>
  partitions: ReadonlyMap<string, number>
}

/** Adds calls up. */
export class UsageLog implements Usage {
  readonly total = nothing()
  readonly operations = new Map<string, Total>()
  readonly partitions = new Map<string, number>()

  note(call: AwsCall): void {
    const ofOperation = this.operations.get(call.operation) ?? nothing()
    this.operations.set(call.operation, ofOperation)
    for (const sums of [this.total, ofOperation]) add(sums, call)
    for (const { kind, of, partition, units } of call.charges) {
      const id = `${kind} ${of} ${partition}`
      this.partitions.set(id, (this.partitions.get(id) ?? 0) + units)
    }
  }

  clear(): void {
    Object.assign(this.total, nothing())
    this.operations.clear()
    this.partitions.clear()
  }
}

function add(sums: Total, { charges, refused }: AwsCall): void {
  sums.calls += 1
  if (refused === 'throttled') sums.throttled += 1
  if (refused === 'conflict') sums.conflicts += 1
  for (const { kind, units } of charges) {
    if (kind === 'read') sums.readUnits += units
    else sums.writeUnits += units
  }
}
