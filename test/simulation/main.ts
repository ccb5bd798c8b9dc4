import './world.ts'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { startEngine } from '../../local/engine/engine.ts'
import { captureLog } from './log-lines.ts'
import { parseOptions, type SimulationOptions, USAGE } from './options.ts'
import { playCampaign } from './play-campaign.ts'
import { playSweep } from './play-sweep.ts'
import { Theatre } from './stage.ts'

/** Plays the part of one of several processes; whether nothing was wrong. */
async function playPart(options: SimulationOptions, part: number, parts: number): Promise<boolean> {
  captureLog()
  const engine = await startEngine()
  const theatre = new Theatre(engine.endpoint)
  try {
    const play = options.what === 'sweep' ? playSweep : playCampaign
    return await play(theatre, options, { part, parts })
  } finally {
    theatre.close()
    await engine.stop()
  }
}

/** One process for each processor. */
async function playAll(): Promise<boolean> {
  const parts = availableParallelism()
  const children = Array.from({ length: parts }, (_, part) =>
    fork(import.meta.filename, [...process.argv.slice(2), `--part=${part}/${parts}`]),
  )
  const ends = await Promise.all(children.map((child) => once(child, 'exit')))
  return ends.every(([code]) => code === 0)
}

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2))
  if (options === undefined) {
    console.error(USAGE)
    process.exitCode = 2
    return
  }
  const { part } = options
  const isFine = part ? await playPart(options, part.part, part.parts) : await playAll()
  process.exitCode = isFine ? 0 : 1
}

await main()
