import { setTimeout as sleep } from 'node:timers/promises'
import { pendingKey } from '../../shared/store/keys.ts'
import { ACCOUNT, type Bed } from './bed.ts'

/** Units of both kinds; they cost differently, but none may grow. */
export interface Units {
  read: number
  write: number
}

/** Nothing that an answer left to do is under way after so long without a write. */
const CALM_MS = 300

/**
 * What one of two equal requests costs until its answer: the first one may start a function, or find no page mark. Reads
 * of the pending work are left out, since they go by the clock.
 */
export async function unitsOf(bed: Bed, ask: (n: 0 | 1) => Promise<unknown>): Promise<Units> {
  await ask(0)
  await untilCalm(bed)
  bed.aws.clearUsage()
  await ask(1)
  const units: Units = { read: 0, write: 0 }
  for (const [id, used] of bed.aws.usage().partitions) {
    const [kind, , partition] = id.split(' ')
    if (kind === 'write') units.write += used
    else if (partition !== pendingKey(ACCOUNT)) units.read += used
  }
  return units
}

async function untilCalm({ aws }: Bed): Promise<void> {
  const written = () => aws.usage().total.writeUnits
  for (let seen = -1; seen !== written(); await sleep(CALM_MS)) seen = written()
}

/** How many times the one the other is; less than a unit counts as one. */
export const growthOf = (small: Units, large: Units): number =>
  Math.max(large.read / Math.max(1, small.read), large.write / Math.max(1, small.write))
