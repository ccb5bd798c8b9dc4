import { describe, expect, test } from 'vitest'
import { newGroup, newUser, patchOf } from '../factories/scim-api.ts'
import { withSystem } from '../factories/system.ts'
import { type Body, client } from './client.ts'
import { givenGroup, givenUser, memberIds, pathOf, type Refusal, readAgain, refusalOf, unique } from './objects.ts'

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const BULK_REQUEST = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest'
const BULK_RESPONSE = 'urn:ietf:params:scim:api:messages:2.0:BulkResponse'
const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error'

const system = withSystem()
const { request } = client(system)

const bulkOf = (Operations: unknown, more: object = {}) => ({ schemas: [BULK_REQUEST], Operations, ...more })

/** Sends operations that make a bulk request; answers what is said of each. */
async function bulk(operations: unknown[], more: object = {}): Promise<Body[]> {
  const { status, headers, body } = await request('POST', '/Bulk', bulkOf(operations, more))
  expect([status, headers['content-type']]).toEqual([200, 'application/scim+json'])
  expect(body).toEqual({ schemas: [BULK_RESPONSE], Operations: expect.any(Array) })
  return body.Operations
}

const post = (bulkId: string, data: object, path = '/Users') => ({ method: 'POST', path, bulkId, data })
const postGroup = (bulkId: string, data: object) => post(bulkId, data, '/Groups')
const errorOf = (status: string, scimType: string | undefined, detail: unknown) => ({
  schemas: [ERROR],
  ...(scimType && { scimType }),
  detail,
  status,
})
const failed = (status: string, scimType: string | undefined, detail: unknown) => ({
  status,
  response: errorOf(status, scimType, detail),
})
const pathTo = ({ location }: Body) => pathOf(location)

