import type { Asked, Heard, SimulatedLambda } from './lambda.ts'
import type { Simulation } from './simulation.ts'

/** One attempt at a request: what was asked and heard, and between which steps of the run. */
export interface Told {
  asked: Asked
  requestId: string
  heard: Heard
  begun: number
  ended: number
}

/** Starts a process. */
export type Start = (name: string) => SimulatedLambda

const ATTEMPTS = 5
const PAUSE_MS = 2000

/** Asks as identity providers do: one request after the other, again where there was no answer or a passing refusal. */
export class Client {
  readonly told: Told[] = []
  readonly #simulation: Simulation
  readonly #start: Start
  readonly #name: string
  #lambda: SimulatedLambda

  constructor(simulation: Simulation, start: Start, name: string) {
    this.#simulation = simulation
    this.#start = start
    this.#name = name
    this.#lambda = start(name)
  }

  /** What is heard at last. */
  async ask(asked: Asked): Promise<Heard> {
    for (let attempt = 1; ; attempt++) {
      const heard = await this.#once(asked)
      const isFinal = heard !== undefined && heard.status < 500 && heard.status !== 429
      if (isFinal || attempt === ATTEMPTS) return heard
      await new Promise<void>((resolve) => this.#simulation.world.sleep(PAUSE_MS * attempt, resolve))
    }
  }

  async #once(asked: Asked): Promise<Heard> {
    if (this.#lambda.isDead) this.#lambda = this.#start(this.#name)
    const begun = this.#simulation.steps
    const { requestId, heard } = await this.#lambda.answer(asked)
    this.told.push({ asked, requestId, heard, begun, ended: this.#simulation.steps })
    return heard
  }

  /** Has its process work on the queues, and a new one where that dies. */
  async work(): Promise<void> {
    if (this.#lambda.isDead) this.#lambda = this.#start(this.#name)
    await this.#lambda.work()
  }
}
