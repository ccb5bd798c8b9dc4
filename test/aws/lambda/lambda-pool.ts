import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import type { Context } from 'aws-lambda'
import { bundleInto, type LambdaName } from '../../../infra/bundling.ts'
import type { LambdaHandler, LambdaHandlers } from '../../../local/gateway/lambda.ts'
import { type Random, seededRandom } from '../random.ts'
import { LambdaProcess, type LogTarget, StreamedAnswer } from './lambda-process.ts'

/** The functions there are. */
type PoolName = Parameters<typeof bundleInto>[0]

/** How invocations end before they are over. */
export interface LambdaFaults {
  /** The share of invocations that are killed, from 0 to 1. */
  killed: number
  /** At some moment before that. */
  withinMs: number
  /** The functions it happens to; all by default. */
  functions?: readonly PoolName[]
  seed?: number
}

/** Every function in processes of its own, as many as it has invocations at the same time. */
export class LambdaPool {
  readonly #folder = mkdtempSync(join(tmpdir(), 'rolecall-lambda-'))
  readonly #bundles = new Map<PoolName, Promise<string>>()
  readonly #idle = new Map<PoolName, LambdaProcess[]>()
  readonly #all = new Set<LambdaProcess>()
  readonly #peaksKb = new Map<PoolName, number>()
  readonly #log: LogTarget
  #env: NodeJS.ProcessEnv = {}
  #faults: LambdaFaults | undefined
  #random: Random = seededRandom(1)
  /** How many invocations were killed by lot. */
  kills = 0
  constructor(log: LogTarget = 'inherit') {
    this.#log = log
  }

  /** Handlers for the gateway, or for whoever else calls functions; they keep the environment as it is now. */
  handlers = (names: readonly LambdaName[]): LambdaHandlers => {
    const { NODE_OPTIONS: _, ...env } = process.env
    this.#env = env
    return Object.fromEntries(names.map((name) => [name, this.#handler(name)])) as LambdaHandlers
  }

  #handler(name: PoolName): LambdaHandler {
    return async (event, context) => {
      const { getRemainingTimeInMillis, ...rest } = context
      const answer = await this.call(name, event, getRemainingTimeInMillis(), toData(rest))
      if (!(answer instanceof StreamedAnswer)) return answer
      // The gateway takes what a streaming handler of its own process would give it.
      const streamed = awslambda.streamifyResponse((_event, stream) =>
        passOn(answer, stream),
      ) as unknown as LambdaHandler
      return streamed(event, context)
    }
  }

  /**
   * Runs a function once, for at most `limitMs`; the queue and the stream call theirs so.
   * @throws {Error} what the function threw, or that it timed out or was killed.
   */
  async call(name: PoolName, event: unknown, limitMs: number, context: Record<string, unknown> = {}): Promise<unknown> {
    const process = await this.#take(name)
    const invocation = { payload: JSON.stringify(event), context, limitMs }
    const answer = await process.invoke(invocation, this.#drawEnd(name)).catch((error) => {
      this.#putBack(name, process)
      throw error
    })
    if (answer instanceof StreamedAnswer) return new StreamedAnswer(this.#untilBack(name, process, answer))
    this.#putBack(name, process)
    return answer
  }

  async *#untilBack(name: PoolName, process: LambdaProcess, { pieces }: StreamedAnswer): AsyncGenerator<Uint8Array> {
    try {
      yield* pieces
    } finally {
      this.#putBack(name, process)
    }
  }

  /** The next invocation may have the process, unless it is gone. */
  #putBack(name: PoolName, process: LambdaProcess): void {
    this.#peaksKb.set(name, Math.max(this.#peaksKb.get(name) ?? 0, process.peakMemoryKb))
    if (!process.isOver) this.#idleOf(name).push(process)
    else if (this.#faults) this.kills += 1
  }

  /** Starts a process of each function, so that the next invocation is no cold start. */
  async warm(names: readonly PoolName[]): Promise<void> {
    const started = names.map(async (name) => {
      const process = await this.#take(name)
      await process.start()
      this.#putBack(name, process)
    })
    await Promise.all(started)
  }

  /** From now on some invocations are killed; `undefined` ends that. */
  setFaults(faults: LambdaFaults | undefined): void {
    this.#faults = faults
    this.#random = seededRandom(faults?.seed ?? 1)
  }

  /** The most memory any process of a function has had resident, in MB; 0 where the system does not tell. */
  peakMemoryMb(name: PoolName): number {
    return (this.#peaksKb.get(name) ?? 0) / 1024
  }

  /** Ends the processes that wait: the next invocations start cold, and their memory is measured anew. */
  async forget(): Promise<void> {
    const waiting = [...this.#idle.values()].flat()
    this.#idle.clear()
    this.#peaksKb.clear()
    await Promise.all(waiting.map((process) => process.end()))
  }

  /** Ends every process. */
  async close(): Promise<void> {
    await Promise.all([...this.#all].map((process) => process.end()))
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async #take(name: PoolName): Promise<LambdaProcess> {
    const path = await this.#bundleOf(name)
    const waiting = this.#idleOf(name).pop()
    if (waiting && !waiting.isOver) return waiting
    const process = new LambdaProcess(path, this.#env, this.#log)
    this.#all.add(process)
    process.child.once('exit', () => this.#all.delete(process))
    return process
  }

  #idleOf(name: PoolName): LambdaProcess[] {
    const waiting = this.#idle.get(name) ?? []
    this.#idle.set(name, waiting)
    return waiting
  }

  #bundleOf(name: PoolName): Promise<string> {
    const bundled =
      this.#bundles.get(name) ?? bundleInto(name, join(this.#folder, name), ['regions']).then(({ path }) => path)
    this.#bundles.set(name, bundled)
    return bundled
  }

  #drawEnd(name: PoolName): number | undefined {
    const { killed = 0, withinMs = 0, functions } = this.#faults ?? {}
    const isMeant = functions?.includes(name) ?? true
    if (!isMeant || this.#random() >= killed) return undefined
    return this.#random() * withinMs
  }
}

/** What of a context can be sent: everything but its functions. */
const toData = (context: Omit<Context, 'getRemainingTimeInMillis'>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(context).filter(([, value]) => typeof value !== 'function'))

/** Whoever reads may be gone: the function runs to its end all the same. */
async function passOn({ pieces }: StreamedAnswer, stream: Writable): Promise<void> {
  for await (const piece of pieces) {
    if (stream.destroyed || stream.write(piece)) continue
    await new Promise((resolve) => stream.once('drain', resolve).once('close', resolve))
  }
}
