import { beforeAll, describe, expect, test } from 'vitest'
import { memberIds, seedMembers } from '../factories/large-group.ts'
import { scanEvents } from '../factories/scan.ts'
import { newGroup, newUser } from '../factories/scim-api.ts'
import { withSystem } from '../factories/system.ts'
import { type Body, client } from './client.ts'
import { expectRefused, scimError } from './refusal.ts'

const SEARCH = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest'
const MEMBERS = 30_000

const system = withSystem()
const { request } = client(system)
let small: Body
let large: Body
beforeAll(async () => {
  const user = (await request('POST', '/Users', newUser('member'))).body
  small = (await request('POST', '/Groups', newGroup('Small', { members: [{ value: user.id }] }))).body
  large = (await request('POST', '/Groups', newGroup('Large'))).body
  await seedMembers(system.db, large.id, MEMBERS)
})

/** What a group shows beside its members. */
const withoutMembers = ({ members: _members, ...attributes }: Body) => attributes
const idsOf = (members: { value: string }[]) => members.map(({ value }) => value)
const at = (group: Body) => `/Groups/${group.id}`

describe('what a streaming function refuses is answered as anywhere', () => {
  test('AUT-1 without a token 401 by the gateway', async () => {
    const { status, headers } = await request('GET', '/Groups', undefined, { authorization: undefined })
    expect([status, headers['www-authenticate']]).toEqual([401, 'Bearer'])
  })

  test('GET-1 an unknown group is 404', async () => {
    expectRefused(await request('GET', '/Groups/none'), 404, undefined, 'There is no Group with id "none"')
  })

  test.each([
    ['DELETE', '/Groups', 'GET, POST'],
    ['POST', '/Groups/1', 'GET, PUT, PATCH, DELETE'],
    ['GET', '/Groups/.search', 'POST'],
    ['PUT', '/Groups/.search', 'POST'],
  ])(
    'ERR-2 %s %s is 405 and names every method of the path, whichever function serves it',
    async (method, path, allow) => {
      const { status, headers, body } = await request(method, path)
      expect([status, headers.allow]).toEqual([405, allow])
      expect(body).toEqual(scimError(405, undefined, new RegExp(`: this endpoint offers ${allow}$`)))
    },
  )

  test('FIL-1 a wrong filter is 400 invalidFilter, in the query and in a search', async () => {
    const filter = 'displayName'
    for (const answer of [
      await request('GET', `/Groups?filter=${filter}`),
      await request('POST', '/Groups/.search', { schemas: [SEARCH], filter }),
    ]) {
      expectRefused(answer, 400, 'invalidFilter', /^Cannot read filter "displayName": expected an operator/)
    }
  })

  test('SEA-1 a search without a body is 400, one with another media type 415', async () => {
    const text = { 'content-type': 'text/plain' }
    expect((await request('POST', '/Groups/.search')).body.scimType).toBe('invalidSyntax')
    expect((await request('POST', '/Groups/.search', 'filter', text)).status).toBe(415)
  })

  test('ETG-2 the version that the client has is 304, without a body', async () => {
    const { headers } = await request('GET', at(small))
    const {
      status,
      body,
      headers: known,
    } = await request('GET', at(small), undefined, { 'if-none-match': headers.etag })
    expect([status, body, known.etag]).toEqual([304, undefined, headers.etag])
  })
})

describe('a group that no Lambda could return as a whole', () => {
  const ids = memberIds(MEMBERS)

  test('GET-1 is answered whole, with every member once, as other groups are', async () => {
    const { status, headers, body } = await request('GET', at(large))
    const { headers: usual, body: other } = await request('GET', at(small))
    expect([status, headers['content-type'], headers.etag]).toEqual([200, usual['content-type'], body.meta.version])
    expect([headers.location, headers['content-location']]).toEqual([body.meta.location, body.meta.location])
    const { members } = body
    expect(withoutMembers(body)).toEqual(withoutMembers(large))
    expect(idsOf(members)).toEqual(ids)
    const [value] = ids
    expect(members[0]).toEqual({
      value,
      $ref: `${system.baseUrl}/Users/${value}`,
      display: 'd'.repeat(200),
      type: 'User',
    })
    expect(Object.keys(members[0])).toEqual(expect.arrayContaining(Object.keys(other.members[0])))
  })

  test('PRJ-1 shows of each member what is asked for', async () => {
    const { body } = await request('GET', `${at(large)}?attributes=members.value`)
    expect(body).toEqual({ schemas: large.schemas, id: large.id, members: ids.map((value) => ({ value })) })
    const { body: without } = await request('GET', `${at(large)}?excludedAttributes=members.display,members.$ref`)
    expect(without.members.length).toBe(MEMBERS)
    expect(without.members[0]).toEqual({ value: ids[0], type: 'User' })
    expect((await request('GET', `${at(large)}?excludedAttributes=members`)).body).toEqual(withoutMembers(large))
  })

  test('LST-1 is found, listed and searched like others', async () => {
    const filter = encodeURIComponent('displayName eq "Large"')
    const found = await request('GET', `/Groups?filter=${filter}&attributes=members.value`)
    expect([found.body.totalResults, idsOf(found.body.Resources[0].members)]).toEqual([1, ids])
    const search = { schemas: [SEARCH], filter: `members.value eq "${ids[7]}"`, attributes: ['members.value'] }
    const searched = await request('POST', '/Groups/.search', search)
    // Seeded members are in no index: whoever looks by member finds none, and not an error.
    expect([searched.status, searched.body.Resources]).toEqual([200, []])
    const first = await request('GET', '/Groups?count=1')
    expect([first.body.itemsPerPage, idsOf(first.body.Resources[0].members)]).toEqual([1, idsOf(small.members)])
    const second = await request('GET', '/Groups?startIndex=2')
    expect([second.body.totalResults, second.body.Resources.length]).toEqual([2, 1])
    expect(idsOf(second.body.Resources[0].members)).toEqual(ids)
  })

  test('PAG-2 ends the page before it, by index and by cursor, and the next one begins with it', async () => {
    const shown = ({ body }: { body: Body }) => body.Resources.map((group: Body) => [group.id, group.members.length])
    const first = await request('GET', '/Groups')
    const second = await request('GET', `/Groups?startIndex=${first.body.startIndex + first.body.itemsPerPage}`)
    const pages = [[[small.id, 1]], [[large.id, MEMBERS]]]
    expect([shown(first), shown(second), second.body.totalResults]).toEqual([...pages, 2])
    const begun = await request('GET', '/Groups?cursor')
    const ended = await request('GET', `/Groups?cursor=${begun.body.nextCursor}`)
    expect([shown(begun), shown(ended), ended.body.nextCursor]).toEqual([...pages, undefined])
  })

  test('has its event, like every answer', async () => {
    await request('GET', at(large))
    const last = (await scanEvents(system.db)).at(-1)
    expect(last).toMatchObject({ method: 'GET', status: 200, resourceId: large.id, resourceName: 'Large' })
  })
})

test('text beyond the first plane is whole wherever an answer is cut into pieces', async () => {
  const names = Array.from({ length: 120 }, (_, i) => `${'🙂'.repeat(200)}${i}`)
  await Promise.all(names.map((name) => request('POST', '/Groups', newGroup(name))))
  const { body } = await request('GET', '/Groups?attributes=displayName&count=1000')
  const shown = body.Resources.map((group: Body) => group.displayName).filter((name: string) => !/^[A-Z]/.test(name))
  expect(shown.sort()).toEqual(names.sort())
})
