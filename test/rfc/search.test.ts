import { beforeAll, describe, expect, test } from 'vitest'
import { newGroup, newUser } from '../factories/scim-api.ts'
import { withSystem } from '../factories/system.ts'
import { type Body, client } from './client.ts'
import { expectRefused } from './refusal.ts'

const SEARCH = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest'
const system = withSystem()
const { request } = client(system)
let users: Body[]
let group: Body
beforeAll(async () => {
  users = []
  for (const [name, title] of [
    ['search-b', 'x'],
    ['search-a', 'y'],
    ['search-c', 'x'],
  ] as const) {
    const made = await request('POST', '/Users', newUser(name, { title, displayName: name, externalId: 'both' }))
    users.push(made.body)
  }
  const members = [{ value: users[0].id }]
  group = (await request('POST', '/Groups', newGroup('Search-B2', { externalId: 'both', members }))).body
})

const search = (path: string, more: object) => request('POST', `${path}/.search`, { schemas: [SEARCH], ...more })
const namesOf = ({ body }: { body: Body }) => body.Resources.map((one: Body) => one.userName ?? one.displayName)

describe('one type', () => {
  test('SEA-1 a search answers what the same list does, 200 with a ListResponse', async () => {
    const filter = 'title eq "x"'
    const searched = await search('/Users', { filter, sortBy: 'userName', sortOrder: 'descending' })
    const query = `filter=${encodeURIComponent(filter)}&sortBy=userName&sortOrder=descending`
    const listed = await request('GET', `/Users?${query}`)
    expect([searched.status, searched.body]).toEqual([200, listed.body])
    expect(namesOf(searched)).toEqual(['search-c', 'search-b'])
    expect(searched.headers['content-type']).toBe('application/scim+json')
    expect((await search('/Groups', { filter: 'displayName sw "search"' })).body.Resources).toEqual([group])
  })

  test('SEA-1 attributes and excludedAttributes are arrays, and text is forgiven', async () => {
    const filter = 'userName eq "search-a"'
    const [, { schemas, id }] = users as [Body, Body]
    const one = async (more: object) => (await search('/Users', { filter, ...more })).body.Resources
    const shown = [{ schemas, id, userName: 'search-a', title: 'y' }]
    expect(await one({ attributes: ['userName', 'title'] })).toEqual(shown)
    expect(await one({ attributes: 'userName,TITLE' })).toEqual(shown)
    expect((await one({ excludedAttributes: ['meta', 'groups'] }))[0]).not.toHaveProperty('meta')
    expect(await one({ attributes: [], excludedAttributes: null })).toEqual([users[1]])
  })

  test('SEA-1 pages by index and by cursor', async () => {
    const blank = { startIndex: '', count: ' ', sortBy: '', sortOrder: '', attributes: '', excludedAttributes: '' }
    expect((await search('/Users', blank)).body).toEqual((await search('/Users', {})).body)
    const page = await search('/Users', { startIndex: 2, count: 1 })
    expect(page.body).toMatchObject({ totalResults: 3, startIndex: 2, itemsPerPage: 1 })
    expect(namesOf(page)).toEqual(['search-a'])
    expect((await search('/Users', { startIndex: '2', count: '1' })).body).toEqual(page.body)
    const first = await search('/Users', { cursor: '', count: 2, sortBy: 'userName' })
    const { nextCursor } = first.body
    const last = await search('/Users', { cursor: nextCursor, count: 2, sortBy: 'userName' })
    expect([namesOf(first), namesOf(last)]).toEqual([['search-a', 'search-b'], ['search-c']])
    expect(last.body).not.toHaveProperty('nextCursor')
  })

  test('SEA-1 names of the request count in any letter case, null is unassigned, unknown ones are ignored', async () => {
    const body = { SCHEMAS: [SEARCH.toUpperCase()], Filter: 'title eq "y"', COUNT: null, sortBy: null, colour: 'red' }
    expect(namesOf(await request('POST', '/Users/.search', body))).toEqual(['search-a'])
  })
})

