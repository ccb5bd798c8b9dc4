import type { Change } from '../rest-event.ts'
import { attributes } from './attributes.ts'
import { changeOf, type Facts } from './facts.ts'
import { type Members, membersOf, people } from './members.ts'
import { objectOf, toObject, withWord } from './object.ts'
import { list, say, several, type Words } from './parts.ts'

/** `created role Finance with 6 members`; a member's own history names it. */
export function createdRole(facts: Facts, index: number): Words {
  const added = membersOf(facts, 'added')
  const isOwn = added.ids.some((id) => id === facts.known.own)
  const members = isOwn
    ? people(facts, { ...added, ids: added.ids.filter((id) => id === facts.known.own) })
    : several(added.count, 'member')
  return say`created ${roleOf(facts, index)}${added.count > 0 ? say` with ${members}` : undefined}${leftOut(facts)}`
}

/** `deleted role Finance, which had 41 members`. */
export function deletedRole(facts: Facts, index: number): Words {
  const { count } = membersOf(facts, 'removed')
  return say`deleted ${roleOf(facts, index)}${count > 0 ? `, which had ${several(count, 'member')}` : undefined}`
}

/** What a change did to a role: its name, its other attributes, its members. */
export function changedRole(facts: Facts, index: number): Words {
  const role = roleOf(facts, index)
  if (facts.changes.length === 0) return say`sent ${role} again; nothing changed${leftOut(facts)}`
  const own = ownChanges(facts, role)
  const added = membersOf(facts, 'added')
  const removed = membersOf(facts, 'removed')
  const members = own.length > 0 ? movedAlso(facts, added, removed) : [moved(facts, role, added, removed)]
  return say`${list([...own, ...members])}${leftOut(facts)}`
}

/** What happened to the role itself: a rename, or other attributes. */
function ownChanges(facts: Facts, role: Words): Words[] {
  const { before, after } = changeOf(facts, 'displayName') ?? {}
  const isRenamed = typeof before === 'string' && typeof after === 'string'
  const others = facts.changes.filter(
    (change) => !isOfMembers(change) && !(isRenamed && change.attribute === 'displayName'),
  )
  const { RESOURCE_ID: id } = facts.row
  const to = isRenamed && toObject(facts.known, 'ROLE', after, id)
  const renamed = to && [say`renamed role ${toObject(facts.known, 'ROLE', before, id)} to ${to}`]
  const changed = others.length > 0 && [say`changed ${attributes(others)}${renamed ? undefined : say` of ${role}`}`]
  return [...(renamed || []), ...(changed || [])]
}

/** Who came and who went is told by itself, also what those who went were called. */
const isOfMembers = ({ attribute, after }: Change): boolean =>
  /^members\.(added|removed)$/.test(attribute) || (attribute === 'members.display' && after === undefined)

/** Members that came and went, where nothing else happened to the role. */
function moved(facts: Facts, role: Words, added: Members, removed: Members): Words {
  if (added.isGiven && removed.isGiven) return movedBoth(facts, role, added, removed)
  if (added.isGiven) return say`added ${people(facts, added)} to ${role}`
  return removed.isGiven ? say`removed ${people(facts, removed)} from ${role}` : []
}

/** A client that sends the whole list replaces it; one that sends differences adds and removes. */
function movedBoth(facts: Facts, role: Words, added: Members, removed: Members): Words {
  if (facts.row.METHOD === 'PUT') {
    return say`replaced the members of ${role}: ${added.count} added, ${removed.count} removed`
  }
  const gone = removed.count > 1 && added.count > 1 ? say`${removed.count}` : people(facts, removed)
  return say`added ${people(facts, added)} to and removed ${gone} from ${role}`
}

/** The same beside other changes of the role, which have named it already. */
const movedAlso = (facts: Facts, added: Members, removed: Members): Words[] => [
  ...(added.isGiven ? [say`added ${people(facts, added)}`] : []),
  ...(removed.isGiven ? [say`removed ${people(facts, removed)}`] : []),
]

const roleOf = (facts: Facts, index: number): Words => withWord('ROLE', objectOf(facts, 'ROLE', index))

const leftOut = ({ skipped }: Facts): string | undefined =>
  skipped > 0 ? `, leaving out ${several(skipped, 'id')} of no user` : undefined
