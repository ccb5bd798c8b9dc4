import { newGroup, newUser, patchOf } from '../../factories/scim-api.ts'
import { insist } from '../client.ts'
import type { Scenario } from '../scenario.ts'

/** Users and groups that take turns with few names, so that they meet others' names; who is told that a name is taken leaves it. */
export const RENAMES: Scenario = {
  name: 'renames',
  async *play(client, turn) {
    const { random } = client
    const name = (kind: string) => `${kind}-${turn}-${Math.floor(random() * 4)}`
    const made = [
      { path: '/Users', attribute: 'userName', toBody: newUser },
      { path: '/Groups', attribute: 'displayName', toBody: newGroup },
    ]
    const called = new Map<string, { attribute: string; value: string }>()
    for (const { path, attribute, toBody } of [...made, ...made]) {
      const value = name(attribute)
      const { status, body } = yield* insist(client, 'POST', path, toBody(value))
      if (status === 201) called.set(`${path}/${body.id}`, { attribute, value })
    }
    for (let n = 0; n < 6; n++) {
      const [path, { attribute }] = [...called][Math.floor(random() * called.size)] ?? ['', { attribute: '' }]
      if (path === '') return
      const value = name(attribute)
      const rename = patchOf({ op: 'replace', path: attribute, value })
      const { status } = yield* insist(client, 'PATCH', path, rename)
      if (status < 300) called.set(path, { attribute, value })
    }
    for (const [path, { attribute, value }] of called) {
      const { body } = yield* insist(client, 'GET', path)
      if (client.isStrict() && body[attribute] !== value)
        throw new Error(`${path} is called ${body[attribute]}, not ${value}`)
    }
  },
}
