import { createHash } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { FATES, type FateName, type Found, type Send, type StoreCall } from './fates.ts'
import { enterWorld, World } from './world.ts'

/** Whoever makes calls: as a Lambda's process it can be killed, and then hears of nothing any more. */
export interface Caller {
  readonly name: string
  readonly isDead: boolean
  kill(): void
}

/** A call that waits for the scheduler. */
export interface WaitingCall extends StoreCall {
  caller: Caller
  /** Counts the calls of the run. */
  number: number
  /** Tells the caller. */
  tell(found: Found): void
}

/** What happens next: a call meets its fate, perhaps the last one of its caller, or time passes. */
export type Decision = 'time' | { call: WaitingCall; fate: FateName; kills?: boolean }
/** Decides among the calls that wait, of which there may be none where time can pass. */
export type Decide = (calls: readonly WaitingCall[], canPass: boolean) => Decision

/** One after the other, as they come, and each is done. */
export const calmly: Decide = ([call]) => (call ? { call, fate: 'done' } : 'time')

/** Turns of the event loop after which everybody has gone on as far as he can: handlers yield once at the most. */
const TURNS = 4

/**
 * Handlers in one process, of which nothing goes on but by decision: time stands, chance is a seed's, and every call of the
 * table waits until it is let through. So a run is a function of its seed and its decisions.
 */
export class Simulation {
  readonly world: World
  /** Steps so far. */
  steps = 0
  #waiting: WaitingCall[] = []
  #calls = 0
  readonly #send: Send
  readonly #trace = createHash('sha256')

  constructor(seed: number, start: number, send: Send) {
    this.world = new World(seed, start)
    this.#send = send
  }

  /** Has a call wait; it is told what it found, were it never. */
  ask(caller: Caller, call: StoreCall, tell: (found: Found) => void): void {
    if (!caller.isDead) this.#waiting.push({ ...call, caller, number: this.#calls++, tell })
  }

  /** Lets some work go on until it is done. @throws {Error} where everybody waits for nothing. */
  async run<T>(work: () => Promise<T>, decide: Decide): Promise<T> {
    enterWorld(this.world)
    try {
      const state = { isOver: false }
      const result = work().finally(() => {
        state.isOver = true
      })
      // What is thrown is thrown below, and meanwhile is nobody's.
      result.catch(() => {})
      for (;;) {
        for (let turn = 0; turn < TURNS; turn++) await nextTurn()
        if (state.isOver) return await result
        await this.#step(decide)
      }
    } finally {
      enterWorld(undefined)
    }
  }

  /** What has happened, in 64 characters: the same seed and decisions make the same. */
  get trace(): string {
    return this.#trace.copy().digest('hex')
  }

  async #step(decide: Decide): Promise<void> {
    this.steps += 1
    this.#waiting = this.#waiting.filter(({ caller }) => !caller.isDead)
    const canPass = this.world.nextPause !== undefined
    if (this.#waiting.length === 0 && !canPass) throw new Error('Everybody waits, and nobody for anything')
    const decision = decide(this.#waiting, canPass)
    if (decision === 'time') return this.world.pass()
    await this.#meet(decision)
  }

  async #meet({ call, fate, kills = false }: Exclude<Decision, 'time'>): Promise<void> {
    this.#waiting = this.#waiting.filter((one) => one !== call)
    const found = await FATES[fate].happen(call, this.#send)
    const outcome = found instanceof Error ? 'broken' : found.status
    this.#trace.update(`${call.caller.name} ${call.operation} ${JSON.stringify(call.input)} ${fate} ${outcome}\n`)
    if (kills) call.caller.kill()
    else call.tell(found)
  }
}
