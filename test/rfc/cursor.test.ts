import { beforeAll, describe, expect, test } from 'vitest'
import { issueToken } from '../../shared/resources/tokens.ts'
import { adminContext } from '../factories/admin.ts'
import { newUser } from '../factories/scim-api.ts'
import { withSystem } from '../factories/system.ts'
import { type Body, client } from './client.ts'
import { expectRefused } from './refusal.ts'

const system = withSystem()
const { request } = client(system)
const { request: okta } = client(system, 'OKTA_PROVISIONING')
beforeAll(async () => {
  for (const name of ['c1', 'c2', 'c3', 'c4', 'c5']) {
    await request('POST', '/Users', newUser(name, { title: name === 'c2' ? 'even' : 'odd' }))
  }
  await okta('POST', '/Users', newUser('hidden'))
})

const get = async (query: string): Promise<Body> => (await request('GET', `/Users?${query}`)).body
const namesOf = (body: Body): string => body.Resources.map(({ userName }: Body) => userName).join(' ')

/** Every page of a query, from an empty cursor to the last one. */
async function walk(query: string): Promise<Body[]> {
  const pages = [await get(`${query}&cursor=`)]
  while (pages.at(-1)?.nextCursor !== undefined) {
    if (pages.length > 10) throw new Error('The cursors do not end')
    pages.push(await get(`${query}&cursor=${pages.at(-1)?.nextCursor}`))
  }
  return pages
}

const NOT_OF_THIS = 'The cursor is not one of this query: start again with an empty cursor'

