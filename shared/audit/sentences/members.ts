import { countListed } from '../listed.ts'
import { changeOf, type Facts } from './facts.ts'
import { named } from './object.ts'
import { list, type Part, say, several, type Words } from './parts.ts'

/** Who came to a role by a change, or left it. */
export interface Members {
  /** 0 also where the event was cut so that nobody can tell. */
  count: number
  ids: readonly string[]
  /** Whether the change says that there are any. */
  isGiven: boolean
}

/** The members that a change of a role added or removed. */
export function membersOf(facts: Facts, kind: 'added' | 'removed'): Members {
  const change = changeOf(facts, `members.${kind}`)
  const held = kind === 'added' ? change?.after : change?.before
  const count = countListed(held)
  const ids = Array.isArray(held) ? held.filter((id): id is string => typeof id === 'string') : []
  return { count, ids: ids.length === count ? ids : ids.slice(0, -1), isGiven: change !== undefined }
}

/**
 * One by name, two by both names, more by count. A row of a user's own history lists that user and how many others:
 * `ada and 411 others`.
 */
export function people(facts: Facts, { count, ids }: Members): Words {
  if (count === 0) return say`users`
  const names = ids.slice(0, 2).map((id) => named(facts.known, 'USER', id))
  const [first, second] = names
  if (first && ids.length === 1 && count > 1) return say`${first} and ${several(count - 1, 'other')}`
  if (first && count === 1) return [first]
  if (first && second && count === 2) return list([[first], [second]])
  return say`${several(count, 'user')}`
}

/** One person where a sentence begins with it: `ada`, or `A user`. */
export const person = ({ known }: Facts, id: string): Part =>
  named(known, 'USER', id) ?? { is: 'object', text: 'A user', type: 'USER', id }

/** The members whom a sentence may name. */
export function namedMembers(facts: Facts): readonly string[] {
  const moved = [membersOf(facts, 'added'), membersOf(facts, 'removed')]
  return moved.flatMap(({ ids, count }) => (count <= 2 || ids.length === 1 ? ids : []))
}
