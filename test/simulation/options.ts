import { parseArgs } from 'node:util'

/** What is to be played. */
export interface SimulationOptions {
  what: 'chaos' | 'sweep'
  seed: number
  /** Changes to be acknowledged, in all parts. */
  writes: number
  minutes: number
  /** Use cases whose name matches. */
  only: RegExp
  /** Of the scenes of a sweep every so many-th. */
  every: number
  /** Whether also each call is held while another use case comes to its end. */
  pauses: boolean
  /** Where this process is one of several. */
  part: Part | undefined
}

export interface Part {
  part: number
  parts: number
}

export const USAGE = `Usage: npm run chaos -- [--writes N] [--seed S] [--minutes M]
       npm run sweep -- [--only TEXT] [--pauses] [--every N] [--minutes M]
  --writes N   changes to be acknowledged by seeded clients under faults and kills, 10000 by default
  --seed S     where the seeds of the runs begin, 1 by default; the same seed plays the same to the byte
  --minutes M  when to stop at the latest, 15 by default
  --only TEXT  use cases of the sweep whose names hold this
  --pauses     also holds each call while each other use case comes to its end
  --every N    plays every N-th scene of the sweep alone`

const whole = (text: string | undefined, fallback: number): number => (text === undefined ? fallback : Number(text))

/** Reads the command line; nothing where it cannot be read. */
export function parseOptions(args: readonly string[]): SimulationOptions | undefined {
  try {
    const text = { type: 'string' } as const
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        ...{ writes: text, seed: text, minutes: text, only: text, every: text, part: text },
        pauses: { type: 'boolean' },
      },
    })
    const [what] = positionals
    const numbers = {
      writes: whole(values.writes, 10_000),
      seed: whole(values.seed, 1),
      minutes: whole(values.minutes, 15),
      every: whole(values.every, 1),
    }
    const isRight = Object.values(numbers).every((number) => Number.isSafeInteger(number) && number >= 1)
    if (positionals.length !== 1 || (what !== 'chaos' && what !== 'sweep') || !isRight) return undefined
    const [part, parts] = (values.part ?? '').split('/').map(Number)
    return {
      ...{ ...numbers, what, only: new RegExp(values.only ?? '', 'i'), pauses: values.pauses ?? false },
      part: part === undefined || parts === undefined ? undefined : { part, parts },
    }
  } catch {
    return undefined
  }
}
