import { setTimeout as sleep } from 'node:timers/promises'
import { mapConcurrently } from '../../../shared/store/batch.ts'
import type { Bed } from '../bed.ts'
import { addMembers, groupOf, mustSucceed, patient, removeMembers, Tally, tallied } from '../requests.ts'
import type { Scenario } from '../scenario.ts'
import { seedSyncedUsers } from '../seed.ts'
import { untilSettled, wrongMembers } from '../settled.ts'

const GROUPS = 5
/** Of each group: three blocks come, the first one goes again. */
const CHANGES = ['add 0', 'add 1', 'add 2', 'remove 0'] as const
const KILLS = { killed: 0.5, withinMs: 1000, seed: 11 }
const SETTLE_LIMIT_MS = 240_000

/** Changes go on while whatever works on them is killed at random. */
export const kills: Scenario = {
  name: 'kills',
  about: 'every invocation killed at random while 20 large changes run, with readers beside',
  goal: 'all settle; readers see all of a change or none, as in any group of up to some 20,000 members',
  async run(run) {
    const bed = await run.start()
    const size = run.scaled(2000, 100)
    const users = await seedSyncedUsers(bed.store, 1, 3 * size)
    const blocks = [0, 1, 2].map((n) => users.slice(n * size, (n + 1) * size))
    const names = Array.from({ length: GROUPS }, (_, n) => `Killed ${n}`)
    const made = await Promise.all(names.map((name) => mustSucceed(bed.request('POST', '/Groups', groupOf(name)))))
    const groups = made.map(({ body }) => String(body.id))
    run.say(`${GROUPS * CHANGES.length} changes of ${size} members`)
    const readers = new Readers(bed, groups, blocks)
    bed.lambda.setFaults(KILLS)
    const unfinished = await mapConcurrently(groups, GROUPS, (group) => changeAll(bed, group, blocks))
    bed.lambda.setFaults(undefined)
    run.say(`${bed.lambda.kills} invocations were killed; settling`)
    const settled = await untilSettled(bed, groups, SETTLE_LIMIT_MS)
    const { torn, whole } = await readers.end()
    const expected = new Set([...(blocks[1] ?? []), ...(blocks[2] ?? [])])
    const wrong = await Promise.all(groups.map((group) => wrongMembers(bed, group, expected)))
    const { figures } = run
    figures.count('changes never acknowledged', sum(unfinished))
    figures.count('left unfinished', settled === undefined ? 1 : 0)
    figures.count(`part of a change seen, in ${whole + torn} reads`, torn)
    figures.count('wrong members', sum(wrong))
    figures.count('nothing was killed, or nothing read', bed.lambda.kills > 0 && whole > 0 ? 0 : 1)
  },
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

/** Sends the changes of a group in turn, each until it is acknowledged; answers how many never were. */
async function changeAll(bed: Bed, group: string, blocks: string[][]): Promise<number> {
  const tally = new Tally()
  const request = tallied(
    patient(bed.request, (status) => status === 429 || status >= 500),
    tally,
  )
  for (const change of CHANGES) {
    const [what, n = '0'] = change.split(' ')
    const members = blocks[Number(n)] ?? []
    const body = what === 'add' ? addMembers(members) : removeMembers(members)
    await request('PATCH', `/Groups/${group}?excludedAttributes=members`, body)
  }
  return tally.requests - tally.of(200) - tally.of(204)
}

/** Reads the groups again and again: of each block all members have to be there, or none. */
class Readers {
  torn = 0
  whole = 0
  #ended = false
  readonly #running: Promise<void>

  constructor(bed: Bed, groups: readonly string[], blocks: readonly string[][]) {
    this.#running = this.#read(bed, groups, blocks)
  }

  async end(): Promise<this> {
    this.#ended = true
    await this.#running
    return this
  }

  async #read(bed: Bed, groups: readonly string[], blocks: readonly string[][]): Promise<void> {
    for (let n = 0; !this.#ended; n++) {
      const { status, body } = await bed.request('GET', `/Groups/${groups[n % groups.length]}`)
      if (status === 200) this.#check(body, blocks)
      else await sleep(100)
    }
  }

  #check(group: { members?: { value: string }[] }, blocks: readonly string[][]): void {
    const members = new Set((group.members ?? []).map(({ value }) => value))
    const isTorn = blocks.some((block) => {
      const seen = block.filter((id) => members.has(id)).length
      return seen > 0 && seen < block.length
    })
    if (isTorn) this.torn += 1
    else this.whole += 1
  }
}
