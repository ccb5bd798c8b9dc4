import { attributes, countAttributes } from './attributes.ts'
import { changeOf, type Facts } from './facts.ts'
import { calling, objectOf, toObject, withWord } from './object.ts'
import { say, several, type Words } from './parts.ts'

/** What a change did to a user: `deactivated ada and changed 2 more attributes`. */
export function changedUser(facts: Facts, index: number): Words {
  const user = calling('USER', objectOf(facts, 'USER', index))
  const { changes } = facts
  if (changes.length === 0) return say`sent ${user} again; nothing changed`
  if (changes.every(({ attribute }) => attribute === 'password')) return say`set the password of ${user}`
  const told = [activity(facts), rename(facts)].filter((verb) => verb !== undefined)
  if (told.length === 0) return say`changed ${attributes(changes)} of ${user}`
  const left = countAttributes(changes) - told.length
  const verbs = told.map(({ verb }) => verb).join(' and ')
  const renamed = told.find(({ to }) => to)?.to
  return say`${verbs} ${user}${renamed}${left > 0 ? ` and changed ${several(left, 'more attribute')}` : undefined}`
}

/** A verb, and the new name where there is one. */
interface Told {
  verb: string
  to?: Words
}

function activity(facts: Facts): Told | undefined {
  const change = changeOf(facts, 'active')
  if (change?.after === false) return { verb: 'deactivated' }
  return change?.after === true ? { verb: change.before === false ? 'reactivated' : 'activated' } : undefined
}

function rename(facts: Facts): Told | undefined {
  const { after, before } = changeOf(facts, 'userName') ?? {}
  if (typeof before !== 'string' || typeof after !== 'string') return undefined
  return { verb: 'renamed', to: say` to ${toObject({}, 'USER', after, facts.row.RESOURCE_ID)}` }
}

/** `deleted user ada@example.com, who held 3 roles`. */
export function deletedUser(facts: Facts, index: number): Words {
  const roles = facts.known.losses?.get(facts.row.EVENT_ID) ?? 0
  const held = roles > 0 ? `, who held ${several(roles, 'role')}` : undefined
  return say`deleted ${withWord('USER', objectOf(facts, 'USER', index))}${held}`
}
