import { describe, expect, test } from 'vitest'
import { quote } from '../../shared/scim/quote.ts'
import { newGroup, newUser } from '../factories/scim-api.ts'
import { withSystem } from '../factories/system.ts'
import { type Body, client } from './client.ts'
import { givenUser, patch, readAgain, refusalOf, unique } from './objects.ts'

const { request } = client(withSystem())

const find = async (endpoint: string, filter: string) =>
  (await request('GET', `${endpoint}?filter=${encodeURIComponent(filter)}`)).body.Resources.map(
    ({ id }: { id: string }) => id,
  )

describe('joiners in names', () => {
  test.each([
    ['Persian', 'کتاب\u200Cخانه', 'کتابخانه'],
    ['Hindi', 'पक्\u200Dष', 'पक्ष'],
    ['an emoji sequence', 'Family 👨\u200D👩\u200D👧', 'family 👨👩👧'],
  ])('RES-17 of %s come back as sent, and make no other name', async (_script, name, folded) => {
    for (const [endpoint, attribute, toBody] of [
      ['/Groups', 'displayName', newGroup],
      ['/Users', 'userName', newUser],
    ] as const) {
      const { status, body } = await request('POST', endpoint, toBody(name))
      expect([status, body[attribute]]).toEqual([201, name])
      expect(await find(endpoint, `${attribute} eq ${JSON.stringify(folded)}`)).toEqual([body.id])
      expect(await find(endpoint, `${attribute} eq ${JSON.stringify(name)}`)).toEqual([body.id])
      const again = await request('POST', endpoint, toBody(folded))
      expect([again.status, again.body.scimType]).toEqual([409, 'uniqueness'])
    }
  })

  test.each(['ad\u200Cmin', 'ad\u200Dmin', 'کتاب\u200C', 'کتاب\u200B\u200Cخانه'])(
    'RES-17 elsewhere they are refused like all that is invisible: %j',
    async (name) => {
      const detail = `Cannot use displayName ${quote(name)}: it holds an invisible character; remove it`
      expect(refusalOf(await request('POST', '/Groups', newGroup(name)))).toEqual([400, 'invalidValue', detail])
    },
  )
})

describe('text of nothing but joiners', () => {
  const NOTHING = '\u200C\u200D'

  test.each([
    ['/Users', `userName eq "${NOTHING}"`],
    ['/Users', `emails.value eq "${NOTHING}"`],
    ['/Users', `emails eq "${NOTHING}"`],
    ['/Users', `emails[value eq "${NOTHING}"]`],
    ['/Users', `title pr and userName eq "${NOTHING}"`],
    ['/Users', `externalId eq "${NOTHING}"`],
    ['/Groups', `displayName eq "${NOTHING}"`],
    ['/Groups', `members.value eq "${NOTHING}"`],
  ])('RES-17 LST-2 is nobody: %s by %j, by GET and by .search', async (endpoint, filter) => {
    const search = { schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'], filter }
    const answers = [
      await request('GET', `${endpoint}?filter=${encodeURIComponent(filter)}`),
      await request('POST', `${endpoint}/.search`, search),
      await request('POST', '/.search', search),
    ]
    expect(answers.map(({ status, body }) => [status, body.totalResults])).toEqual(answers.map(() => [200, 0]))
  })

  test('RES-17 RES-11 is a value like others: kept, found and removed by POST, PUT, PATCH and Bulk', async () => {
    const emails = [{ value: NOTHING, type: 'work' }]
    const user = await givenUser(request, { emails })
    expect([user.emails, await find('/Users', `emails.value eq "${NOTHING}"`)]).toEqual([emails, [user.id]])
    const put = await request('PUT', `/Users/${user.id}`, newUser(user.userName, { emails }))
    const changed = await patch(request, user, { op: 'add', path: `emails[value eq "${NOTHING}"].type`, value: 'home' })
    const replaced = await patch(request, user, { op: 'replace', path: 'emails', value: emails })
    const bulk = await request('POST', '/Bulk', {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
      Operations: [{ method: 'POST', path: '/Users', bulkId: 'a', data: newUser(unique('user'), { emails }) }],
    })
    expect([put.body.emails, changed.body.emails, replaced.body.emails]).toEqual([
      emails,
      [{ value: NOTHING, type: 'home' }],
      emails,
    ])
    expect(bulk.body.Operations.map(({ status }: Body) => status)).toEqual(['201'])
  })
})

describe('joiners in other texts', () => {
  test('RES-17 RES-12 keep two values apart, when sent, compared, added and removed', async () => {
    const [joined, plain] = ['می\u200Cخ', 'میخ'].map((value) => ({ value })) as [Body, Body]
    const user = await givenUser(request, { roles: [joined, plain], title: joined.value })
    expect(user.roles).toEqual([joined, plain])
    expect(await find('/Users', `id eq "${user.id}" and title eq "${plain.value}"`)).toEqual([])
    const removed = await patch(request, user, { op: 'remove', path: 'roles', value: [joined] })
    expect(removed.body.roles).toEqual([plain])
    await patch(request, user, { op: 'add', path: 'roles', value: [joined] })
    await patch(request, user, { op: 'remove', path: `roles[value eq "${plain.value}"]` })
    expect((await readAgain(request, user)).roles).toEqual([joined])
  })
})
