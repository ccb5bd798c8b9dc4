import type { Db } from '../../shared/store/client.ts'
import { transactionUnits } from './transaction-units.ts'

/** What an operation cost, as DynamoDB itself says (ReturnConsumedCapacity). */
export interface Usage {
  calls: number
  /** Calls that had to wait for each other: the longest row of calls that do not overlap in time. */
  roundTrips: number
  /** As many of them until the first transaction was through. */
  commitRoundTrips: number
  readUnits: number
  writeUnits: number
}

interface Call {
  command: string
  start: number
  end: number
  units: number
}

const READS = /^(Get|Query|BatchGet|TransactGet|Scan)/

/** Measures what runs through the table's client. One operation at a time. */
export class Meter {
  #calls: Call[] = []

  constructor(db: Db) {
    db.client.middlewareStack.add(
      (next, context) => async (args) => {
        Object.assign(args.input, { ReturnConsumedCapacity: 'TOTAL' })
        const start = performance.now()
        const result = await next(args)
        const end = performance.now()
        const { ConsumedCapacity } = result.output as { ConsumedCapacity?: Capacity | Capacity[] }
        const units = transactionUnits(args.input) ?? unitsOf(ConsumedCapacity)
        this.#calls.push({ command: String(context.commandName), start, end, units })
        return result
      },
      { step: 'initialize', name: 'meter' },
    )
  }

  async measure<T>(run: () => Promise<T>): Promise<{ result: T; usage: Usage }> {
    this.#calls = []
    const result = await run()
    return { result, usage: toUsage(this.#calls) }
  }
}

interface Capacity {
  CapacityUnits?: number
}

const unitsOf = (consumed: Capacity | Capacity[] | undefined): number =>
  [consumed].flat().reduce((sum, capacity) => sum + (capacity?.CapacityUnits ?? 0), 0)

function toUsage(calls: readonly Call[]): Usage {
  const sum = (chosen: readonly Call[]) => chosen.reduce((total, { units }) => total + units, 0)
  const commit = calls.find(({ command }) => command.startsWith('TransactWrite'))
  return {
    calls: calls.length,
    roundTrips: longestRow(calls),
    commitRoundTrips: longestRow(calls.filter(({ end }) => end <= (commit?.end ?? 0))),
    readUnits: sum(calls.filter(({ command }) => READS.test(command))),
    writeUnits: sum(calls.filter(({ command }) => !READS.test(command))),
  }
}

/** Whoever ends first is counted, then the next that began after that. */
function longestRow(calls: readonly Call[]): number {
  let row = 0
  let free = Number.NEGATIVE_INFINITY
  for (const { start, end } of withBursts(calls).toSorted((a, b) => a.end - b.end)) {
    if (start < free) continue
    row += 1
    free = end
  }
  return row
}

/**
 * Batches sent side by side are one round trip, however few sockets they share: those of one command that overlap are
 * taken together. Batches of which one waits for another leave a gap between them.
 */
function withBursts(calls: readonly Call[]): Pick<Call, 'start' | 'end'>[] {
  const bursts = new Map<string, Pick<Call, 'start' | 'end'>[]>()
  for (const { command, start, end } of calls.toSorted((a, b) => a.start - b.start)) {
    const known = bursts.get(command) ?? []
    const last = known.at(-1)
    if (command.startsWith('Batch') && last && start <= last.end) last.end = Math.max(last.end, end)
    else known.push({ start, end })
    bursts.set(command, known)
  }
  return [...bursts.values()].flat()
}
