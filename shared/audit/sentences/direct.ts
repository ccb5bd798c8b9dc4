import { attributeName, valueText } from './attributes.ts'
import { changeOf, type Facts, textAt } from './facts.ts'
import { doing, type Kind, type Kinds } from './kind.ts'
import { calling, objectOf, withWord } from './object.ts'
import { list, say, several, type Words } from './parts.ts'
import { lookUp, search } from './reads.ts'
import { changedRole, createdRole, deletedRole } from './roles.ts'
import { changedUser, deletedUser } from './users.ts'

/** Where the id stands in `admin/users/<id>`. */
const ID = 2

const user = (facts: Facts) => withWord('USER', objectOf(facts, 'USER', ID))
const role = (facts: Facts) => withWord('ROLE', objectOf(facts, 'ROLE', ID))

/** `changed ada directly: defaultRole is now ANALYST`; what has a verb of its own is told by it. */
function changedDirectly(facts: Facts): Words {
  const { changes } = facts
  const hasOwnVerb = ['active', 'userName', 'password'].some((attribute) => changeOf(facts, attribute))
  const values = changes.map(valueText)
  if (changes.length === 0 || hasOwnVerb || changes.length > 2 || values.includes(undefined)) {
    const done = changedUser(facts, ID)
    return changes.length === 0 ? done : say`${done} directly`
  }
  const told = changes.map(({ attribute }, i) => say`${attributeName(attribute)} is now ${values[i]}`)
  return say`changed ${calling('USER', objectOf(facts, 'USER', ID))} directly: ${list(told)}`
}

const changedRoleDirectly = (facts: Facts): Words =>
  facts.changes.length === 0 ? changedRole(facts, ID) : say`${changedRole(facts, ID)} directly`

/** `gave user ada from OKTA_PROVISIONER to AAD_PROVISIONER`, or how many users and roles where one event tells of all. */
function gave(facts: Facts): Words {
  const from = textAt(facts, 'owner', 'before') ?? facts.query.ownedBy
  const to = textAt(facts, 'owner') ?? facts.query.to
  return say`gave ${given(facts)}${from && ` from ${from}`}${to && ` to ${to}`}`
}

function given({ row, known, ...facts }: Facts): Words {
  const type = row.RESOURCE_DOMAIN ?? ''
  if (row.RESOURCE_NAME || row.RESOURCE_ID) return withWord(type, objectOf({ ...facts, row, known }, type, -1))
  return facts.total === undefined ? say`objects` : say`${several(facts.total, 'object')}`
}

const transfer: Kind = { done: gave, attempt: (facts) => say`give ${given(facts)} to another role` }

/** What undoing did to one object, or what it came to. */
function undid(facts: Facts): Words {
  const { row, part, total } = facts
  const { RESOURCE_DOMAIN: type } = row
  if (row.RESOURCE_ID && (type === 'USER' || type === 'ROLE'))
    return say`undid a change and so ${restoring(facts, type)}`
  const doer = textAt(facts, 'integration') ?? facts.query.integration ?? facts.query.actor
  const since = textAt(facts, 'since') ?? facts.query.since
  const { until } = facts.query
  const times = `${since ? ` since ${timeText(since)}` : ''}${until ? ` until ${timeText(until)}` : ''}`
  const counts = total === undefined || part === undefined ? undefined : `: ${part} restored${again(total - part)}`
  const changes = total === undefined ? 'changes' : several(total, 'change')
  return say`undid ${changes}${doer && ` of ${doer}`}${times}${counts}`
}

const again = (count: number): string => (count > 0 ? `, ${count} had changed again` : '')

/** `13:00` of a time that says so; anything else as it is. */
const timeText = (since: string): string => /T(\d\d:\d\d)/.exec(since)?.[1] ?? since

/** A name that comes, or goes, with all else is an object that was made again, or deleted since it was created. */
function restoring(facts: Facts, type: 'USER' | 'ROLE'): Words {
  const { changes } = facts
  const isNamed = changes.some(({ attribute }) => attribute === (type === 'USER' ? 'userName' : 'displayName'))
  if (isNamed && changes.every(({ before }) => before === undefined))
    return say`restored ${type === 'USER' ? user(facts) : role(facts)}`
  if (isNamed && changes.every(({ after }) => after === undefined))
    return type === 'USER' ? deletedUser(facts, ID) : deletedRole(facts, ID)
  return type === 'USER' ? changedUser(facts, ID) : changedRole(facts, ID)
}

/**
 * A user who is restored comes back to roles. Each object has an event of its own, and so has the request, which may
 * have found nothing to restore.
 */
const undrop = (type: string, object: (facts: Facts) => Words): Kind => ({
  ...doing('restored', 'restore', object),
  done: (facts) => {
    const { RESOURCE_DOMAIN: changed } = facts.row
    if (changed === 'ROLE' && type === 'USER') return say`undid a deletion and so ${changedRole(facts, ID)}`
    return say`${facts.changes.length > 0 ? 'restored' : 'asked to restore'} ${object(facts)}`
  },
})

/** What administrators do with users and roles, whoever owns them. */
export const DIRECT_KINDS: Kinds = {
  'GET admin/users': search('USER', 'users'),
  'GET admin/users/{}': lookUp('USER', ID),
  'POST admin/users': doing('created', 'create', user),
  'PATCH admin/users/{}': {
    done: changedDirectly,
    attempt: (facts) => say`change ${calling('USER', objectOf(facts, 'USER', ID))}`,
  },
  'DELETE admin/users/{}': { done: (facts) => deletedUser(facts, ID), attempt: (facts) => say`delete ${user(facts)}` },
  'POST admin/users/{}/undrop': undrop('USER', user),
  'GET admin/roles': search('ROLE', 'roles'),
  'GET admin/roles/{}': lookUp('ROLE', ID),
  'POST admin/roles': { done: (facts) => createdRole(facts, ID), attempt: (facts) => say`create ${role(facts)}` },
  'PATCH admin/roles/{}': { done: changedRoleDirectly, attempt: (facts) => say`change ${role(facts)}` },
  'DELETE admin/roles/{}': { done: (facts) => deletedRole(facts, ID), attempt: (facts) => say`delete ${role(facts)}` },
  'POST admin/roles/{}/undrop': undrop('ROLE', role),
  'GET admin/users/{}/roles': {
    ...doing('looked up the roles of', 'look up the roles of', user),
    read: () => 'looked up the roles of users',
  },
  'GET admin/roles/{}/members': {
    ...doing('looked up the members of', 'look up the members of', role),
    read: () => 'looked up the members of roles',
  },
  'GET admin/invariants': {
    ...doing('checked', 'check', () => say`what may never be`),
    read: () => 'checked what may never be',
  },
  'GET admin/ownership': doing('looked up', 'look up', () => say`who owns what`),
  'POST admin/ownership': transfer,
  'POST admin/undo': { done: undid, attempt: () => say`undo changes` },
}
