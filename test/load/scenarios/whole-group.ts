import { LAMBDA_NAMES } from '../../../infra/bundling.ts'
import type { Run, Scenario } from '../scenario.ts'
import { seedGroup, seedSyncedUsers } from '../seed.ts'

const MEMORY_GOAL_MB = 150

/** One large group, read in one request. */
export const wholeGroup: Scenario = {
  name: 'whole-group',
  about: 'a group of 100,000 members read whole',
  goal: 'complete; at most 150 MB resident',
  async run({ figures, scaled, say, start }: Run) {
    const bed = await start()
    const size = scaled(100_000, 1000)
    const users = await seedSyncedUsers(bed.store, 1, size)
    const group = await seedGroup(bed.store, 'Everybody', users)
    say(`GET of ${size} members`)
    await bed.lambda.forget()
    const { status, body } = await bed.request('GET', `/Groups/${group}`)
    const shown = new Set(((body?.members ?? []) as { value: string }[]).map(({ value }) => value))
    figures.count('answers that are not 200', status === 200 ? 0 : 1)
    figures.count('members that are not shown', users.filter((id) => !shown.has(id)).length)
    const memory = Math.max(...LAMBDA_NAMES.map((name) => bed.lambda.peakMemoryMb(name)))
    figures.count('resident memory of the process that served it', memory, MEMORY_GOAL_MB, 'MB')
  },
}
