import type { Rehearsal } from '../shared/http/rehearsal.ts'
import type { FunctionName } from '../shared/http/routes.ts'

// Literals throughout: a bundler keeps spreads and templates where nothing uses them, for they might do something.
const user = {
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
  userName: 'x@example.com',
  active: true,
  externalId: 'x',
  name: { givenName: 'x', familyName: 'y' },
  emails: [{ value: 'x@example.com', type: 'work', primary: true }],
}
/** What each function rehearses: its commonest reads and writes, and with them the parsers of what clients send. */
type Rehearsals = readonly Rehearsal[]

export const USERS: Rehearsals = [{ method: 'POST', resource: '/scim/v2/Users', body: user }]
export const GROUPS: Rehearsals = [
  {
    method: 'POST',
    resource: '/scim/v2/Groups',
    body: { schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'], displayName: 'x' },
  },
]
export const GROUP_READS: Rehearsals = [
  { method: 'GET', resource: '/scim/v2/Groups', query: { filter: 'displayName eq "x"' } },
]
export const SEARCH: Rehearsals = [
  {
    method: 'POST',
    resource: '/scim/v2/.search',
    body: { schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'], filter: 'userName eq "x"', count: 1 },
  },
]
export const BULK: Rehearsals = [
  {
    method: 'POST',
    resource: '/scim/v2/Bulk',
    body: {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
      Operations: [{ method: 'POST', path: '/Users', bulkId: 'x', data: user }],
    },
  },
]
export const DISCOVERY: Rehearsals = [
  { method: 'GET', resource: '/scim/v2/ServiceProviderConfig' },
  { method: 'GET', resource: '/scim/v2/Schemas' },
]
/** One that is refused: an answer would be made of a hundred queries. */
export const EVENTS: Rehearsals = [{ method: 'GET', resource: '/events', query: { last: 'never' } }]
export const AUDIT: Rehearsals = [{ method: 'GET', resource: '/audit/digests', query: { from: 'never' } }]
export const ADMIN: Rehearsals = [{ method: 'GET', resource: '/admin/integrations' }]
export const OAUTH: Rehearsals = [{ method: 'GET', resource: '/.well-known/oauth-authorization-server' }]
export const ADMIN_RESOURCES: Rehearsals = [
  { method: 'GET', resource: '/admin/users', query: { filter: 'userName eq "x"' } },
]

/** All of them, by function; a function imports its own, so that no bundle has the others'. */
export const REHEARSALS: Record<FunctionName, Rehearsals> = {
  users: USERS,
  groups: GROUPS,
  'group-reads': GROUP_READS,
  search: SEARCH,
  bulk: BULK,
  discovery: DISCOVERY,
  events: EVENTS,
  audit: AUDIT,
  admin: ADMIN,
  oauth: OAUTH,
  'admin-resources': ADMIN_RESOURCES,
}
