import { beforeAll, describe, expect, test } from 'vitest'
import { newGroup, newUser, patchOf, USER_SCHEMA } from '../factories/scim-api.ts'
import { withSystem } from '../factories/system.ts'
import { type Body, client } from './client.ts'
import { expectRefused } from './refusal.ts'

const system = withSystem()
const { request } = client(system)
let user: Body
beforeAll(async () => {
  user = (await request('POST', '/Users', newUser('reader'))).body
})

let count = 0
const unique = () => newUser(`user-${++count}`)

describe('answers', () => {
  test('MED-1 every answer with a body is application/scim+json, errors of functions and of the gateway included', async () => {
    const answers = [
      await request('GET', '/ServiceProviderConfig'),
      await request('GET', '/Users'),
      await request('GET', `/Users/${user.id}`),
      await request('POST', '/Users', unique()),
      await request('PUT', `/Users/${user.id}`, newUser('reader', { title: 'x' })),
      await request('PATCH', `/Users/${user.id}`, patchOf({ op: 'remove', path: 'title' })),
      await request('POST', '/Users/.search', { schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'] }),
      await request('GET', '/Users/nobody'),
      await request('GET', '/nowhere'),
      await request('GET', '/Me'),
      await request('PUT', '/Users', {}),
      await request('POST', '/Users', '{'),
      await request('GET', '/Users', undefined, { authorization: undefined }),
    ]
    const seen = answers.map(({ status, headers }) => [status, headers['content-type']])
    const statuses = [200, 200, 200, 201, 200, 200, 200, 404, 404, 501, 405, 400, 401]
    expect(seen).toEqual(statuses.map((status) => [status, 'application/scim+json']))
  })

  test('MED-1 text beyond ASCII travels as UTF-8, and Content-Length counts its bytes', async () => {
    const sent = { ...unique(), displayName: 'Zoë Łukasz 王 👩‍🚀' }
    const created = await request('POST', '/Users', sent)
    expect(created.body.displayName).toBe(sent.displayName)
    const read = await request('GET', `/Users/${created.body.id}`)
    expect(Number(read.headers['content-length'])).toBe(Buffer.byteLength(JSON.stringify(read.body)))
  })

  test('MED-5 204 and 304 have no body and no Content-Type', async () => {
    const { body } = await request('POST', '/Users', unique())
    const { etag } = (await request('GET', `/Users/${body.id}`)).headers
    const unchanged = await request('GET', `/Users/${body.id}`, undefined, { 'if-none-match': etag })
    const gone = await request('DELETE', `/Users/${body.id}`)
    for (const answer of [unchanged, gone]) expect(answer.body).toBeUndefined()
    expect([unchanged.status, gone.status]).toEqual([304, 204])
    expect(gone.headers).not.toHaveProperty('content-type')
  })
})

describe('Accept', () => {
  test.each([
    undefined,
    'application/scim+json',
    'application/json',
    '*/*',
    'application/*',
    'application/scim+json, application/json;q=0.5',
    'APPLICATION/SCIM+JSON; charset=utf-8',
    'text/html',
  ])('MED-2 %s is served application/scim+json', async (accept) => {
    const { status, headers } = await request('GET', `/Users/${user.id}`, undefined, { accept })
    expect([status, headers['content-type']]).toEqual([200, 'application/scim+json'])
  })
})

describe('Content-Type', () => {
  test.each([
    'application/scim+json',
    'application/scim+json; charset=utf-8',
    'application/scim+json;charset=UTF-8',
    'Application/SCIM+JSON',
    'application/json',
    'application/json; charset=utf-8',
  ])('MED-3 %s is read', async (type) => {
    expect((await request('POST', '/Users', unique(), { 'content-type': type })).status).toBe(201)
  })

  test.each([
    ['text/plain', '"text/plain"'],
    ['application/x-www-form-urlencoded', '"application/x-www-form-urlencoded"'],
    ['application/xml', '"application/xml"'],
    ['application/scim+jsonx', '"application/scim+jsonx"'],
    [undefined, '""'],
  ])('MED-3 %s is refused with 415', async (type, quoted) => {
    const answer = await request('POST', '/Users', unique(), { 'content-type': type })
    expectRefused(answer, 415, undefined, `Cannot read ${quoted}: send Content-Type application/scim+json`)
  })

  test('MED-3 a GET and a DELETE need none, and one that is sent does not matter', async () => {
    const { body } = await request('POST', '/Users', unique())
    const headers = { 'content-type': 'text/plain' }
    expect((await request('GET', `/Users/${body.id}`, undefined, headers)).status).toBe(200)
    expect((await request('DELETE', `/Users/${body.id}`, undefined, headers)).status).toBe(204)
  })
})

describe('bodies', () => {
  const CALLS = [
    ['POST', '/Users'],
    ['POST', '/Groups'],
    ['PUT', '/Users/{id}'],
    ['PATCH', '/Users/{id}'],
    ['POST', '/Bulk'],
    ['POST', '/.search'],
    ['POST', '/Groups/.search'],
  ] as const
  test.each(CALLS)('MED-4 %s %s refuses what is not a JSON object with 400 invalidSyntax', async (method, path) => {
    for (const body of ['', ' ', '{', '{"userName":}', "{'userName':'x'}", '[]', '"text"', '1', 'null', '{}{}']) {
      const answer = await request(method, path.replace('{id}', user.id), body)
      expectRefused(answer, 400, 'invalidSyntax', /./)
    }
  })

  test.each([
    ['', 'The request has no body; send a JSON object'],
    ['{', 'Cannot read the body at character 2: expected a name in double quotes, found the end of the body'],
    ['[]', 'Cannot read the body: expected a JSON object, found []'],
  ])('MED-4 the detail says what is wrong with %j', async (body, detail) => {
    expectRefused(await request('POST', '/Users', body), 400, 'invalidSyntax', detail)
  })

  test('MED-1 MED-4 broken UTF-8 is refused, and an attribute that stands twice', async () => {
    const [before, after] = [`{"schemas":["${USER_SCHEMA}"],"title":"`, '"}'].map((text) => Buffer.from(text))
    const broken = Buffer.concat([before as Buffer, Buffer.from([0x61, 0xff]), after as Buffer])
    expectRefused(
      await request('POST', '/Users', broken),
      400,
      'invalidSyntax',
      /^Cannot read the body: it is not valid UTF-8/,
    )
    const twice = `{"schemas":["${USER_SCHEMA}"],"userName":"a","userName":"b"}`
    expectRefused(await request('POST', '/Users', twice), 400, 'invalidSyntax', /twice|duplicate/)
  })

  test('MED-6 member names that mean something to JavaScript mean nothing here', async () => {
    const names = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf']
    const hostile = names.map((name) => `"${name}":{"polluted":true,"active":false}`).join(',')
    const body = `{"schemas":["${USER_SCHEMA}"],"userName":"proto-${++count}","name":{${hostile}},${hostile}}`
    const { status, body: created } = await request('POST', '/Users', body)
    expect(status).toBe(201)
    expect(created).toEqual({
      schemas: [USER_SCHEMA, 'urn:ietf:params:scim:schemas:extension:2.0:User'],
      ...{ id: expect.any(String), userName: `proto-${count}`, active: true, groups: [], meta: expect.any(Object) },
      'urn:ietf:params:scim:schemas:extension:2.0:User': { type: 'person' },
    })
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
    for (const name of names) {
      const path = patchOf({ op: 'replace', path: name, value: 'x' })
      expect((await request('PATCH', `/Users/${user.id}`, path)).status).toBe(400)
      expect((await request('GET', `/Users?filter=${name}%20eq%20%22x%22`)).status).toBe(400)
      expect((await request('GET', `/Users?attributes=${name}&sortBy=userName`)).status).toBe(200)
    }
  })

  test('MED-6 deep nesting and very long ids are answered, not fatal', async () => {
    const deep = `{"schemas":["${USER_SCHEMA}"],"userName":"deep","x":${'['.repeat(5000)}${']'.repeat(5000)}}`
    expectRefused(await request('POST', '/Users', deep), 400, 'invalidSyntax', /deep/)
    const long = 'x'.repeat(5000)
    expectRefused(await request('GET', `/Users/${long}`), 404, undefined, /^There is no User with id "x{80}\.\.\."$/)
    expect((await request('PATCH', `/Groups/${long}`, patchOf({ op: 'remove', path: 'members' }))).status).toBe(404)
    const members = [{ value: long }]
    const group = await request('POST', '/Groups', newGroup('Long', { members }))
    expect([group.status, group.body.scimType]).toEqual([400, 'invalidValue'])
  })
})
