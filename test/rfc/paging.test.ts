import { beforeAll, describe, expect, test } from 'vitest'
import { seedUsers } from '../bench/seed.ts'
import { newGroup, newUser, principal } from '../factories/scim-api.ts'
import { withSystem } from '../factories/system.ts'
import { type Body, client, type Request } from './client.ts'
import { expectRefused } from './refusal.ts'

/** More than a page can hold, and at nearly 1 KB each more than a page of storage, which is 1 MB. */
const MANY = 1300

const system = withSystem()
const { request: many } = client(system)
const { request: few } = client(system, 'OKTA_PROVISIONING')
beforeAll(async () => {
  await seedUsers(system.db, principal(), 1, MANY)
  for (const name of ['p1', 'p2', 'p3', 'p4', 'p5']) await few('POST', '/Users', newUser(name, { title: 'even' }))
  await few('POST', '/Groups', newGroup('Alone'))
})

const namesOf = (body: Body): string[] => body.Resources.map(({ userName }: Body) => userName)
const list = async (request: Request, query: string): Promise<Body> => {
  const { status, body } = await request('GET', `/Users?${query}`)
  expect({ query, status, body }).toMatchObject({ status: 200, body: { itemsPerPage: body.Resources?.length } })
  return body
}

describe('a page', () => {
  test.each([
    ['startIndex=1&count=2', 1, 'p1 p2'],
    ['startIndex=2&count=2', 2, 'p2 p3'],
    ['startIndex=0&count=2', 1, 'p1 p2'],
    ['startIndex=-7&count=2', 1, 'p1 p2'],
    ['count=2', 1, 'p1 p2'],
    ['startIndex=4', 4, 'p4 p5'],
    ['startIndex=5&count=10', 5, 'p5'],
    ['startIndex=6', 6, ''],
    ['startIndex=4000000000', 4_000_000_000, ''],
    ['count=0', 1, ''],
    ['count=-1', 1, ''],
    ['count=', 1, 'p1 p2 p3 p4 p5'],
    ['count=%20&startIndex=', 1, 'p1 p2 p3 p4 p5'],
    ['startIndex=4&count=&sortBy=&sortOrder=%20&attributes=&excludedAttributes=+', 4, 'p4 p5'],
    ['startIndex=3&count=0', 3, ''],
    ['startIndex=%2B2&count=%2B1', 2, 'p2'],
    ['filter=title+eq+"even"&startIndex=2&count=2', 2, 'p2 p3'],
    ['filter=title+eq+"even"&startIndex=9', 9, ''],
    ['sortBy=userName&sortOrder=descending&startIndex=2&count=2', 2, 'p4 p3'],
    ['filter=userName+eq+"p3"&count=0', 1, '', 1],
    ['filter=userName+eq+"p3"&startIndex=2', 2, '', 1],
  ])('PAG-1 PAG-2 %s begins at %i and shows "%s"', async (query, startIndex, names, total = 5) => {
    const body = await list(few, query)
    expect([body.totalResults, body.startIndex, namesOf(body).join(' ')]).toEqual([total, startIndex, names])
  })

  test('PAG-1 a count of 0 counts without reading: Resources is an empty array', async () => {
    expect(await list(few, 'count=0')).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
      ...{ totalResults: 5, itemsPerPage: 0, startIndex: 1, Resources: [] },
    })
  })

  test.each([
    ['startIndex=first', 'Cannot read startIndex "first": expected an integer'],
    ['startIndex=1.5', 'Cannot read startIndex "1.5": expected an integer'],
    ['count=all', 'Cannot read count "all": expected an integer'],
    ['count=1e3', 'Cannot read count "1e3": expected an integer'],
    ['count=0x10', 'Cannot read count "0x10": expected an integer'],
    ['count=NaN', 'Cannot read count "NaN": expected an integer'],
  ])('PAG-4 %s is 400 (Snowflake)', async (query, detail) => {
    for (const path of ['/Users', '/Groups']) {
      expectRefused(await few('GET', `${path}?${query}`), 400, 'invalidValue', detail)
    }
  })
})

describe('walking', () => {
  test('PAG-3 pages of any size show each resource once, in a stable order', async () => {
    for (const query of ['', '&filter=title+eq+"even"', '&sortBy=title&sortOrder=descending']) {
      for (const count of [1, 2, 3]) {
        const seen: string[] = []
        for (let startIndex = 1; startIndex <= 5; startIndex += count) {
          const body = await list(few, `startIndex=${startIndex}&count=${count}${query}`)
          expect(body.totalResults).toBe(5)
          seen.push(...namesOf(body))
        }
        expect(seen).toEqual(['p1', 'p2', 'p3', 'p4', 'p5'])
      }
    }
  })

  test('PAG-2 a page holds 100 resources unless told, and never more than filter.maxResults', async () => {
    const { maxResults } = (await many('GET', '/ServiceProviderConfig')).body.filter
    const shape = async (query: string) => {
      const body = await list(many, `attributes=id&${query}`)
      return [body.totalResults, body.itemsPerPage]
    }
    expect(await shape('')).toEqual([MANY, 100])
    expect(await shape('count=1001')).toEqual([MANY, maxResults])
    expect(await shape('count=999999999999999999999')).toEqual([MANY, maxResults])
    expect(await shape('count=1001&filter=title+pr')).toEqual([MANY, maxResults])
    expect(await shape(`startIndex=${MANY}&count=1001`)).toEqual([MANY, 1])
    expect(await shape(`startIndex=${MANY + 1}`)).toEqual([MANY, 0])
  })

  test('PAG-3 PAG-5 a list larger than a page of storage is shown completely, each resource once', async () => {
    const seen: string[] = []
    for (let startIndex = 1; startIndex <= MANY; startIndex += 400) {
      seen.push(...namesOf(await list(many, `startIndex=${startIndex}&count=400&attributes=userName`)))
    }
    expect(seen).toHaveLength(MANY)
    expect(new Set(seen).size).toBe(MANY)
  })

  test('PAG-5 a filter without an index and a sort look at all of it', async () => {
    const odd = await list(many, 'filter=displayName+ew+"1"&count=1000&attributes=userName')
    expect([odd.totalResults, new Set(namesOf(odd)).size]).toEqual([MANY / 10, MANY / 10])
    expect((await list(many, 'filter=title+co+"nothing"&count=1')).totalResults).toBe(0)
    const last = await list(many, `filter=displayName+ew+"-${MANY}"&attributes=userName`)
    expect(namesOf(last)).toEqual([`person.${MANY}@example.com`])
    const reversed = 'sortBy=meta.created&sortOrder=descending&count=1&attributes=userName'
    expect((await list(many, reversed)).totalResults).toBe(MANY)
  })
})
