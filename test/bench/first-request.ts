import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { LambdaName } from '../../infra/bundling.ts'
import { newToken } from '../../shared/auth/token.ts'
import { ADMIN_ARN, apiEvent, type GivenRequest, OKTA } from '../factories/api-event.ts'

const MESSAGES = 'urn:ietf:params:scim:api:messages:2.0'
const post = (resource: string, schema: string, more: object): GivenRequest => ({
  ...{ method: 'POST', resource, body: { schemas: [schema], ...more } },
})
const user = (userName: string) => ({ schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName })

/** The request that a cold function is given, other than what it has rehearsed. */
const REQUESTS: Record<LambdaName, GivenRequest> = {
  users: post('/scim/v2/Users', 'urn:ietf:params:scim:schemas:core:2.0:User', {
    userName: 'grace@example.com',
    title: 'Dr',
  }),
  groups: post('/scim/v2/Groups', 'urn:ietf:params:scim:schemas:core:2.0:Group', { displayName: 'Engineers' }),
  'group-reads': { resource: '/scim/v2/Groups', query: { filter: 'displayName eq "Engineers"' } },
  search: post('/scim/v2/.search', `${MESSAGES}:SearchRequest`, { filter: 'externalId eq "7" and active eq true' }),
  bulk: post('/scim/v2/Bulk', `${MESSAGES}:BulkRequest`, {
    Operations: [{ method: 'POST', path: '/Users', bulkId: 'b', data: user('grace@example.com') }],
  }),
  discovery: { resource: '/scim/v2/ResourceTypes' },
  events: { resource: '/events', query: { last: '5m', limit: '200' } },
  audit: { resource: '/audit/digests', query: { from: '2026-11-01' } },
  admin: { resource: '/admin/integrations' },
  'admin-resources': { resource: '/admin/users' },
  oauth: { resource: '/.well-known/oauth-authorization-server' },
  authorizer: { resource: '/scim/v2/Users', headers: { Authorization: `Bearer ${newToken().token}` } },
}

/** The event of a function's first request. */
export const firstEvent = (name: LambdaName): object => ({
  ...apiEvent({ ...REQUESTS[name], principal: OKTA, userArn: ADMIN_ARN }),
  type: 'REQUEST',
})

/** Stands in for DynamoDB: every table is empty and takes everything. */
export async function startEmptyTable(): Promise<{ server: Server; endpoint: string }> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.end('{}'))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}