describe('paging by cursor', () => {
  test.each([
    ['count=2', ['c1 c2', 'c3 c4', 'c5']],
    ['count=5', ['c1 c2 c3 c4 c5']],
    ['', ['c1 c2 c3 c4 c5']],
    ['count=3&filter=title+eq+"odd"', ['c1 c3 c4', 'c5']],
    ['count=2&sortBy=userName&sortOrder=descending', ['c5 c4', 'c3 c2', 'c1']],
    ['count=2&sortBy=title', ['c2 c1', 'c3 c4', 'c5']],
    ['count=2&filter=title+eq+"none"', ['']],
  ])('CUR-1 %s: %j', async (query, expected) => {
    const pages = await walk(`${query}&attributes=userName`)
    expect(pages.map(namesOf)).toEqual(expected)
    for (const page of pages) {
      expect(page.totalResults).toBe(expected.join(' ').split(' ').filter(Boolean).length)
      expect(page.itemsPerPage).toBe(page.Resources.length)
      expect(page).not.toHaveProperty('startIndex')
      expect(page).not.toHaveProperty('previousCursor')
    }
    const cursors = pages.slice(0, -1).map(({ nextCursor }) => nextCursor)
    for (const cursor of cursors) expect(cursor).toMatch(/^[A-Za-z0-9._~-]{20,100}$/)
    expect(new Set(cursors).size).toBe(cursors.length)
  })

  test('CUR-1 LST-3 a blank cursor begins, in .search too', async () => {
    const search = { schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'], count: 2, cursor: ' ' }
    const answers = [await get('count=2&cursor=%20'), (await request('POST', '/Users/.search', search)).body]
    expect(answers.map(namesOf)).toEqual(['c1 c2', 'c1 c2'])
    for (const { nextCursor } of answers) expect(nextCursor).toMatch(/^[A-Za-z0-9._~-]{20,100}$/)
  })

  test('CUR-1 a cursor may be followed again, and while users come and go it skips and repeats nobody', async () => {
    const first = await get('count=2&cursor=')
    const next = `count=2&cursor=${first.nextCursor}`
    expect(namesOf(await get(next))).toBe('c3 c4')
    const { id } = (await request('POST', '/Users', newUser('c6'))).body
    const [{ id: c1 }] = first.Resources
    expect(namesOf(await get(next))).toBe('c3 c4')
    await request('DELETE', `/Users/${id}`)
    expect(namesOf(await get(next))).toBe('c3 c4')
    expect((await request('GET', `/Users/${c1}`)).status).toBe(200)
  })

  test('CUR-2 the count may change from page to page, and what is shown of the resources', async () => {
    const { nextCursor } = await get('count=2&cursor=')
    const body = await get(`count=1&attributes=userName&cursor=${nextCursor}`)
    expect(namesOf(body)).toBe('c3')
    expect(namesOf(await get(`cursor=${body.nextCursor}`))).toBe('c4 c5')
  })

  test('CUR-2 .search pages by the same cursors', async () => {
    const schemas = ['urn:ietf:params:scim:api:messages:2.0:SearchRequest']
    const search = async (cursor: string) =>
      (await request('POST', '/Users/.search', { schemas, cursor, count: 3, filter: 'title pr' })).body
    const first = await search('')
    expect([namesOf(first), namesOf(await search(first.nextCursor))]).toEqual(['c1 c2 c3', 'c4 c5'])
    expect(namesOf(await get(`count=3&filter=title+pr&cursor=${first.nextCursor}`))).toBe('c4 c5')
  })

  test('CUR-3 clients that ask for nothing page by index, as is advertised', async () => {
    const { pagination } = (await request('GET', '/ServiceProviderConfig')).body
    expect(pagination).toMatchObject({ cursor: true, index: true, defaultPaginationMethod: 'index' })
    const body = await get('count=2')
    expect(body).toMatchObject({ startIndex: 1, itemsPerPage: 2, totalResults: 5 })
    expect(body).not.toHaveProperty('nextCursor')
  })
})

describe('refusals', () => {
  test.each(['forged', '1', 'null', '../../etc', `${'A'.repeat(22)}.zzzzzz`])(
    'CUR-2 the cursor "%s" is 400 invalidCursor',
    async (cursor) => {
      expectRefused(await request('GET', `/Users?cursor=${cursor}`), 400, 'invalidCursor', NOT_OF_THIS)
    },
  )

  test('CUR-2 a cursor is worth nothing in another query, type, token or integration', async () => {
    const { nextCursor } = await get('count=2&cursor=&filter=title+pr')
    const { token } = await issueToken(adminContext(system.db), { integration: 'GENERIC_PROVISIONING' })
    const answers = [
      await request('GET', `/Users?count=2&cursor=${nextCursor}`),
      await request('GET', `/Users?count=2&cursor=${nextCursor}&filter=title+eq+"odd"`),
      await request('GET', `/Users?count=2&cursor=${nextCursor}&filter=title+pr&sortBy=userName`),
      await request('GET', `/Groups?count=2&cursor=${nextCursor}`),
      await okta('GET', `/Users?count=2&cursor=${nextCursor}&filter=title+pr`),
      await request('GET', `/Users?count=2&cursor=${nextCursor}&filter=title+pr`, undefined, {
        authorization: `Bearer ${token}`,
      }),
    ]
    for (const answer of answers) expectRefused(answer, 400, 'invalidCursor', NOT_OF_THIS)
    expect(namesOf(await get(`count=2&cursor=${nextCursor}&filter=TITLE+PR`))).toBe('c3 c4')
  })

  test('CUR-2 a cursor past its time is 400 expiredCursor', async () => {
    const { nextCursor } = await get('count=2&cursor=')
    const [handle] = nextCursor.split('.')
    const past = Math.floor(Date.now() / 1000 - 1).toString(36)
    const detail = 'The cursor has expired: start again with an empty cursor'
    expectRefused(await request('GET', `/Users?cursor=${handle}.${past}`), 400, 'expiredCursor', detail)
  })

  test('CUR-2 a count that is no count is 400 invalidCount', async () => {
    const { nextCursor } = await get('count=2&cursor=')
    const refuse = async (query: string, detail: string) =>
      expectRefused(await request('GET', `/Users?${query}`), 400, 'invalidCount', detail)
    await refuse('count=two&cursor=', 'Cannot read count "two": expected an integer')
    await refuse(`count=1.5&cursor=${nextCursor}`, 'Cannot read count "1.5": expected an integer')
    await refuse(`count=0&cursor=${nextCursor}`, 'Cannot follow a cursor with count 0: ask for at least one')
    await refuse(`count=-1&cursor=${nextCursor}`, 'Cannot follow a cursor with count 0: ask for at least one')
    expect(await get('count=0&cursor=')).toMatchObject({ totalResults: 5, Resources: [] })
  })
})
