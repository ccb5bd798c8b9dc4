import { beforeAll, describe, expect, test } from 'vitest'
import { newGroup, newUser } from '../factories/scim-api.ts'
import { withSystem } from '../factories/system.ts'
import { type Body, client } from './client.ts'
import { expectRefused } from './refusal.ts'

const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User'
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'

const system = withSystem()
const { request } = client(system)
beforeAll(async () => {
  const users: [string, object][] = [
    [
      'bravo',
      { title: 'b', externalId: 'b', active: true, emails: [{ value: 'z@x' }, { value: 'A@x', primary: true }] },
    ],
    ['Alpha', { title: 'B2', externalId: 'B', active: false, name: { familyName: 'Zed' } }],
    [
      'delta',
      { title: 'a', externalId: 'a', emails: [{ value: 'c@x', type: 'work' }], [ENTERPRISE]: { department: '2' } },
    ],
    ['Charlie', { name: { familyName: 'adams' }, emails: [{ value: 'B@x' }], [ENTERPRISE]: { department: '1' } }],
  ]
  for (const [name, more] of users) await request('POST', '/Users', newUser(name, more))
  const members = async (name: string) => {
    const { body } = await request('GET', `/Users?filter=userName+eq+"${name}"&attributes=id`)
    return [{ value: body.Resources[0].id, display: name }]
  }
  await request('POST', '/Groups', newGroup('two', { members: await members('delta') }))
  await request('POST', '/Groups', newGroup('One', { members: await members('Charlie') }))
})

const order = async (query: string, path = '/Users'): Promise<string> => {
  const { status, body } = await request('GET', `${path}?${query}`)
  expect({ query, status, body }).toMatchObject({ status: 200 })
  return body.Resources.map((one: Body) => one.userName ?? one.displayName).join(' ')
}

describe('order', () => {
  test.each([
    ['sortBy=userName', 'Alpha bravo Charlie delta'],
    ['sortBy=userName&sortOrder=ascending', 'Alpha bravo Charlie delta'],
    ['sortBy=userName&sortOrder=descending', 'delta Charlie bravo Alpha'],
    ['sortBy=USERNAME&sortOrder=DESCENDING', 'delta Charlie bravo Alpha'],
    [`sortBy=${CORE}:userName`, 'Alpha bravo Charlie delta'],
    ['sortBy=meta.created', 'bravo Alpha delta Charlie'],
    ['sortBy=meta.created&sortOrder=descending', 'Charlie delta Alpha bravo'],
    ['sortBy=id', 'bravo Alpha delta Charlie'],
    ['sortBy=emails', 'bravo Charlie delta Alpha'],
    ['sortBy=emails.value', 'bravo Charlie delta Alpha'],
    ['sortBy=emails.value&sortOrder=descending', 'Alpha delta Charlie bravo'],
    ['sortBy=groups.display', 'Charlie delta bravo Alpha'],
    ['sortBy=groups.display&sortOrder=descending&attributes=userName', 'bravo Alpha delta Charlie'],
    ['sortOrder=descending', 'bravo Alpha delta Charlie'],
  ])('SRT-1 %s', async (query, expected) => {
    expect(await order(query)).toBe(expected)
  })

  test.each([
    ['sortBy=name.familyName', 'Charlie Alpha bravo delta'],
    ['sortBy=name.familyName&sortOrder=descending', 'bravo delta Alpha Charlie'],
    [`sortBy=${ENTERPRISE}:department`, 'Charlie delta bravo Alpha'],
    [`sortBy=${ENTERPRISE.toUpperCase()}:DEPARTMENT&sortOrder=descending`, 'bravo Alpha delta Charlie'],
    ['sortBy=title', 'delta bravo Alpha Charlie'],
    ['sortBy=title&sortOrder=descending', 'Charlie Alpha bravo delta'],
    ['sortBy=externalId', 'Alpha delta bravo Charlie'],
    ['sortBy=active', 'Alpha bravo delta Charlie'],
  ])(
    'SRT-1 SRT-2 %s: text without case unless caseExact, missing values last ascending, first descending',
    async (query, expected) => {
      expect(await order(query)).toBe(expected)
    },
  )

  test('SRT-2 a list is sorted before it is cut into pages, and after it is filtered', async () => {
    expect(await order('sortBy=userName&count=2')).toBe('Alpha bravo')
    expect(await order('sortBy=userName&count=2&startIndex=3')).toBe('Charlie delta')
    const filter = encodeURIComponent('title pr')
    expect(await order(`filter=${filter}&sortBy=userName&sortOrder=descending&count=2`)).toBe('delta bravo')
    expect(await order('sortBy=displayName', '/Groups')).toBe('One two')
    expect(await order('sortBy=members.display&excludedAttributes=members', '/Groups')).toBe('One two')
    expect(await order('sortBy=members.display&sortOrder=descending', '/Groups')).toBe('two One')
  })
})

describe('refusals', () => {
  test.each([
    ['sortBy=userName&sortOrder=up', 'Cannot read sortOrder "up": expected "ascending" or "descending"'],
    ['sortBy=rank', 'Cannot sort by "rank": a User has no such attribute to sort by'],
    ['sortBy=password', 'Cannot sort by "password": a User has no such attribute to sort by'],
    ['sortBy=name', 'Cannot sort by "name": name one of its sub-attributes, such as "name.formatted"'],
  ])('SRT-3 %s is 400', async (query, detail) => {
    expectRefused(await request('GET', `/Users?${query}`), 400, 'invalidValue', detail)
  })

  test('SRT-3 an empty sortBy is none', async () => {
    expect(await order('sortBy=')).toBe('bravo Alpha delta Charlie')
  })
})
