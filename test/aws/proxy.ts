import { type EngineAnswer, EngineConnection, EngineRefusal } from '../../local/engine/engine-connection.ts'
import { type EngineCall, startEngineProxy } from '../../local/engine/engine-proxy.ts'
import type { Input } from '../../local/engine/wire.ts'
import { Backend, type Outcome } from './backend.ts'
import type { Change } from './charges.ts'
import { type PlanInput, parsePlan } from './plan.ts'
import { callTable } from './table.ts'
import { type AwsCall, type Usage, UsageLog } from './usage.ts'

/** An engine with AWS's manners. */
export interface AwsProxy {
  /** `http://127.0.0.1:8001` */
  endpoint: string
  /** What was used since the start or the last {@link AwsProxy.clearUsage}. */
  usage(): Usage
  clearUsage(): void
  /** Goes on by another plan; every bucket is full again. */
  setPlan(plan: PlanInput): void
  /** Hears of each call when it is answered. */
  onCall(listener: (call: AwsCall) => void): void
  /** Hears of the items that a call has written, in the order of the table. */
  onChange(listener: (change: Change) => void): void
  close(): Promise<void>
}

/**
 * Stands before an engine and treats callers as AWS would by the plan: rates of partition keys, conflicts, latency,
 * lagging indexes. @throws {z.ZodError} where the plan is none.
 */
export async function startAwsProxy(engine: string, plan: PlanInput = {}, port = 0): Promise<AwsProxy> {
  const proxy = new Front(engine, plan)
  const server = await startEngineProxy((call) => proxy.answer(call), port)
  const close = async () => {
    await server.close()
    proxy.connection.close()
  }
  return {
    endpoint: server.endpoint,
    usage: () => proxy.log,
    clearUsage: () => proxy.log.clear(),
    setPlan: (next) => proxy.follow(next),
    onCall: (listener) => proxy.calls.push(listener),
    onChange: (listener) => proxy.changes.push(listener),
    close,
  }
}

class Front {
  readonly connection: EngineConnection
  readonly log = new UsageLog()
  readonly calls: ((call: AwsCall) => void)[] = [(call) => this.log.note(call)]
  readonly changes: ((change: Change) => void)[] = []
  #backend: Backend

  constructor(engine: string, plan: PlanInput) {
    this.connection = new EngineConnection(engine)
    this.#backend = this.#open(plan)
  }

  follow(plan: PlanInput): void {
    this.#backend = this.#open(plan)
  }

  #open(plan: PlanInput): Backend {
    return new Backend(parsePlan(plan), this.connection, (changes) => {
      for (const change of changes) for (const listen of this.changes) listen(change)
    })
  }

  async answer({ operation, body, headers }: EngineCall): Promise<EngineAnswer> {
    const start = performance.now()
    const input = (body.length > 0 ? JSON.parse(body.toString('utf8')) : {}) as Input
    const send = (changed: object) =>
      this.connection.send(operation, changed === input ? body : JSON.stringify(changed), headers)
    const { answer, charges, refused } = await callTable(this.#backend, operation, input, send).catch(toRefusal)
    const call = { operation, start, end: performance.now(), charges, refused }
    for (const listen of this.calls) listen(call)
    return answer
  }
}

function toRefusal(error: unknown): Outcome {
  if (error instanceof EngineRefusal) return { answer: error.answer, charges: [], refused: undefined }
  throw error
}
