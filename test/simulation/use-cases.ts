import { newGroup, newUser, patchOf } from '../factories/scim-event.ts'
import type { Client } from './client.ts'
import type { Fixture } from './fixture.ts'
import type { Asked } from './lambda.ts'

/** Something that a client, an administrator or the worker does with the objects of a fixture. */
export interface UseCase {
  name: string
  /** Whether it is about more members than one transaction takes. */
  isLarge?: boolean
  run(client: Client, fixture: Fixture): Promise<unknown>
}

const asks = (name: string, of: (fixture: Fixture) => Asked): UseCase => ({
  name,
  run: (client, fixture) => client.ask(of(fixture)),
})

const large = (name: string, of: (fixture: Fixture) => Asked): UseCase => ({ ...asks(name, of), isLarge: true })

const get = (path: string): Asked => ({ method: 'GET', path })
const post = (path: string, body: unknown): Asked => ({ method: 'POST', path, body })
const put = (path: string, body: unknown): Asked => ({ method: 'PUT', path, body })
const patch = (path: string, ...operations: object[]): Asked => ({
  method: 'PATCH',
  path,
  body: patchOf(...operations),
})
const remove = (path: string): Asked => ({ method: 'DELETE', path })
const set = (path: string, value: unknown) => ({ op: 'replace', path, value })
const members = (...ids: string[]) => ids.map((value) => ({ value }))
const addMembers = (...ids: string[]) => ({ op: 'add', path: 'members', value: members(...ids) })
const removeMembers = (...ids: string[]) => ({ op: 'remove', path: 'members', value: members(...ids) })

const ofUsers: readonly UseCase[] = [
  asks('create a user', () => post('/Users', newUser('dan@example.com', { externalId: 'd-1', title: 'New' }))),
  asks('create a user by a taken name', () => post('/Users', newUser('ANN@example.com'))),
  asks('read a user', ({ ann }) => get(`/Users/${ann}`)),
  asks('find a user', () => get('/Users?filter=userName eq "ann@example.com"')),
  asks('list users', () => get('/Users?count=5')),
  asks('change a user', ({ ann }) => patch(`/Users/${ann}`, set('title', 'Prof'))),
  asks('replace a user', ({ ann }) =>
    put(`/Users/${ann}`, newUser('ann@example.com', { title: 'Put', externalId: 'a-2' })),
  ),
  asks('rename a user', ({ ann }) => patch(`/Users/${ann}`, set('userName', 'anna@example.com'))),
  asks('take the name of a user', ({ bob }) => patch(`/Users/${bob}`, set('userName', 'ann@example.com'))),
  asks('deactivate a user', ({ ann }) => patch(`/Users/${ann}`, set('active', false))),
  asks('change a user of one version', ({ ann }) => ({
    ...patch(`/Users/${ann}`, set('title', 'Matched')),
    headers: { 'If-Match': 'W/"2"' },
  })),
  asks('delete a user', ({ ann }) => remove(`/Users/${ann}`)),
  asks('delete a user whom the brake counts', ({ ann }) => ({
    ...remove(`/Users/${ann}`),
    as: { brake: { mode: 'stop', objects: 1, share: 100 } as never },
  })),
]

const ofGroups: readonly UseCase[] = [
  asks('create a group', ({ ann, bob }) => post('/Groups', newGroup('New', { members: members(ann, bob) }))),
  large('create a large group', ({ many }) => post('/Groups', newGroup('New large', { members: members(...many) }))),
  asks('read a group', ({ ops }) => get(`/Groups/${ops}`)),
  asks('add a member', ({ ops, cid }) => patch(`/Groups/${ops}`, addMembers(cid))),
  asks('remove a member', ({ ops, ann }) => patch(`/Groups/${ops}`, removeMembers(ann))),
  asks('replace the members', ({ ops, ann, cid }) =>
    put(`/Groups/${ops}`, newGroup('Ops', { members: members(ann, cid) })),
  ),
  asks('rename a group', ({ ops }) => patch(`/Groups/${ops}`, set('displayName', 'Operations'))),
  large('add many members', ({ ops, many }) => patch(`/Groups/${ops}`, addMembers(...many))),
  large('remove all members', ({ large }) => patch(`/Groups/${large}`, { op: 'remove', path: 'members' })),
  large('rename a large group', ({ large }) => patch(`/Groups/${large}`, set('displayName', 'Larger'))),
  asks('delete a group', ({ ops }) => remove(`/Groups/${ops}`)),
  large('delete a large group', ({ large }) => remove(`/Groups/${large}`)),
]

const ofMore: readonly UseCase[] = [
  asks('send a bulk', ({ ops, ann }) =>
    post('/Bulk', {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
      Operations: [
        { method: 'POST', path: '/Users', bulkId: 'new', data: newUser('eve@example.com') },
        { method: 'PATCH', path: `/Groups/${ops}`, data: patchOf(addMembers('bulkId:new')) },
        { method: 'PATCH', path: `/Users/${ann}`, data: patchOf(set('title', 'Bulk')) },
      ],
    }),
  ),
  asks('search', () =>
    post('/.search', { schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'], count: 3 }),
  ),
  asks('change a user by hand', ({ ann }) => ({
    method: 'PATCH',
    path: `/admin/users/${ann}`,
    body: patchOf(set('title', 'Hand')),
  })),
  asks('give objects to another owner', ({ ann, ops }) =>
    post('/admin/ownership', { to: 'ADMIN', users: [ann], roles: [ops] }),
  ),
  asks('undo a change', ({ changed }) => post('/admin/undo', { event: changed })),
  {
    name: 'delete a user and bring it back',
    async run(client, { ann }) {
      await client.ask(remove(`/Users/${ann}`))
      await client.ask(post(`/admin/users/${ann}/undrop`, {}))
    },
  },
  asks('make an integration', () => post('/admin/integrations', { name: 'OKTA', clientKind: 'OKTA' })),
  asks('change an integration', () => ({
    ...{ method: 'PATCH', path: '/admin/integrations/GENERIC_PROVISIONING', body: { enabled: false } },
  })),
  asks('drop an integration', () => remove('/admin/integrations/GENERIC_PROVISIONING')),
  asks('issue a token', () => post('/admin/integrations/GENERIC_PROVISIONING/tokens', { name: 'second' })),
  asks('rotate a token', ({ token }) => post(`/admin/tokens/${token}/rotate`, {})),
  asks('revoke a token', ({ token }) => remove(`/admin/tokens/${token}`)),
  { name: 'work on queues', run: (client) => client.work() },
]

/** All that is done with the service, each in its plainest form. */
export const USE_CASES: readonly UseCase[] = [...ofUsers, ...ofGroups, ...ofMore]
