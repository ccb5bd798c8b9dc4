import type { Random } from '../aws/random.ts'
import { FATE_NAMES, FATES, type FateName } from './fates.ts'
import type { Decide, Decision, WaitingCall } from './simulation.ts'

/** Where a run leaves the calm way, in which calls are done in the order in which they came. */
export interface Deviation {
  /** The step of the run. */
  step: number
  /** Which of the calls that wait comes next, from 0; -1 lets time pass. */
  pick: number
  fate: FateName
  kills?: boolean
}

/** How often, of all steps, from 0 to 1. */
export interface Chances {
  /** Another call than the oldest. */
  overtakes: number
  /** Some fault. */
  faults: number
  /** A process is killed, with the answer to its call. */
  kills: number
  /** Time passes, though somebody could go on. */
  hurries: number
}

/** Decides by chance, and says where it left the calm way. */
export function decideByChance(random: Random, chances: Chances): { decide: Decide; deviations: Deviation[] } {
  const deviations: Deviation[] = []
  let step = -1
  const decide: Decide = (calls, canPass) => {
    step += 1
    const draws = (chance: number) => random() < chance
    const drawn: Deviation = { step, pick: 0, fate: 'done' }
    if (canPass && draws(chances.hurries)) drawn.pick = -1
    else if (draws(chances.overtakes)) drawn.pick = Math.floor(random() * calls.length)
    const call = calls[drawn.pick]
    if (call && draws(chances.faults)) drawn.fate = drawFate(random, call)
    if (draws(chances.kills)) drawn.kills = true
    if (drawn.pick !== 0 || drawn.fate !== 'done' || drawn.kills) deviations.push(drawn)
    return toDecision(drawn, calls, canPass)
  }
  return { decide, deviations }
}

function drawFate(random: Random, call: WaitingCall): FateName {
  const possible = FATE_NAMES.filter((fate) => fate !== 'done' && FATES[fate].befalls(call))
  return possible[Math.floor(random() * possible.length)] ?? 'done'
}

/** Decides as told; where that is not possible any more, since the run has become another, calmly. */
export function decideByDeviations(deviations: readonly Deviation[]): Decide {
  const byStep = new Map(deviations.map((deviation) => [deviation.step, deviation]))
  let step = -1
  return (calls, canPass) => {
    step += 1
    return toDecision(byStep.get(step) ?? { step, pick: 0, fate: 'done' }, calls, canPass)
  }
}

function toDecision(
  { pick, fate, kills = false }: Deviation,
  calls: readonly WaitingCall[],
  canPass: boolean,
): Decision {
  if (calls.length === 0 || (pick === -1 && canPass)) return 'time'
  const call = calls[Math.min(Math.max(pick, 0), calls.length - 1)] as WaitingCall
  return { call, fate: FATES[fate].befalls(call) ? fate : 'done', kills }
}

/**
 * Leaves out deviations for as long as the run still goes wrong: first halves, then quarters, at last one by one
 * (delta debugging, Zeller 1999).
 */
export async function shrink(
  deviations: readonly Deviation[],
  goesWrong: (some: readonly Deviation[]) => Promise<boolean>,
): Promise<readonly Deviation[]> {
  let left = deviations
  for (let size = Math.ceil(left.length / 2); size >= 1 && left.length > 0; ) {
    const before = left.length
    for (let at = 0; at < left.length; ) {
      const fewer = [...left.slice(0, at), ...left.slice(at + size)]
      if (await goesWrong(fewer)) left = fewer
      else at += size
    }
    if (size === 1 && left.length === before) break
    size = size === 1 ? 1 : Math.ceil(size / 2)
  }
  return left
}