describe('the root', () => {
  test('SEA-2 it spans users and groups, each in its own shape', async () => {
    const all = await search('', {})
    expect(all.body).toMatchObject({ totalResults: 4, itemsPerPage: 4, startIndex: 1 })
    expect(all.body.Resources.map(({ meta }: Body) => meta.resourceType).sort()).toEqual([
      'Group',
      'User',
      'User',
      'User',
    ])
    expect(namesOf(await search('', { filter: 'externalId eq "both"', sortBy: 'displayName' }))).toEqual([
      'search-a',
      'search-b',
      'Search-B2',
      'search-c',
    ])
    expect(namesOf(await search('', { filter: 'meta.resourceType eq "Group"' }))).toEqual(['Search-B2'])
    expect((await search('', { filter: `id eq "${group.id}"` })).body.Resources).toEqual([group])
  })

  test('SEA-2 FIL-10 an attribute only one type has is without value in the other (RFC 7644 §3.4.2.1)', async () => {
    expect(namesOf(await search('', { filter: 'userName sw "search-a"' }))).toEqual(['search-a'])
    expect(namesOf(await search('', { filter: `members.value eq "${users[0].id}"` }))).toEqual(['Search-B2'])
    expect(namesOf(await search('', { filter: 'not (userName pr)' }))).toEqual(['Search-B2'])
    expect(namesOf(await search('', { sortBy: 'userName', sortOrder: 'descending' }))).toEqual([
      ...['Search-B2', 'search-c', 'search-b', 'search-a'],
    ])
    const { body } = await search('', { filter: 'externalId eq "both"', attributes: ['userName', 'members.value'] })
    const byType = (type: string) => body.Resources.find(({ schemas }: Body) => schemas[0].endsWith(type))
    expect(Object.keys(byType('User')).sort()).toEqual(['id', 'schemas', 'userName'])
    expect(byType('Group')).toEqual({ schemas: group.schemas, id: group.id, members: [{ value: users[0].id }] })
  })

  test('SEA-2 its pages show everything once', async () => {
    const seen: string[] = []
    for (let startIndex = 1; startIndex <= 4; startIndex += 2) {
      const { body } = await search('', { startIndex, count: 2, sortBy: 'displayName' })
      seen.push(...namesOf({ body }))
    }
    expect(seen).toEqual(['search-a', 'search-b', 'Search-B2', 'search-c'])
  })

  test('SEA-2 CUR-2 and by cursor as well', async () => {
    const first = (await search('', { cursor: '', count: 3 })).body
    const last = (await search('', { cursor: first.nextCursor, count: 3 })).body
    expect([first.totalResults, first.itemsPerPage, last.itemsPerPage]).toEqual([4, 3, 1])
    expect(new Set([...first.Resources, ...last.Resources].map(({ id }: Body) => id)).size).toBe(4)
    expect(last).not.toHaveProperty('nextCursor')
    expect((await search('/Users', { cursor: first.nextCursor, count: 3 })).body.scimType).toBe('invalidCursor')
  })
})

describe('refusals', () => {
  test.each(['/Users', '/Groups', ''])('SEA-2 BLK-8 at "%s"', async (path) => {
    const named = `Cannot read the SearchRequest: its schemas must be an array that holds "${SEARCH}"`
    const refuse = async (body: object, scimType: string, detail: string | RegExp) =>
      expectRefused(await request('POST', `${path}/.search`, body), 400, scimType, detail)
    await refuse({ schemas: ['urn:other'] }, 'invalidSyntax', named)
    await refuse({ schemas: [] }, 'invalidSyntax', named)
    await refuse({}, 'invalidSyntax', named)
    const twice = 'Cannot read filter of the SearchRequest: it is named twice; send it once'
    await refuse({ schemas: [SEARCH], filter: 'id pr', FILTER: 'title pr' }, 'invalidSyntax', twice)
    await refuse(
      { schemas: [SEARCH], filter: 'id is 1' },
      'invalidFilter',
      /^Cannot read filter "id is 1": expected an op/,
    )
    await refuse({ schemas: [SEARCH], filter: 5 }, 'invalidSyntax', /^Cannot read "filter" of the SearchRequest: /)
    await refuse({ schemas: [SEARCH], filter: '' }, 'invalidFilter', /^Cannot read filter "": expected an attribute/)
    await refuse({ schemas: [SEARCH], count: 'many' }, 'invalidValue', 'Cannot read count "many": expected an integer')
    await refuse({ schemas: [SEARCH], sortOrder: 'up' }, 'invalidValue', /^Cannot read sortOrder "up"/)
    await refuse({ schemas: [SEARCH], cursor: 'forged' }, 'invalidCursor', /^The cursor is not one of this query/)
    await refuse(
      { schemas: [SEARCH], attributes: ['id'], excludedAttributes: ['meta'] },
      ...(['invalidValue', /^Cannot use attributes together with excludedAttributes/] as const),
    )
  })

  test.each(['GET', 'PUT', 'PATCH', 'DELETE'])('SEA-2 ERR-2 %s /.search is 405', async (method) => {
    for (const path of ['', '/Users', '/Groups']) {
      const answer = await request(method, `${path}/.search`)
      expectRefused(answer, 405, undefined, `Cannot ${method} ${path}/.search: this endpoint offers POST`)
    }
  })
})
