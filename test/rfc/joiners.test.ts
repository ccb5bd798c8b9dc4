import { describe, expect, test } from 'vitest'
import { newGroup, newUser } from '../factories/scim-api.ts'
import { withSystem } from '../factories/system.ts'
import { client } from './client.ts'
import { refusalOf } from './objects.ts'

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
      const detail = `Cannot use displayName ${JSON.stringify(name)}: it holds an invisible character; remove it`
      expect(refusalOf(await request('POST', '/Groups', newGroup(name)))).toEqual([400, 'invalidValue', detail])
    },
  )
})
