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

/** What the runtime tells. */
type Told =
  | { kind: 'ready' }
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
  #peakMemoryKb = 0

  /** Starts the function that was bundled to `path`. */
  constructor(path: string, env: NodeJS.ProcessEnv, log: LogTarget) {
    const runtime = join(import.meta.dirname, 'runtime.mjs')
    this.child = spawnTied(process.execPath, [runtime, path], { env, stdio: ['ignore', log, log, 'ipc'] })
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
   * out, and killed at the limit, or after `killAfterMs`.
   * @throws {Error} what the function threw, or that it timed out or was killed.
   */
  async invoke({ payload, context, limitMs }: Invocation, killAfterMs?: number): Promise<unknown> {
    await this.#ready
    this.child.kill('SIGCONT')
    let ended = exited()
    const endAfter = (ms: number, why: Error) =>
      setTimeout(() => {
        ended = why
        this.kill()
      }, ms)
    const timers = [endAfter(limitMs, timedOut(limitMs))]
    if (killAfterMs !== undefined) timers.push(endAfter(killAfterMs, exited()))
    try {
      const told = this.#nextMessage()
      this.child.send({ payload, context, deadline: Date.now() + limitMs })
      return toResult(await told)
    } catch (error) {
      throw this.isOver ? ended : error
    } finally {
      for (const timer of timers) clearTimeout(timer)
      this.#freeze()
    }
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

  #freeze(): void {
    if (this.isOver) return
    this.child.kill('SIGSTOP')
    this.#peakMemoryKb = peakMemoryOf(this.child.pid) ?? this.#peakMemoryKb
  }

  #nextMessage(): Promise<Told> {
    return new Promise((resolve, reject) => {
      const settle = (then: () => void) => {
        this.child.off('message', onMessage).off('exit', onExit).off('error', onError)
        then()
      }
      const onMessage = (message: unknown) => settle(() => resolve(message as Told))
      const onExit = () => settle(() => reject(exited()))
      const onError = (error: Error) => settle(() => reject(error))
      this.child.on('message', onMessage).on('exit', onExit).on('error', onError)
      if (this.isOver) onExit()
    })
  }
}

function toResult(told: Told): unknown {
  if (told.kind === 'answer') return JSON.parse(told.payload)
  if (told.kind === 'ready') throw new Error('The runtime said twice that it is ready')
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