describe('POST /Bulk (RFC 7644 §3.7)', () => {
  test('BLK-1 says of each operation its method, bulkId, location, version and status', async () => {
    const [replaced, patched, deleted] = [await givenUser(request), await givenUser(request), await givenUser(request)]
    const results = await bulk([
      post('a', newUser(unique('bulk'))),
      { method: 'PUT', path: pathOf(replaced.meta.location), data: newUser(replaced.userName, { title: 'T' }) },
      { method: 'patch', path: pathOf(patched.meta.location), data: patchOf({ op: 'add', path: 'title', value: 'T' }) },
      { method: 'DELETE', path: pathOf(deleted.meta.location), bulkId: 'd' },
    ])
    expect(results).toEqual([
      { method: 'POST', bulkId: 'a', location: expect.any(String), version: 'W/"1"', status: '201' },
      { method: 'PUT', location: replaced.meta.location, version: 'W/"2"', status: '200' },
      { method: 'PATCH', location: patched.meta.location, version: 'W/"2"', status: '200' },
      { method: 'DELETE', bulkId: 'd', location: deleted.meta.location, status: '204' },
    ])
    expect((await request('GET', pathTo(results[0]))).body.meta.location).toBe(results[0].location)
    expect((await readAgain(request, replaced)).title).toBe('T')
    expect((await readAgain(request, patched)).title).toBe('T')
    expect((await request('GET', pathOf(deleted.meta.location))).status).toBe(404)
  })

  test('BLK-1 BLK-4 an error has its response, no location for a POST, and does not stop the job', async () => {
    const user = await givenUser(request)
    const missing = `/Users/${unique('nobody')}`
    const results = await bulk([
      post('a', newUser(user.userName)),
      { method: 'DELETE', path: missing },
      post('b', newUser(unique('bulk'))),
    ])
    expect(results).toEqual([
      { method: 'POST', bulkId: 'a', ...failed('409', 'uniqueness', expect.stringContaining(user.userName)) },
      {
        method: 'DELETE',
        location: expect.stringMatching(new RegExp(`/scim/v2${missing}$`)),
        ...failed('404', undefined, `There is no User with id "${missing.slice(7)}"`),
      },
      { method: 'POST', bulkId: 'b', location: expect.any(String), version: 'W/"1"', status: '201' },
    ])
  })

  test.each<[string, object, string, string]>([
    [
      'a POST without bulkId',
      { method: 'POST', path: '/Users', data: newUser('x') },
      'invalidSyntax',
      'Cannot run a POST without a bulkId: send one, any unique text',
    ],
    [
      'a POST to a resource',
      post('a', newUser('x'), '/Users/1'),
      'invalidPath',
      'Cannot use path "/Users/1": expected /Users or /Groups',
    ],
    [
      'a POST to another endpoint',
      post('a', {}, '/Bulk'),
      'invalidPath',
      'Cannot use path "/Bulk": expected /Users or /Groups',
    ],
    [
      'a PUT of a collection',
      { method: 'PUT', path: '/Users', data: newUser('x') },
      'invalidPath',
      'Cannot use path "/Users": expected /Users/<id> or /Groups/<id>',
    ],
    [
      'a DELETE of a collection',
      { method: 'DELETE', path: '/Groups' },
      'invalidPath',
      'Cannot use path "/Groups": expected /Users/<id> or /Groups/<id>',
    ],
    [
      'a path with a query',
      { method: 'DELETE', path: '/Users/1?x=y' },
      'invalidPath',
      'Cannot use path "/Users/1?x=y": expected /Users/<id> or /Groups/<id>',
    ],
    [
      'a POST without data',
      { method: 'POST', path: '/Users', bulkId: 'a' },
      'invalidSyntax',
      'Cannot run POST "/Users" without data: send the body of the request as data',
    ],
    [
      'a PATCH without data',
      { method: 'PATCH', path: '/Users/1' },
      'invalidSyntax',
      'Cannot run PATCH "/Users/1" without data: send the body of the request as data',
    ],
    [
      'a PUT with null',
      { method: 'PUT', path: '/Users/1', data: null },
      'invalidSyntax',
      'Cannot run PUT "/Users/1" without data: send the body of the request as data',
    ],
    [
      'a GET',
      { method: 'GET', path: '/Users/1' },
      'invalidSyntax',
      'Cannot run method "GET": expected POST, PUT, PATCH or DELETE',
    ],
    [
      'wrong data',
      post('a', { schemas: [], userName: 'x' }),
      'invalidValue',
      expect.stringMatching(/^The schemas do not name a User/) as unknown as string,
    ],
  ])('BLK-2 %s is 400 and the rest goes on', async (_name, operation, scimType, detail) => {
    const [wrong, right] = await bulk([operation, post('next', newUser(unique('bulk')))])
    expect({ status: wrong.status, response: wrong.response }).toEqual(failed('400', scimType, detail))
    expect(right.status).toBe('201')
  })

  test('BLK-4 failOnErrors stops after so many errors and answers what was done', async () => {
    const fail = { method: 'DELETE', path: `/Users/${unique('nobody')}` }
    const names = [unique('bulk'), unique('bulk')] as const
    const operations = [fail, post('a', newUser(names[0])), fail, post('b', newUser(names[1]))]
    const stopped = await bulk(operations, { failOnErrors: 2 })
    expect(stopped.map(({ status }) => status)).toEqual(['404', '201', '404'])
    const found = await request('GET', `/Users?filter=${encodeURIComponent(`userName eq "${names[1]}"`)}`)
    expect(found.body.totalResults).toBe(0)
    expect((await bulk([fail, fail], { failOnErrors: 1 })).length).toBe(1)
    expect((await bulk([fail, fail], { failOnErrors: null })).length).toBe(2)
  })
})

