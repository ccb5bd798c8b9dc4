import { createHash } from 'node:crypto'
import { Campaign, type Outcome } from './campaign.ts'
import { type Deviation, shrink } from './deviations.ts'
import type { Part, SimulationOptions } from './options.ts'
import type { Theatre } from './stage.ts'

/** Seeds of different parts and starts do not meet. */
const SEEDS_APART = 1_000_000

/**
 * Plays runs until enough changes are acknowledged, the time is over or one goes wrong, which is made as small as it goes
 * and printed.
 */
export async function playCampaign(
  theatre: Theatre,
  { seed, writes, minutes }: SimulationOptions,
  { part, parts }: Part,
): Promise<boolean> {
  const campaign = await Campaign.open(theatre)
  const end = Date.now() + minutes * 60_000
  const trace = createHash('sha256')
  const sum = { writes: 0, runs: 0, steps: 0, deviations: 0 }
  for (let run = part; sum.writes < writes / parts && Date.now() < end; run += parts) {
    const runSeed = seed * SEEDS_APART + run
    const outcome = await campaign.play(runSeed)
    trace.update(outcome.trace)
    sum.runs += 1
    sum.writes += outcome.writes
    sum.steps += outcome.steps
    sum.deviations += outcome.deviations.length
    if (outcome.wrong.length > 0) return tell(runSeed, await smallest(campaign, runSeed, outcome))
  }
  const { writes: made, runs, steps, deviations } = sum
  console.log(
    `part ${part}: ${runs} runs, ${made} changes acknowledged, ${steps} steps, ${deviations} of them faults, kills and overtakings (${trace.digest('hex').slice(0, 16)}): nothing wrong`,
  )
  return true
}

async function smallest(campaign: Campaign, seed: number, outcome: Outcome): Promise<Outcome> {
  const goesWrong = async (some: readonly Deviation[]) => (await campaign.play(seed, some)).wrong.length > 0
  // A run by its deviations is the same; were it not, what was seen is told as it is.
  if (!(await goesWrong(outcome.deviations))) return outcome
  return campaign.play(seed, await shrink(outcome.deviations, goesWrong))
}

function tell(seed: number, { wrong, deviations }: Outcome): false {
  console.log(`seed ${seed} goes wrong:\n${wrong.join('\n')}\nplan: ${JSON.stringify({ seed, deviations })}`)
  return false
}
