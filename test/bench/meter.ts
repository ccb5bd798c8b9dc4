import type { Db } from '../../shared/store/client.ts'
import { type Charge, unitsOf } from '../aws/charges.ts'
import type { AwsProxy } from '../aws/proxy.ts'

/** What an operation cost. */
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
}

/** Measures what runs through the table's client, at AWS's charges. One operation at a time. */
export class Meter {
  #calls: Call[] = []
  #charges: Charge[] = []
  readonly #proxy: () => AwsProxy
  #watched: AwsProxy | undefined

  /** `proxy` tells what the client's endpoint is, once something is measured. */
  constructor(db: Db, proxy: () => AwsProxy) {
    this.#proxy = proxy
    db.client.middlewareStack.add(
      (next, context) => async (args) => {
        const start = performance.now()
        const result = await next(args)
        this.#calls.push({ command: String(context.commandName), start, end: performance.now() })
        return result
      },
      { step: 'initialize', name: 'meter' },
    )
  }

  async measure<T>(run: () => Promise<T>): Promise<{ result: T; usage: Usage }> {
    this.#watched ??= this.#watch()
    this.#calls = []
    this.#charges = []
    const result = await run()
    return { result, usage: toUsage(this.#calls, this.#charges) }
  }

  #watch(): AwsProxy {
    const proxy = this.#proxy()
    proxy.onCall(({ charges }) => this.#charges.push(...charges))
    return proxy
  }
}

function toUsage(calls: readonly Call[], charges: readonly Charge[]): Usage {
  const commit = calls.find(({ command }) => command.startsWith('TransactWrite'))
  return {
    calls: calls.length,
    roundTrips: longestRow(calls),
    commitRoundTrips: longestRow(calls.filter(({ end }) => end <= (commit?.end ?? 0))),
    readUnits: unitsOf(charges, 'read'),
    writeUnits: unitsOf(charges, 'write'),
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
