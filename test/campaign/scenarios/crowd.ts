import { newGroup, newUser, patchOf } from '../../factories/scim-api.ts'
import { insist } from '../client.ts'
import type { Scenario } from '../scenario.ts'

/** Clients that make, change, delete and group the same few people. */
export const CROWD: Scenario = {
  name: 'a crowd',
  async *play(client, turn, { steps }) {
    const { random, send } = client
    const any = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)]
    const name = (kind: string) => `${kind}-${turn}-${Math.floor(random() * 6)}`
    const idsOf = async (path: string): Promise<string[]> =>
      ((await send('GET', path)).body.Resources ?? []).map(({ id }: { id: string }) => id)
    const user = async () => any(await idsOf(`/Users?filter=userName sw "u-${turn}"&attributes=id`))
    const group = async () => any(await idsOf(`/Groups?filter=displayName sw "g-${turn}"&attributes=id`))
    const some = async () => [...new Set([await user(), await user()])].flatMap((value) => (value ? [{ value }] : []))
    const title = (value: string) => patchOf({ op: 'replace', path: 'title', value })
    const acts: (() => Promise<[method: string, path: string, body?: object]>)[] = [
      async () => ['POST', '/Users', newUser(name('u'), { externalId: name('e') })],
      async () => ['POST', '/Groups', newGroup(name('g'), { members: await some() })],
      async () => ['PATCH', `/Users/${await user()}`, title(name('t'))],
      async () => ['PATCH', `/Users/${await user()}`, patchOf({ op: 'replace', path: 'externalId', value: name('e') })],
      async () => ['PATCH', `/Groups/${await group()}`, patchOf({ op: 'add', path: 'members', value: await some() })],
      async () => [
        'PATCH',
        `/Groups/${await group()}`,
        patchOf({ op: 'remove', path: 'members', value: await some() }),
      ],
      async () => (random() < 0.5 ? ['DELETE', `/Users/${await user()}`] : ['POST', '/Users', newUser(name('u'))]),
      async () => (random() < 0.2 ? ['DELETE', `/Groups/${await group()}`] : ['POST', '/Groups', newGroup(name('g'))]),
    ]
    for (let n = 0; n < steps; n++) {
      const [method, path, body] = (await any(acts)?.()) ?? ['GET', '/Users']
      yield* insist(client, method, path, body)
    }
  },
}
