import { beforeAll, describe, expect, test } from 'vitest'
import { newGroup, newUser, patchOf } from '../factories/scim-api.ts'
import { withSystem } from '../factories/system.ts'
import { type Body, client } from './client.ts'
import { expectRefused } from './refusal.ts'

const system = withSystem()
const { request } = client(system)
let user: Body
let inactive: Body
let group: Body
beforeAll(async () => {
  user = (await request('POST', '/Users', newUser('reader', { title: 'first' }))).body
  inactive = (await request('POST', '/Users', newUser('sleeper', { active: false }))).body
  group = (await request('POST', '/Groups', newGroup('Readers', { members: [{ value: user.id }] }))).body
  user = (await request('GET', `/Users/${user.id}`)).body
})

const get = (path: string) => request('GET', path)
const find = async (filter: string): Promise<Body> => (await get(`/Users?filter=${encodeURIComponent(filter)}`)).body

describe('one resource', () => {
  test('GET-1 it is read as the write that made it answered', async () => {
    for (const title of ['second', 'third']) {
      const patch = patchOf({ op: 'replace', path: 'title', value: title })
      user = (await request('PATCH', `/Users/${user.id}`, patch)).body
      const { status, headers, body } = await get(`/Users/${user.id}`)
      expect([status, body, body.title]).toEqual([200, user, title])
      expect(headers).toMatchObject({ location: user.meta.location, etag: user.meta.version })
    }
    expect((await get(`/Groups/${group.id}`)).body).toEqual(group)
  })

  test.each([
    ['/Users/nobody', 'There is no User with id "nobody"'],
    ['/Groups/nobody', 'There is no Group with id "nobody"'],
    ['/Users/%00', /^There is no User with id /],
    ['/Users/a%2Fb', 'There is no User with id "a/b"'],
  ])('GET-1 %s is 404', async (path, detail) => {
    expectRefused(await get(path), 404, undefined, detail)
  })

  test('GET-1 an id of the other type and a deleted one are 404', async () => {
    expectRefused(await get(`/Users/${group.id}`), 404, undefined, `There is no User with id "${group.id}"`)
    const { id } = (await request('POST', '/Users', newUser('short-lived'))).body
    expect((await request('DELETE', `/Users/${id}`)).status).toBe(204)
    expectRefused(await get(`/Users/${id}`), 404, undefined, `There is no User with id "${id}"`)
  })

  test('GET-2 inactive users are read, listed and found like others (Entra)', async () => {
    expect((await get(`/Users/${inactive.id}`)).body).toEqual(inactive)
    expect((await get('/Users')).body.Resources.map(({ id }: Body) => id)).toContain(inactive.id)
    for (const filter of ['userName eq "sleeper"', 'active eq false']) {
      expect((await find(filter)).Resources).toEqual([inactive])
    }
  })
})

describe('lists', () => {
  test('LST-1 a list says how many there are, where it begins and how many it holds', async () => {
    const { status, body } = await get('/Users')
    expect(status).toBe(200)
    expect(body).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
      ...{ totalResults: 2, itemsPerPage: 2, startIndex: 1 },
      Resources: [user, inactive],
    })
    expect((await get('/Groups')).body.Resources).toEqual([group])
  })

  test.each(['/Users', '/Groups'])('LST-1 LST-2 no match in %s is 200 with an empty array', async (path) => {
    const { status, body } = await get(`${path}?filter=${encodeURIComponent('externalId eq "nobody"')}`)
    expect(status).toBe(200)
    expect(body).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
      ...{ totalResults: 0, itemsPerPage: 0, startIndex: 1 },
      Resources: [],
    })
  })

  test('LST-3 unknown parameters are ignored', async () => {
    const plain = (await get('/Users')).body
    expect((await get('/Users?api-version=1&foo=bar&$top=1&_=1&tag=a&tag=b&')).body).toEqual(plain)
    expect((await get(`/Users/${user.id}?filter=nonsense&verbose`)).body).toEqual(user)
  })
})
