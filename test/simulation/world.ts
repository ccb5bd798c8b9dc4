import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import timers from 'node:timers/promises'
import { type Random, seededRandom } from '../aws/random.ts'

/**
 * Clock, chance and pauses of this process, which come from a seed while a world is entered and from the machine
 * otherwise. Import it first: what was imported before may have kept the machine's.
 */
const machine = {
  Date: globalThis.Date,
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  now: performance.now.bind(performance),
  random: Math.random,
  pause: timers.setTimeout,
  randomBytes: crypto.randomBytes,
  randomInt: crypto.randomInt,
  randomUUID: crypto.randomUUID,
  timeout: AbortSignal.timeout.bind(AbortSignal),
}

/** Somebody who goes on at an instant. */
interface Pause {
  at: number
  wake: () => void
}

/** One run's time and chance. Nothing in it moves by itself. */
export class World {
  readonly start: number
  readonly random: Random
  /** Epoch ms. */
  now: number
  #pauses: Pause[] = []

  constructor(seed: number, start: number) {
    this.start = start
    this.now = start
    this.random = seededRandom(seed)
  }

  /** When the first of those who pause goes on. */
  get nextPause(): number | undefined {
    return this.#pauses.length === 0 ? undefined : Math.min(...this.#pauses.map(({ at }) => at))
  }

  sleep(ms: number, wake: () => void): Pause {
    const pause = { at: this.now + Math.max(1, Math.ceil(ms)), wake }
    this.#pauses.push(pause)
    return pause
  }

  wakeNever(pause: unknown): void {
    this.#pauses = this.#pauses.filter((one) => one !== pause)
  }

  /** Goes on to the next instant at which somebody does. */
  pass(): void {
    const at = this.nextPause
    if (at === undefined) throw new Error('Nobody waits for time to pass')
    this.now = Math.max(this.now, at)
    const awake = this.#pauses.filter((pause) => pause.at <= this.now)
    this.#pauses = this.#pauses.filter((pause) => pause.at > this.now)
    for (const { wake } of awake) wake()
  }

  below(limit: number): number {
    return Math.floor(this.random() * limit)
  }

  bytes(size: number): Buffer {
    return Buffer.from(Array.from({ length: size }, () => this.below(256)))
  }
}

let current: World | undefined

/** From here on this process takes time and chance from `world`; from the machine again, without one. */
export function enterWorld(world: World | undefined): void {
  current = world
}

class WorldDate extends machine.Date {
  constructor(...given: unknown[]) {
    super(...((given.length === 0 ? [WorldDate.now()] : given) as [number]))
  }

  static override now(): number {
    return current?.now ?? machine.Date.now()
  }
}

function setTimer(wake: (...args: unknown[]) => void, ms = 0, ...args: unknown[]): unknown {
  if (!current) return machine.setTimeout(wake, ms, ...args)
  const pause = current.sleep(ms, () => wake(...args))
  return Object.assign(pause, { ref: () => pause, unref: () => pause, hasRef: () => true })
}

function clearTimer(timer: unknown): void {
  current?.wakeNever(timer)
  machine.clearTimeout(timer as NodeJS.Timeout)
}

function pause<T>(ms = 0, value?: T, options: Parameters<typeof timers.setTimeout>[2] = {}): Promise<T> {
  const world = current
  if (!world) return machine.pause(ms, value as T, options)
  return new Promise((resolve) => world.sleep(ms, () => resolve(value as T)))
}

function timeout(ms: number): AbortSignal {
  if (!current) return machine.timeout(ms)
  const controller = new AbortController()
  current.sleep(ms, () => controller.abort(new DOMException('The time is over', 'TimeoutError')))
  return controller.signal
}

function randomInt(...bounds: [number] | [number, number]): number {
  const [from, to] = bounds.length === 1 ? [0, bounds[0]] : bounds
  return current ? from + current.below(to - from) : machine.randomInt(from, to)
}

const randomBytes = (size: number): Buffer => current?.bytes(size) ?? machine.randomBytes(size)

function randomUUID(): string {
  const bytes = current?.bytes(16)
  if (!bytes) return machine.randomUUID()
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

Object.assign(globalThis, { Date: WorldDate, setTimeout: setTimer, clearTimeout: clearTimer })
Object.assign(Math, { random: () => current?.random() ?? machine.random() })
Object.assign(performance, { now: () => (current ? current.now - current.start : machine.now()) })
Object.assign(AbortSignal, { timeout })
Object.assign(timers, { setTimeout: pause })
Object.assign(crypto, { randomBytes, randomInt, randomUUID })
syncBuiltinESMExports()
