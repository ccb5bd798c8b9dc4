/** One call of the table that was answered. */
export interface TableCall {
  /** In AWS's words: `Query`, `TransactWriteItems`. */
  command: string
  /** Capacity units that it consumed. */
  units: number
  ms: number
}

/** What an invocation has asked of the table. */
export interface Tally {
  readonly calls: TableCall[]
  /** Writes that met others' changes: sent again after a conflict, or refused since something was not as they assumed. */
  conflicts: number
}

export const newTally = (): Tally => ({ calls: [], conflicts: 0 })

const READS = /^(Get|BatchGet|Query|Scan)/

/** What the calls consumed together. */
export function consumed({ calls }: Tally): { readUnits: number; writeUnits: number } {
  const sum = { readUnits: 0, writeUnits: 0 }
  for (const { command, units } of calls) sum[READS.test(command) ? 'readUnits' : 'writeUnits'] += units
  return sum
}

/** What the SDK hands back, with the command that the client's `named` step adds (`client.ts`). */
interface Answer {
  ConsumedCapacity?: Capacity | Capacity[]
  $metadata?: { command?: string }
}
interface Capacity {
  CapacityUnits?: number
}

/** Counts an answer of the SDK. */
export function count(tally: Tally, answer: unknown, ms: number): void {
  const { ConsumedCapacity: consumed = [], $metadata: { command = '' } = {} } = answer as Answer
  const units = [consumed].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0)
  tally.calls.push({ command: command.replace(/Command$/, ''), units, ms })
}
