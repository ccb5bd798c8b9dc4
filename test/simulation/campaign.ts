import { seededRandom } from '../aws/random.ts'
import type { Client } from './client.ts'
import { type Chances, type Deviation, decideByChance, decideByDeviations } from './deviations.ts'
import { type Fixture, prepareFixture } from './fixture.ts'
import { HABITS, knownOf, learn, type Objects } from './habits.ts'
import { fateOf, type Known, know } from './histories.ts'
import { judge } from './judge.ts'
import { calmly, type Decide } from './simulation.ts'
import type { Items, Stage, Theatre } from './stage.ts'

/** What a run of the campaign came to. */
export interface Outcome {
  /** Sentences about what is wrong. */
  wrong: string[]
  /** Changes that were acknowledged. */
  writes: number
  steps: number
  /** Equal for equal runs. */
  trace: string
  deviations: readonly Deviation[]
}

/** Requests of each client. */
const REQUESTS = 12
const WORKS = 8
const CHANCES: Chances = { overtakes: 0.5, faults: 0.05, kills: 0.01, hurries: 0.05 }
const HABITS_AT_MOST = 16
const MANY = 3

/** Runs of several clients at once, by seeds. */
export class Campaign {
  readonly #theatre: Theatre
  readonly #fixture: Fixture
  readonly #items: Items
  readonly #known: Known

  private constructor(theatre: Theatre, fixture: Fixture, items: Items, known: Known) {
    this.#theatre = theatre
    this.#fixture = fixture
    this.#items = items
    this.#known = known
  }

  static async open(theatre: Theatre): Promise<Campaign> {
    const { fixture, items } = await prepareFixture(theatre, MANY)
    const { users, groups } = knownOf(fixture)
    const paths = [...users.map((id) => `/Users/${id}`), ...groups.map((id) => `/Groups/${id}`)]
    const stage = await theatre.open(1, items)
    const known = await stage.simulation.run(() => know(paths, stage.client('reader')), calmly)
    await stage.close()
    return new Campaign(theatre, fixture, items, known)
  }

  /** One run, by chance as the seed has it; with deviations, by these instead. */
  async play(seed: number, deviations?: readonly Deviation[]): Promise<Outcome> {
    const chance = decideByChance(seededRandom(seed ^ 0x51f1_5eed), CHANCES)
    const decide = deviations ? decideByDeviations(deviations) : chance.decide
    const outcome = await this.#play(seed, decide)
    return { ...outcome, deviations: deviations ?? chance.deviations }
  }

  async #play(seed: number, decide: Decide): Promise<Omit<Outcome, 'deviations'>> {
    const stage = await this.#theatre.open(seed, this.#items)
    try {
      const clients = HABITS.map(({ name }) => stage.client(name))
      const known = structuredClone(knownOf(this.#fixture))
      const everybody = () =>
        Promise.all([...clients.map((client, n) => this.#act(client, n, seed, known)), work(stage)])
      await stage.simulation.run(everybody, decide)
      const wrong = await judge(stage, clients, this.#known)
      const told = clients.flatMap((client) => client.told)
      const writes = told.filter((one) => one.asked.method !== 'GET' && fateOf(one) === 'done').length
      return { wrong, writes, steps: stage.simulation.steps, trace: stage.simulation.trace }
    } finally {
      await stage.close()
    }
  }

  /** A client goes by its habit; what it draws does not depend on who was asked first. */
  async #act(client: Client, place: number, seed: number, known: Objects): Promise<void> {
    const random = seededRandom(seed * HABITS_AT_MOST + place)
    for (let request = 0; request < REQUESTS; request++) {
      const asked = HABITS[place]?.habit(random, known)
      if (asked) learn(known, asked, await client.ask(asked))
    }
  }
}

/** The worker looks for work again and again. */
async function work({ client, simulation }: Stage): Promise<void> {
  const worker = client('worker')
  for (let n = 0; n < WORKS; n++) {
    await worker.work()
    await new Promise<void>((resolve) => simulation.world.sleep(500, resolve))
  }
}
