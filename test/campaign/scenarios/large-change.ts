import { mapConcurrently } from '../../../shared/store/batch.ts'
import { newGroup, newUser, patchOf } from '../../factories/scim-api.ts'
import { type Client, insist } from '../client.ts'
import type { Scenario } from '../scenario.ts'

const AT_ONCE = 8
/** Of one list. */
const PAGE = 1000

const membersOf = async (client: Client): Promise<string[]> => {
  const ids: string[] = []
  for (let isLast = false; !isLast; ) {
    const path = `/Users?filter=userName sw "member-"&attributes=id&count=${PAGE}&startIndex=${ids.length + 1}`
    const { body } = await client.send('GET', path)
    ids.push(...(body.Resources ?? []).map(({ id }: { id: string }) => id))
    isLast = ids.length >= body.totalResults
  }
  return ids
}
const refs = (ids: readonly string[]) => ids.map((value) => ({ value }))

/**
 * A group that gets thousands of members at once, loses every third, is renamed, and gets them back while the rest is still worked off: more
 * than one transaction takes, so that each change waits in a queue.
 */
export const LARGE_CHANGE: Scenario = {
  name: 'a large change',
  async prepare(client, { members }) {
    const names = Array.from({ length: members }, (_, n) => `member-${n}`)
    await mapConcurrently(names, AT_ONCE, (name) => client.send('POST', '/Users', newUser(name)))
  },
  async *play(client, turn) {
    const all = await membersOf(client)
    const third = all.filter((_, n) => n % 3 === 0)
    const made = yield* insist(client, 'POST', '/Groups', newGroup(`Large ${turn}`, { members: refs(all) }))
    const path = `/Groups/${made.body?.id}`
    const change = (...operations: object[]) => insist(client, 'PATCH', path, patchOf(...operations))
    yield* change({ op: 'remove', path: 'members', value: refs(third) })
    yield* change({ op: 'replace', path: 'displayName', value: `Larger ${turn}` })
    yield* change({ op: 'add', path: 'members', value: refs(third.slice(1)) })
    yield* change({ op: 'remove', path: `members[value eq "${all.at(-1)}"]` })
    yield* change({ op: 'replace', path: 'displayName', value: `Largest ${turn}` })
    const { body } = yield* insist(client, 'GET', path)
    const left = all.slice(1, -1)
    const members = (body.members ?? []).map(({ value }: { value: string }) => value)
    const isSo = body.displayName === `Largest ${turn}` && members.length === left.length
    if (client.isStrict() && !(isSo && left.every((id) => members.includes(id))))
      throw new Error(
        `The large group is called ${body.displayName} and has ${members.length} of ${left.length} members`,
      )
    // A third of them leaves again, so that the next turn meets a queue.
    yield* change({ op: 'remove', path: 'members', value: refs(third) })
  },
}
