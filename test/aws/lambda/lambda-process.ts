import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isOver, spawnTied } from '../../../local/engine/tied-process.ts'

/** What a function is called with; `limitMs` is its own time limit. */
export interface Invocation {
  payload: string
  /** All of the context that is no function. */
  context: Record<string, unknown>
  limitMs: number
}

/** What a function answers piece by piece; it has to be read to its end. */
export class StreamedAnswer {
  readonly pieces: AsyncGenerator<Uint8Array>
  constructor(pieces: AsyncGenerator<Uint8Array>) {
    this.pieces = pieces
  }
}

/** What the runtime tells. */
type Told =
  | { kind: 'ready' | 'begin' | 'end' }
  | { kind: 'piece'; piece: Uint8Array }
  | { kind: 'answer'; payload: string }
  | { kind: 'failure'; name: string; message: string; stack: string }

/** Where a function's log lines go: a file, or this process's own output. */
export type LogTarget = number | 'inherit'

/**
 * One execution environment of a function: a process that runs one invocation at a time, and does nothing at all
 * between two of them.
 */
export class LambdaProcess {
  readonly child: ChildProcess
  readonly #ready: Promise<Told>
  /** Why it was killed, and what is going to kill it. */
  #ended = exited()
  #timers: NodeJS.Timeout[] = []
  #peakMemoryKb = 0

  /** Starts the function that was bundled to `path`. */
  constructor(path: string, env: NodeJS.ProcessEnv, log: LogTarget) {
    const runtime = join(import.meta.dirname, 'runtime.mjs')
    const stdio = ['ignore', log, log, 'ipc'] as const
    this.child = spawnTied(process.execPath, [runtime, path], { env, stdio: [...stdio], serialization: 'advanced' })
    this.#ready = this.#nextMessage()
    this.#ready.catch(() => {})
  }

  get isOver(): boolean {
    return isOver(this.child)
  }

  /** The most memory the process has had resident until its last answer. */
  get peakMemoryKb(): number {
    return this.#peakMemoryKb
  }

  /** Settles when the function is imported, and is frozen until its first invocation. */
  async start(): Promise<void> {
    await this.#ready
    this.#freeze()
  }

  /**
   * Runs one invocation; the time of the cold start is not part of its limit. The process is frozen when the answer is
   * out, and killed at the limit, or after `killAfterMs`. A {@link StreamedAnswer} is out when it was read.
   * @throws {Error} what the function threw, or that it timed out or was killed.
   */
  async invoke({ payload, context, limitMs }: Invocation, killAfterMs?: number): Promise<unknown> {
    await this.#ready
    this.child.kill('SIGCONT')
    this.#endAfter(limitMs, timedOut(limitMs))
    if (killAfterMs !== undefined) this.#endAfter(killAfterMs, exited())
    const told = await this.#tell({ kind: 'invoke', payload, context, deadline: Date.now() + limitMs })
    if (told.kind === 'begin') return new StreamedAnswer(this.#pieces())
    this.#freeze()
    return toResult(told)
  }

  kill(): void {
    this.child.kill('SIGKILL')
  }

  async end(): Promise<void> {
    if (this.isOver) return
    const ended = once(this.child, 'exit')
    this.kill()
    await ended
  }

  async *#pieces(): AsyncGenerator<Uint8Array> {
    for (let told = await this.#nextMessage(); told.kind !== 'end'; told = await this.#tell({ kind: 'next' })) {
      if (told.kind === 'piece') yield told.piece
      else {
        this.#freeze()
        toResult(told)
      }
    }
    this.#freeze()
  }

  #endAfter(ms: number, why: Error): void {
    const end = () => {
      this.#ended = why
      this.kill()
    }
    this.#timers.push(setTimeout(end, ms))
  }

  /** Ends the invocation: nothing runs any more, and nothing kills it. */
  #freeze(): void {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers = []
    if (this.isOver) return
    this.child.kill('SIGSTOP')
    this.#peakMemoryKb = peakMemoryOf(this.child.pid) ?? this.#peakMemoryKb
  }

  /** Sends a message and waits for what comes back. @throws {Error} why the process is gone. */
  async #tell(message: object): Promise<Told> {
    const answer = this.#nextMessage()
    // A process that is gone takes no message; its end is what is waited for.
    this.child.send(message, () => {})
    return answer
  }

  #nextMessage(): Promise<Told> {
    return new Promise((resolve, reject) => {
      const settle = (then: () => void) => {
        this.child.off('message', onMessage).off('exit', onExit).off('error', onError)
        then()
      }
      const onMessage = (message: unknown) => settle(() => resolve(message as Told))
      const onError = (error: Error) => settle(() => reject(error))
      const onExit = () =>
        settle(() => {
          this.#freeze()
          reject(this.#ended)
        })
      this.child.on('message', onMessage).on('exit', onExit).on('error', onError)
      if (this.isOver) onExit()
    })
  }
}

function toResult(told: Told): unknown {
  if (told.kind === 'answer') return JSON.parse(told.payload)
  if (told.kind !== 'failure') throw new Error(`The runtime said "${told.kind}" where an answer was due`)
  const { name, message, stack } = told
  throw Object.assign(new Error(message), { name, stack })
}

/** As Lambda names them. */
const named = (name: string, message: string) => Object.assign(new Error(message), { name })
const exited = () => named('Runtime.ExitError', 'Runtime exited with error: signal: killed')
const timedOut = (limitMs: number) =>
  named('Sandbox.Timedout', `Task timed out after ${(limitMs / 1000).toFixed(2)} seconds`)

/** `VmHWM` of Linux; other systems do not tell. */
function peakMemoryOf(pid: number | undefined): number | undefined {
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return kilobytes === undefined ? undefined : Number(kilobytes)
  } catch {
    return undefined
  }
}
