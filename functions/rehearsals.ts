import type { Rehearsal } from '../shared/http/rehearsal.ts'
import type { FunctionName } from '../shared/http/routes.ts'

const SCHEMAS = 'urn:ietf:params:scim:schemas:core:2.0'
const MESSAGES = 'urn:ietf:params:scim:api:messages:2.0'

const user = {
  ...{ schemas: [`${SCHEMAS}:User`], userName: 'x@example.com', active: true, externalId: 'x' },
  ...{ name: { givenName: 'x', familyName: 'y' }, emails: [{ value: 'x@example.com', type: 'work', primary: true }] },
}
/** What each function rehearses: its commonest reads and writes, and with them the parsers of what clients send. */
export const REHEARSALS: Record<FunctionName, readonly Rehearsal[]> = {
  users: [{ method: 'POST', resource: '/scim/v2/Users', body: user }],
  groups: [{ method: 'POST', resource: '/scim/v2/Groups', body: { schemas: [`${SCHEMAS}:Group`], displayName: 'x' } }],
  'group-reads': [{ method: 'GET', resource: '/scim/v2/Groups', query: { filter: 'displayName eq "x"' } }],
  search: [
    {
      ...{ method: 'POST', resource: '/scim/v2/.search' },
      body: { schemas: [`${MESSAGES}:SearchRequest`], filter: 'userName eq "x"', count: 1 },
    },
  ],
  bulk: [
    {
      ...{ method: 'POST', resource: '/scim/v2/Bulk' },
      body: {
        schemas: [`${MESSAGES}:BulkRequest`],
        Operations: [{ method: 'POST', path: '/Users', bulkId: 'x', data: user }],
      },
    },
  ],
  discovery: [
    { method: 'GET', resource: '/scim/v2/ServiceProviderConfig' },
    { method: 'GET', resource: '/scim/v2/Schemas' },
  ],
  // One that is refused: an answer would be made of a hundred queries.
  events: [{ method: 'GET', resource: '/events', query: { last: 'never' } }],
  admin: [{ method: 'GET', resource: '/admin/integrations' }],
  oauth: [{ method: 'GET', resource: '/.well-known/oauth-authorization-server' }],
  'admin-resources': [{ method: 'GET', resource: '/admin/users', query: { filter: 'userName eq "x"' } }],
}
