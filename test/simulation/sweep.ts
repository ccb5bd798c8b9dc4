import { FATE_NAMES, FATES, type StoreCall } from './fates.ts'
import { type Fixture, prepareFixture } from './fixture.ts'
import type { Known } from './histories.ts'
import { know } from './histories.ts'
import { judge } from './judge.ts'
import { decideBy, holding, type Plan } from './plans.ts'
import { calmly, type Decide } from './simulation.ts'
import type { Items, Theatre } from './stage.ts'
import type { UseCase } from './use-cases.ts'

/** A run of the sweep: a use case with one fault, or with one pause during which another use case comes to its end. */
export interface Scene {
  first: UseCase
  plan?: Plan
  meanwhile?: { at: number; second: UseCase }
}

/** Plays scenes over the same objects. */
export class Sweep {
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

  static async open(theatre: Theatre, many: number): Promise<Sweep> {
    const { fixture, items } = await prepareFixture(theatre, many)
    const stage = await theatre.open(1, items)
    const { ann, bob, cid, ops, dev, large } = fixture
    const paths = [...[ann, bob, cid].map((id) => `/Users/${id}`), ...[ops, dev, large].map((id) => `/Groups/${id}`)]
    const known = await stage.simulation.run(() => know(paths, stage.client('reader')), calmly)
    await stage.close()
    return new Sweep(theatre, fixture, items, known)
  }

  /** The calls that a use case makes by itself. */
  async callsOf(first: UseCase): Promise<StoreCall[]> {
    const calls: StoreCall[] = []
    const noting: Decide = ([call]) => {
      if (call?.caller.name === 'first') calls.push(call)
      return call ? { call, fate: 'done' } : 'time'
    }
    await this.#play({ first }, () => noting)
    return calls
  }

  /** What is wrong after a scene. */
  async play(scene: Scene): Promise<string[]> {
    const { plan, meanwhile } = scene
    return this.#play(scene, (isOver) => {
      if (meanwhile) return holding(meanwhile.at, 'first', isOver)
      return plan ? decideBy(plan, 'first') : calmly
    })
  }

  async #play({ first, meanwhile }: Scene, decideWith: (isOver: () => boolean) => Decide): Promise<string[]> {
    const stage = await this.#theatre.open(1, this.#items)
    try {
      const clients = [stage.client('first'), stage.client('second')] as const
      const state = { isOver: meanwhile === undefined }
      const second = async () => {
        await meanwhile?.second.run(clients[1], this.#fixture)
        state.isOver = true
      }
      const both = () => Promise.all([first.run(clients[0], this.#fixture), second()])
      await stage.simulation.run(
        both,
        decideWith(() => state.isOver),
      )
      return await judge(stage, clients, this.#known)
    } finally {
      await stage.close()
    }
  }
}

/** Every fault of every call, alone and with a kill: of a process that goes on, or dies at once, or at its next call. */
export function faultScenes(first: UseCase, calls: readonly StoreCall[]): Scene[] {
  return calls.flatMap((call, at) =>
    FATE_NAMES.filter((fate) => FATES[fate].befalls(call)).flatMap((fate) => {
      const alone: Plan[] = [{ at, fate }, ...(fate === 'twice' ? [] : [{ at, fate, isAlways: true }])]
      const killed: Plan[] = [
        { at, fate, kills: 'now' },
        { at, fate, kills: 'next' },
      ]
      return [...(fate === 'done' ? [] : alone), ...killed].map((plan): Scene => ({ first, plan }))
    }),
  )
}

/** Each call is held while each other use case comes to its end. */
export const pauseScenes = (first: UseCase, calls: readonly StoreCall[], others: readonly UseCase[]): Scene[] =>
  calls.flatMap((_, at) => others.map((second): Scene => ({ first, meanwhile: { at, second } })))

/** A scene in a line. */
export function describeScene({ first, plan, meanwhile }: Scene): string {
  if (meanwhile) return `${first.name}, held at call ${meanwhile.at} until another did: ${meanwhile.second.name}`
  if (!plan) return first.name
  const kills = plan.kills ? `, killed ${plan.kills === 'now' ? 'then' : 'at the next call'}` : ''
  return `${first.name}, call ${plan.at} ${plan.fate}${plan.isAlways ? ' each time' : ''}${kills}`
}
