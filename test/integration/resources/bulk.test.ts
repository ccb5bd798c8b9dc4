import { describe, expect, test } from 'vitest'
import { parseEventQuery } from '../../../shared/audit/event-query.ts'
import { RESERVE_MS } from '../../../shared/http/time-limits.ts'
import { listEvents } from '../../../shared/store/events/query.ts'
import { withTable } from '../../factories/engine.ts'
import { scanEvents } from '../../factories/scan.ts'
import { newGroup, newUser, patchOf, principal, scimApi } from '../../factories/scim-api.ts'
import { watchedDb } from '../../factories/watched-db.ts'

const bulkOf = (Operations: unknown[], more: object = {}) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
  Operations,
  ...more,
})

const db = withTable()
const call = scimApi(db)

const post = (path: string, bulkId: string | undefined, data: unknown) => ({
  method: 'POST',
  path,
  ...(bulkId && { bulkId }),
  data,
})

describe('Bulk', () => {
  test('BLK-1 BLK-3 references are resolved in whatever order operations come', async () => {
    const { status, body } = await call(
      'POST',
      '/Bulk',
      bulkOf([
        post('/Groups', 'g', newGroup('Bulk group', { members: [{ value: 'bulkId:u' }] })),
        post('/Users', 'u', newUser('bulk-user')),
        {
          method: 'PATCH',
          path: '/Groups/bulkId:g',
          data: patchOf({ op: 'replace', path: 'displayName', value: 'Bulk renamed' }),
        },
      ]),
    )
    expect(status).toBe(200)
    const [group, user] = body.Operations
    expect(body).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkResponse'],
      Operations: [
        { location: group.location, method: 'POST', bulkId: 'g', version: 'W/"1"', status: '201' },
        { location: user.location, method: 'POST', bulkId: 'u', version: 'W/"1"', status: '201' },
        { location: group.location, method: 'PATCH', version: 'W/"2"', status: '200' },
      ],
    })
    const { body: read } = await call('GET', `/Groups/${group.location.split('/').at(-1)}`)
    expect([read.displayName, read.members[0].$ref]).toEqual(['Bulk renamed', user.location])
  })

  test('BLK-2 BLK-4 what fails does not stop the rest, unless failOnErrors says so', async () => {
    const operations = [
      post('/Users', undefined, newUser('no-bulk-id')),
      { method: 'DELETE', path: '/Users/unknown' },
      post('/Users', 'late', newUser('bulk-late')),
    ]
    const all = await call('POST', '/Bulk', bulkOf(operations))
    expect(all.body.Operations.map(({ status }: { status: string }) => status)).toEqual(['400', '404', '201'])
    expect(all.body.Operations[1]).toEqual({
      location: 'https://scim.example.com/scim/v2/Users/unknown',
      method: 'DELETE',
      status: '404',
      response: {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
        status: '404',
        detail: 'There is no User with id "unknown"',
      },
    })
    const some = await call('POST', '/Bulk', bulkOf(operations, { failOnErrors: 2 }))
    expect(some.body.Operations.map(({ status }: { status: string }) => status)).toEqual(['400', '404'])
  })

  test('BLK-3 a reference in a circle is 409, one to nothing is 400', async () => {
    const manager = (value: string) => ({
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': { manager: { value } },
    })
    const { body } = await call(
      'POST',
      '/Bulk',
      bulkOf([
        post('/Users', 'a', newUser('circle-a', manager('bulkId:b'))),
        post('/Users', 'b', newUser('circle-b', manager('bulkId:a'))),
        post('/Users', 'c', newUser('dangling', manager('bulkId:nobody'))),
      ]),
    )
    expect(body.Operations.map(({ status }: { status: string }) => status)).toEqual(['409', '409', '400'])
  })

  test('BLK-5 BLK-6 limits, versions and envelopes', async () => {
    const many = await call(
      'POST',
      '/Bulk',
      bulkOf(Array.from({ length: 101 }, (_, i) => post('/Users', `b${i}`, newUser(`b${i}`)))),
    )
    expect([many.status, many.body.detail]).toEqual([413, 'Cannot run 101 operations: maxOperations is 100'])
    const { body: user } = await call('POST', '/Users', newUser('bulk-version'))
    const stale = await call(
      'POST',
      '/Bulk',
      bulkOf([{ method: 'DELETE', path: `/Users/${user.id}`, version: 'W/"9"' }]),
    )
    expect(stale.body.Operations[0].status).toBe('412')
    for (const body of [{ Operations: [] }, bulkOf([]), { ...bulkOf([post('/Users', 'x', {})]), schemas: ['urn:x'] }]) {
      const { status, body: error } = await call('POST', '/Bulk', body)
      expect([status, error.scimType]).toEqual([400, 'invalidSyntax'])
    }
  })

  test('RFC 7644 §3.7 what time does not suffice for is answered operation by operation: 503, and nothing of it done', async () => {
    // 12 s until the deadline, of which each write takes 3.5 s: the fourth operation would begin with less than 3 s.
    let now = Date.now()
    const { db: watched } = watchedDb(db, (command) => {
      if (/^(Put|Transact)/.test(command)) now += 3500
    })
    const slow = { ...watched, clock: () => now }
    const hurried = scimApi(slow, principal({ account: 'hurried' }), { remainingMs: () => RESERVE_MS + 12_000 })
    const { status, body } = await hurried(
      'POST',
      '/Bulk',
      bulkOf([
        post('/Groups', 'g', newGroup('In time', { members: [{ value: 'bulkId:u' }] })),
        post('/Users', 'u', newUser('in-time')),
        { method: 'DELETE', path: '/Users/unknown' },
        post('/Users', 'late', newUser('too-late')),
        { method: 'DELETE', path: '/Groups/bulkId:g' },
      ]),
    )
    const response = {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      status: '503',
      detail: 'Not tried, since the request ran out of time: send this operation again in another',
    }
    const [group, user, unknown] = body.Operations
    expect(status).toBe(200)
    expect([group.status, user.status, unknown.status]).toEqual(['201', '201', '404'])
    expect(body.Operations.slice(3)).toEqual([
      { method: 'POST', bulkId: 'late', status: '503', response },
      { method: 'DELETE', location: group.location, status: '503', response },
    ])
    expect((await hurried('GET', '/Users?filter=userName eq "too-late"')).body.totalResults).toBe(0)
    const events = await scanEvents(db, 'hurried')
    expect(events.map(({ method, status: outcome }) => [method, outcome])).toEqual(
      expect.arrayContaining([
        ['POST', 200],
        ['DELETE', 404],
        ['GET', 200],
      ]),
    )
    expect(events.filter(({ status: outcome }) => outcome === 503)).toEqual([])
  })

  test('an operation whose event cannot be stored is 503 by itself, and the others go on', async () => {
    let puts = 0
    const { db: failing } = watchedDb(db, (command) => {
      if (command.startsWith('Put') && ++puts === 1) throw new Error('The table is away')
    })
    const operations = [
      { method: 'DELETE', path: '/Users/one' },
      { method: 'DELETE', path: '/Users/two' },
    ]
    const { body } = await scimApi(failing)('POST', '/Bulk', bulkOf(operations))
    const unrecorded =
      'The request cannot be answered, since its audit event could not be stored; nothing was changed; retry after the seconds named in Retry-After'
    expect(
      body.Operations.map((one: { status: string; response: { detail: string } }) => [one.status, one.response.detail]),
    ).toEqual([
      ['503', unrecorded],
      ['404', 'There is no User with id "two"'],
    ])
  })

  test('every operation is an event of its own, and so is the request', async () => {
    const audited = scimApi(db, principal({ account: 'audited' }))
    await audited(
      'POST',
      '/Bulk',
      bulkOf([post('/Users', 'e', newUser('event-user')), { method: 'DELETE', path: '/Users/none' }]),
    )
    const now = new Date()
    const query = parseEventQuery({ last: '5m' }, now, 90)
    const { events } = await listEvents(db, 'audited', query, now)
    expect(events.map(({ method, endpoint, status }) => [method, endpoint, status]).sort()).toEqual([
      ['DELETE', 'scim/v2/Users/none', 404],
      ['POST', 'scim/v2/Bulk', 200],
      ['POST', 'scim/v2/Users', 201],
    ])
  })
})
