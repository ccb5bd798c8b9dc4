import { actorOf } from './actor.ts'
import type { Facts } from './facts.ts'
import { membersOf, person } from './members.ts'
import { objectOf, withWord } from './object.ts'
import { type Part, say, type Words } from './parts.ts'

/**
 * Who left a role because it, or the user, was deleted: `ada left role Finance, because Okta deleted ada`. The first has
 * an event of its own; the second is how a user's own history sees the role's end. Undefined for every other row.
 */
export function departure(facts: Facts): Words | undefined {
  const { row, path, known } = facts
  const [id] = membersOf(facts, 'removed').ids
  if (row.METHOD !== 'DELETE' || row.RESOURCE_DOMAIN !== 'ROLE' || id === undefined || !(facts.status < 400))
    return undefined
  const collection = path.at(-2)?.toLowerCase()
  if (collection === 'users') return because(facts, person(facts, id), id)
  return id === known.own ? because(facts, person(facts, id)) : undefined
}

function because(facts: Facts, user: Part, deleted?: string): Words {
  const role = withWord('ROLE', objectOf(facts, 'ROLE', -1))
  const who = user.text === 'A user' ? say`that user` : [user]
  return say`${user} left ${role}, because ${actorOf(facts)} deleted ${deleted === undefined ? say`it` : who}`
}

/** How many roles each delete of a user ended, as far as these rows tell. */
export function countLosses(facts: readonly Facts[]): Map<string, number> {
  const losses = new Map<string, number>()
  for (const { cause, row, changes } of facts) {
    const isLoss = cause !== undefined && row.METHOD === 'DELETE' && row.RESOURCE_DOMAIN === 'ROLE'
    if (isLoss && changes.length > 0) losses.set(cause, (losses.get(cause) ?? 0) + 1)
  }
  return losses
}