describe('references (RFC 7644 §3.7.2)', () => {
  test('BLK-3 are resolved in members, in the manager and in paths, also before their create', async () => {
    const results = await bulk([
      postGroup('g', newGroup(unique('bulk'), { members: [{ value: 'bulkId:b' }] })),
      {
        method: 'PATCH',
        path: '/Groups/bulkId:g',
        data: patchOf({ op: 'add', path: 'members', value: [{ value: 'bulkId:a' }] }),
      },
      post('a', newUser(unique('bulk'), { [ENTERPRISE]: { manager: { value: 'bulkId:b' } } })),
      post('b', newUser(unique('bulk'))),
    ])
    expect(results.map(({ method, bulkId, status }) => [method, bulkId, status])).toEqual([
      ['POST', 'g', '201'],
      ['PATCH', undefined, '200'],
      ['POST', 'a', '201'],
      ['POST', 'b', '201'],
    ])
    const [group, , a, b] = await Promise.all(
      results.map(async (result) => (await request('GET', pathTo(result))).body),
    )
    expect(memberIds(group)).toEqual([a.id, b.id].sort())
    expect(a[ENTERPRISE].manager).toEqual({ value: b.id })
    for (const { id } of [group, a, b]) expect(id).not.toContain('bulkId')
  })

  test('BLK-3 D5 circles are 409 before any work, unknown references 400; the rest goes on', async () => {
    const names = [unique('bulk'), unique('bulk'), unique('bulk')] as const
    const managedBy = (value: string) => ({ [ENTERPRISE]: { manager: { value } } })
    const results = await bulk([
      post('a', newUser(names[0], managedBy('bulkId:b'))),
      post('b', newUser(names[1], managedBy('bulkId:a'))),
      post('c', newUser(unique('bulk'), managedBy('bulkId:nobody'))),
      post('d', newUser(names[2])),
    ])
    const circle = (bulkId: string) =>
      `Cannot create bulkId "${bulkId}": it refers to itself in a circle; create them without the reference, and add it by a PATCH`
    expect(results).toEqual([
      { method: 'POST', bulkId: 'a', ...failed('409', undefined, circle('a')) },
      { method: 'POST', bulkId: 'b', ...failed('409', undefined, circle('b')) },
      {
        method: 'POST',
        bulkId: 'c',
        ...failed('400', 'invalidValue', 'Cannot resolve "bulkId:nobody": no POST of this request has that bulkId'),
      },
      { method: 'POST', bulkId: 'd', location: expect.any(String), version: 'W/"1"', status: '201' },
    ])
    const found = await request(
      'GET',
      `/Users?filter=${encodeURIComponent(names.map((n) => `userName eq "${n}"`).join(' or '))}`,
    )
    expect(found.body.Resources.map(({ userName }: Body) => userName)).toEqual([names[2]])
  })

  test('BLK-3 what refers to a failed create fails with it, and a bulkId is given once', async () => {
    const taken = await givenUser(request)
    const results = await bulk([
      post('a', newUser(taken.userName)),
      postGroup('g', newGroup(unique('bulk'), { members: [{ value: 'bulkId:a' }] })),
      post('g', newUser(unique('bulk'))),
    ])
    expect(results.map(({ status, response }) => [status, response?.detail])).toEqual([
      ['409', expect.stringContaining('is taken in this account')],
      ['400', 'Cannot resolve "bulkId:a": the operation of that bulkId failed'],
      ['400', 'Cannot use bulkId "g" twice: give each POST its own'],
    ])
  })
})

