import type { TwoRegions } from '../factories/two-regions.ts'
import { acknowledged } from './history.ts'
import { movePlanned, moveUnplanned } from './moves.ts'
import type { Scenario, Sizes } from './scenario.ts'
import { CROWD } from './scenarios/crowd.ts'
import { LARGE_CHANGE } from './scenarios/large-change.ts'
import { ENTRA_SYNC, OKTA_SYNC } from './scenarios/recorded.ts'
import { RENAMES } from './scenarios/renames.ts'
import { TOKENS } from './scenarios/tokens.ts'
import { clientOf, Play, settle, startWorld, type World } from './world.ts'

const SCENARIOS: readonly Scenario[] = [OKTA_SYNC, ENTRA_SYNC, LARGE_CHANGE, RENAMES, TOKENS, CROWD]

/** Each region is lost in its turn, and handed over in its turn. */
const KINDS = ['unplanned', 'planned', 'planned', 'unplanned'] as const

/** What a campaign is to do; the same seed decides the same. */
export interface Plan extends Sizes {
  seed: number
  /** Each in the middle of all scenarios: first the home region is lost, then the account is handed back, handed over, and so on. */
  moves: number
}

/** What a campaign has done: changes that were taken and that were refused, and those of which reports told. */
interface Played {
  changes: number
  refused: number
  reported: number
}

/**
 * Moves an account to and fro between two regions while all scenarios are played in it, and holds it against what must be so after each
 * move. @throws {Error} where it is not.
 */
export async function playCampaign(regions: TwoRegions, { seed, moves, ...sizes }: Plan): Promise<Played> {
  const world = await startWorld(regions, seed, sizes)
  for (const scenario of SCENARIOS) await scenario.prepare?.(clientOf(world, scenario), world.sizes)
  await settle(world)
  let [from, to] = [regions.home, regions.other]
  for (let n = 0; n < moves; n++) {
    const turn = `t${n}`
    world.hasLost = false
    const play = playAll(world, turn)
    await play.step(Math.floor(world.random() * 40))
    const move = { world, from, to, play }
    if (KINDS[n % KINDS.length] === 'planned') await movePlanned(move)
    else {
      // They play the same once more where nobody was told to stop.
      const at = from
      await moveUnplanned(
        move,
        playAll(world, turn, async () => at),
      )
    }
    ;[from, to] = [to, from]
  }
  const changes = await acknowledged(regions, world.account)
  return { changes: changes.length, refused: world.refused, reported: world.reported.size }
}

const playAll = (world: World, turn: string, domain?: () => Promise<typeof world.regions.home>): Play =>
  new Play(
    world.random,
    SCENARIOS.map((scenario) => scenario.play(clientOf(world, scenario, domain), turn, world.sizes)),
  )
