import { type Bed, type BedOptions, startBed } from './bed.ts'
import { type Figure, Figures } from './figures.ts'
import type { Scenario } from './scenario.ts'
import { SCENARIOS } from './scenarios.ts'

export interface LoadOptions extends BedOptions {
  /** Names of scenarios. */
  only: readonly string[]
  /** What sizes are multiplied with. */
  scale: number
  say(text: string): void
}

/** The figures of a run, and what it was. */
export interface Results {
  startedAt: string
  aws: boolean
  scale: number
  figures: Figure[]
}

/** Runs scenarios one after the other, each in systems of its own. One that breaks off is a count that misses its goal. */
export async function loadResults(options: LoadOptions): Promise<Results> {
  const { aws, scale, only } = options
  const results: Results = { startedAt: new Date().toISOString(), aws, scale, figures: [] }
  for (const scenario of SCENARIOS) {
    if (only.includes(scenario.name)) results.figures.push(...(await runScenario(scenario, options)))
  }
  return results
}

async function runScenario(scenario: Scenario, options: LoadOptions): Promise<Figure[]> {
  const figures = new Figures(scenario.name)
  const beds: Bed[] = []
  const start = async () => {
    const bed = await startBed(options)
    beds.push(bed)
    return bed
  }
  const scaled = (count: number, least = 1) => Math.max(least, Math.round(count * options.scale))
  const say = (text: string) => options.say(`${scenario.name}: ${text}`)
  try {
    await scenario.run({ figures, start, scaled, say })
  } catch (error) {
    say(`broke off: ${error instanceof Error ? error.stack : String(error)}`)
    figures.count('broke off', 1)
  } finally {
    for (const bed of beds) await bed.close()
  }
  return figures.all
}