describe('limits and versions', () => {
  test('BLK-5 D5 more operations than maxOperations is 413 and does nothing', async () => {
    const { bulk: advertised } = (await request('GET', '/ServiceProviderConfig')).body
    expect(advertised).toEqual({ supported: true, maxOperations: 100, maxPayloadSize: 1_048_576 })
    const userName = unique('bulk')
    const operations = Array.from({ length: 101 }, (_, n) => post(`b${n}`, newUser(`${userName}-${n}`)))
    expect(refusalOf(await request('POST', '/Bulk', bulkOf(operations)))).toEqual([
      413,
      undefined,
      'Cannot run 101 operations: maxOperations is 100',
    ])
    const found = await request('GET', `/Users?filter=${encodeURIComponent(`userName sw "${userName}"`)}`)
    expect(found.body.totalResults).toBe(0)
  })

  test('BLK-5 more bytes than maxPayloadSize is 413 with the limit in its detail', async () => {
    const body = JSON.stringify(bulkOf([post('a', newUser('x', { title: 'x'.repeat(1_048_576) }))]))
    const [status, scimType, detail] = refusalOf(await request('POST', '/Bulk', body))
    expect([status, scimType, detail]).toEqual([
      413,
      undefined,
      `The body has ${body.length} bytes; at most 1048576 are accepted here: split the request`,
    ])
  })

  test('BLK-6 ETG-4 a stale version is 412 and changes nothing, the current one goes through', async () => {
    const [user, group] = [await givenUser(request), await givenGroup(request)]
    const title = patchOf({ op: 'add', path: 'title', value: 'T' })
    const results = await bulk([
      { method: 'PATCH', path: pathOf(user.meta.location), version: 'W/"9"', data: title },
      { method: 'PATCH', path: pathOf(user.meta.location), version: 'W/"1"', data: title },
      { method: 'DELETE', path: pathOf(group.meta.location), version: 'W/"2"' },
      { method: 'DELETE', path: pathOf(group.meta.location), version: 'W/"1"' },
    ])
    expect(results.map(({ status }) => status)).toEqual(['412', '200', '412', '204'])
    expect(results[0].response).toEqual(
      errorOf('412', undefined, `Cannot change "${user.id}": its version is W/"1" now; read it again and retry`),
    )
    expect((await readAgain(request, user)).meta.version).toBe('W/"2"')
  })

  test.each<[string, unknown, Refusal]>([
    [
      'no schemas',
      { Operations: [] },
      [400, 'invalidSyntax', `Cannot read the BulkRequest: its schemas must be an array that holds "${BULK_REQUEST}"`],
    ],
    [
      'another schema',
      { ...bulkOf([{ method: 'DELETE', path: '/Users/1' }]), schemas: [BULK_RESPONSE] },
      [400, 'invalidSyntax', `Cannot read the BulkRequest: its schemas must be an array that holds "${BULK_REQUEST}"`],
    ],
    [
      'no Operations',
      { schemas: [BULK_REQUEST] },
      [
        400,
        'invalidSyntax',
        'Cannot read "Operations" of the BulkRequest: Invalid input: expected array, received undefined',
      ],
    ],
    [
      'an empty list',
      bulkOf([]),
      [
        400,
        'invalidSyntax',
        'Cannot read "Operations" of the BulkRequest: Too small: expected array to have >=1 items',
      ],
    ],
    [
      'an operation that is none',
      bulkOf([5]),
      [400, 'invalidSyntax', 'Cannot read Operations[0]: expected a JSON object, found 5'],
    ],
    [
      'an operation without a path',
      bulkOf([{ method: 'DELETE' }]),
      [400, 'invalidSyntax', 'Cannot read "path" of Operations[0]: Invalid input: expected string, received undefined'],
    ],
    [
      'failOnErrors 0',
      bulkOf([{ method: 'DELETE', path: '/Users/1' }], { failOnErrors: 0 }),
      [400, 'invalidSyntax', 'Cannot read "failOnErrors" of the BulkRequest: Too small: expected number to be >=1'],
    ],
    ['an array', [], [400, 'invalidSyntax', 'Cannot read the BulkRequest: expected a JSON object, found []']],
    [
      'a list twice',
      { ...bulkOf([{ method: 'DELETE', path: '/Users/1' }]), operations: [] },
      [400, 'invalidSyntax', 'Cannot read Operations of the BulkRequest: it is named twice; send it once'],
    ],
    [
      'a method twice',
      bulkOf([{ method: 'DELETE', Method: 'PUT', path: '/Users/1' }]),
      [400, 'invalidSyntax', 'Cannot read method of Operations[0]: it is named twice; send it once'],
    ],
  ])('BLK-6 BLK-8 %s is 400', async (_name, body, refusal) => {
    expect(refusalOf(await request('POST', '/Bulk', body))).toEqual(refusal)
  })
})
