import type { Bed } from '../bed.ts'
import { addMembers, groupOf, mustSucceed, removeAll, rename, Tally, tallied } from '../requests.ts'
import type { Run, Scenario } from '../scenario.ts'
import { seedGroup, seedSyncedUsers } from '../seed.ts'
import { untilSettled, wrongMembers } from '../settled.ts'
import { Trickle } from '../trickle.ts'

/** What a partition key writes in a second: the bound that the goal is about. */
const UNITS_PER_SECOND = 1000
const ANSWER_GOAL_S = 3
const SETTLED_GOAL = 1.3

/** Large changes of one group while other clients go about their work. */
export const largeChanges: Scenario = {
  name: 'large-changes',
  about: 'adds, PUT, remove-all of 10,000 and 20,000 members, rename of a group of 100,000',
  goal: 'answered in 3 s; settled in 1.3 times what the rate of its partition allows; no 5xx and no 429 for this or any other request',
  async run(run) {
    const bed = await run.start()
    const sizes = [run.scaled(10_000, 100), run.scaled(20_000, 200)] as const
    const users = await seedSyncedUsers(bed.store, 1, Math.round(1.5 * sizes[1]))
    const quiet = await seedGroup(bed.store, 'Quiet', users.slice(0, 10))
    for (const size of sizes) await changeMembers(run, bed, users, quiet, size)
    await renameLarge(run, bed, quiet)
  },
}

async function changeMembers(run: Run, bed: Bed, users: string[], quiet: string, size: number): Promise<void> {
  const { body } = await mustSucceed(bed.request('POST', '/Groups', groupOf(`Group of ${size}`)))
  const measure = measurement(run, bed, users, [quiet], body.id)
  const shown = size.toLocaleString('en')
  const before = users.slice(0, size)
  // Half of them stay: as many memberships change as the group has members.
  const after = users.slice(size / 2, size / 2 + size)
  await measure(`add ${shown}`, ['PATCH', addMembers(before)], size, before)
  await measure(`PUT, ${shown} changed`, ['PUT', groupOf(`Group of ${size}`, after)], size, after)
  await measure(`remove all ${shown}`, ['PATCH', removeAll], size, [])
}

async function renameLarge(run: Run, bed: Bed, quiet: string): Promise<void> {
  const size = run.scaled(100_000, 1000)
  const users = await seedSyncedUsers(bed.store, 200_001, 200_000 + size)
  const group = await seedGroup(bed.store, 'Before', users)
  const measure = measurement(run, bed, users, [quiet], group)
  await measure(`rename a group of ${size.toLocaleString('en')}`, ['PATCH', rename('After')], 1, users)
}

type Change = [method: string, body: object]

/** Measures changes of one group: answer, settling, refusals of it and of others, and what is stored in the end. */
function measurement({ figures, say }: Run, bed: Bed, users: string[], others: string[], group: string) {
  const path = `/Groups/${group}?excludedAttributes=members`
  return async (name: string, [method, body]: Change, units: number, members: string[]): Promise<void> => {
    say(name)
    const tally = new Tally()
    const trickle = new Trickle(bed.request, users, others)
    const began = performance.now()
    await tallied(bed.request, tally)(method, path, body)
    const answeredMs = performance.now() - began
    const allowedMs = Math.max(1000, (units / UNITS_PER_SECOND) * 1000)
    const rest = await untilSettled(bed, [group], 10 * allowedMs + 60_000)
    const settled = rest === undefined ? undefined : (answeredMs + rest) / allowedMs
    const around = await trickle.end()
    figures.time(`${name}: answered`, answeredMs / 1000, ANSWER_GOAL_S, 's')
    figures.time(`${name}: settled, of the time the rate allows`, settled, SETTLED_GOAL, '×')
    const refused = tally.refused + around.refused
    figures.count(`${name}: 5xx and 429, of this and of ${around.requests} other requests`, refused)
    const wrong = await wrongMembers(bed, group, new Set(members))
    figures.count(`${name}: wrong members, or never settled`, wrong + (settled === undefined ? 1 : 0))
  }
}
