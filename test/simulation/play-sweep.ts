import { MANY } from './fixture.ts'
import type { Part, SimulationOptions } from './options.ts'
import type { Theatre } from './stage.ts'
import { describeScene, faultScenes, pauseScenes, type Scene, Sweep } from './sweep.ts'
import { USE_CASES, type UseCase } from './use-cases.ts'

const FEW = 3

/** Plays every scene of every use case, one part of them; whether nothing was wrong. */
export async function playSweep(theatre: Theatre, options: SimulationOptions, { part, parts }: Part): Promise<boolean> {
  const [small, large] = [await Sweep.open(theatre, FEW), await Sweep.open(theatre, MANY)]
  const end = Date.now() + options.minutes * 60_000
  let played = 0
  let wrong = 0
  let left = 0
  let place = 0
  for (const first of USE_CASES.filter(({ name }) => options.only.test(name))) {
    const sweep = first.isLarge ? large : small
    for (const scene of await scenesOf(sweep, first, options)) {
      if (place++ % (parts * options.every) !== part) continue
      if (Date.now() > end) {
        left += 1
        continue
      }
      const sentences = await sweep.play(scene)
      played += 1
      if (sentences.length > 0) {
        wrong += 1
        console.log(`${describeScene(scene)}:\n${sentences.join('\n')}`)
      }
    }
  }
  console.log(
    `part ${part}: ${played} scenes, ${wrong} wrong${left > 0 ? `, ${left} not played for want of time` : ''}`,
  )
  return wrong === 0 && left === 0
}

async function scenesOf(sweep: Sweep, first: UseCase, { pauses }: SimulationOptions): Promise<Scene[]> {
  const calls = await sweep.callsOf(first)
  const others = USE_CASES.filter(({ isLarge = false }) => isLarge === (first.isLarge ?? false))
  return [{ first }, ...faultScenes(first, calls), ...(pauses ? pauseScenes(first, calls, others) : [])]
}
