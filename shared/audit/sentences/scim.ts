import type { Facts } from './facts.ts'
import { doing, type Kind, type Kinds } from './kind.ts'
import { calling, objectOf, withWord } from './object.ts'
import { say, several, toCount, type Words } from './parts.ts'
import { lookUp, search } from './reads.ts'
import { changedRole, createdRole, deletedRole } from './roles.ts'
import { changedUser, deletedUser } from './users.ts'

/** Where the id stands in `scim/v2/Users/<id>`. */
const ID = 3

const user = (facts: Facts) => withWord('USER', objectOf(facts, 'USER', ID))
const role = (facts: Facts) => withWord('ROLE', objectOf(facts, 'ROLE', ID))
const changeUser: Kind = {
  done: (facts) => changedUser(facts, ID),
  attempt: (facts) => say`change ${calling('USER', objectOf(facts, 'USER', ID))}`,
}
const changeRole: Kind = { done: (facts) => changedRole(facts, ID), attempt: (facts) => say`change ${role(facts)}` }
const readConfiguration: Kind = {
  ...doing('read', 'read', () => say`the service's configuration`),
  read: () => "read the service's configuration",
}

/** `sent 40 operations in one request: 38 done, 2 refused; each operation has its own sentence`. */
function sentBulk({ part, total }: Facts): Words {
  if (total === undefined) return say`sent several operations in one request; each operation has its own sentence`
  const refused = part !== undefined && part < total ? `, ${toCount(total - part)} refused` : ''
  const done = part === undefined ? '' : `: ${toCount(part)} done${refused}`
  return say`sent ${several(total, 'operation')} in one request${done}; each operation has its own sentence`
}

/** What clients do over SCIM (RFC 7644 §3.2). */
export const SCIM_KINDS: Kinds = {
  'POST scim/v2/Users': doing('created', 'create', user),
  'GET scim/v2/Users/{}': lookUp('USER', ID),
  'GET scim/v2/Users': search('USER', 'users'),
  'POST scim/v2/Users/.search': search('USER', 'users'),
  'PUT scim/v2/Users/{}': changeUser,
  'PATCH scim/v2/Users/{}': changeUser,
  'DELETE scim/v2/Users/{}': {
    done: (facts) => deletedUser(facts, ID),
    attempt: (facts) => say`delete ${user(facts)}`,
  },
  'POST scim/v2/Groups': { done: (facts) => createdRole(facts, ID), attempt: (facts) => say`create ${role(facts)}` },
  'GET scim/v2/Groups/{}': lookUp('ROLE', ID),
  'GET scim/v2/Groups': search('ROLE', 'roles'),
  'POST scim/v2/Groups/.search': search('ROLE', 'roles'),
  'PUT scim/v2/Groups/{}': changeRole,
  'PATCH scim/v2/Groups/{}': changeRole,
  'DELETE scim/v2/Groups/{}': {
    done: (facts) => deletedRole(facts, ID),
    attempt: (facts) => say`delete ${role(facts)}`,
  },
  'POST scim/v2/.search': search('', 'users and roles'),
  'POST scim/v2/Bulk': { done: sentBulk, attempt: () => say`send several operations in one request` },
  'GET scim/v2/ServiceProviderConfig': readConfiguration,
  'GET scim/v2/ResourceTypes': readConfiguration,
  'GET scim/v2/ResourceTypes/{}': readConfiguration,
  'GET scim/v2/Schemas': readConfiguration,
  'GET scim/v2/Schemas/{}': readConfiguration,
  'GET scim/v2/Me': doing('looked up', 'look up', () => say`itself`),
}
