import { describe, expect, test } from 'vitest'
import { newUser, USER_SCHEMA } from '../factories/scim-api.ts'
import { withSystem } from '../factories/system.ts'
import { client } from './client.ts'
import { givenUser, patch, readAgain, refusalOf, unique } from './objects.ts'

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const SNOWFLAKE = 'urn:ietf:params:scim:schemas:extension:2.0:User'

const system = withSystem()
const { request } = client(system)
const { request: okta } = client(system, 'OKTA_PROVISIONING')

const twice = (name: string) => [400, 'invalidSyntax', `Cannot read ${name}: it is named twice; send it once`]

describe('one attribute under several names in a value', () => {
  test.each<[string, object]>([
    [`${ENTERPRISE}:department`, { department: '1', [`${ENTERPRISE}:department`]: '2' }],
    [`${ENTERPRISE}:department`, { [`${ENTERPRISE}:department`]: '2', [ENTERPRISE]: { department: '3' } }],
    ['name.familyName', { name: { familyName: 'A' }, 'name.familyName': 'B' }],
    ['name.givenName', { givenName: 'A', 'name.givenName': 'B' }],
    ['name.familyName', { name: null, 'name.familyName': 'B' }],
    ['displayName', { displayName: 'x', [`${USER_SCHEMA}:displayName`]: 'y' }],
    ['displayName', { displayName: 'x', [USER_SCHEMA]: { displayName: 'y' } }],
    ['emails[type eq "work"].value', { 'emails[type eq "work"].value': 'a', 'emails[type  eq "Work"].value': 'b' }],
    ['emails[type eq "work"].value', { 'emails.value': 'a', 'emails[type eq "work"].value': 'b' }],
    ['emails[type eq "work"].value', { emails: [{ value: 'a' }], 'emails[type eq "work"].value': 'b' }],
    ['emails', { 'emails[type eq "work"].value': 'b', emails: [{ value: 'a' }] }],
  ])('PAT-14 %s is refused, whichever would win', async (name, value) => {
    const user = await givenUser(request)
    for (const op of ['add', 'replace']) {
      expect(refusalOf(await patch(request, user, { op, value }))).toEqual(twice(name))
    }
    expect(await readAgain(request, user)).toEqual(user)
  })

  test('PAT-14 PAT-17 an extension taken away has no attribute set beside it', async () => {
    const user = await givenUser(request)
    for (const value of [
      { [ENTERPRISE]: null, department: '3' },
      { department: '3', [ENTERPRISE]: null },
    ]) {
      const answer = await patch(request, user, { op: 'replace', value })
      expect(refusalOf(answer)).toEqual(twice(`${ENTERPRISE}:department`))
    }
    expect(await readAgain(request, user)).toEqual(user)
  })

  test('PAT-14 parts that do not overlap, several elements, and several operations are none (Entra)', async () => {
    const user = await givenUser(request)
    const value = {
      name: { familyName: 'A' },
      'name.givenName': 'B',
      'emails[type eq "work"].value': 'w@x',
      'emails[type eq "home"].value': 'h@x',
      'addresses[type eq "work"].country': 'US',
      'addresses[type eq "work"].region': 'NY',
      [`${ENTERPRISE}:department`]: '1',
      [ENTERPRISE]: { division: '2' },
    }
    const { status, body } = await patch(
      request,
      user,
      { op: 'replace', value },
      { op: 'replace', path: 'name.givenName', value: 'C' },
    )
    expect([status, body]).toMatchObject([
      200,
      {
        name: { familyName: 'A', givenName: 'C' },
        emails: [
          { value: 'w@x', type: 'work' },
          { value: 'h@x', type: 'home' },
        ],
        addresses: [{ country: 'US', region: 'NY', type: 'work' }],
        [ENTERPRISE]: { department: '1', division: '2' },
      },
    ])
  })

  test('PAT-14 OKT-1 for Okta an attribute has two URNs, and one value, in POST, PUT and PATCH', async () => {
    const more = { [ENTERPRISE]: { defaultRole: 'A' }, [SNOWFLAKE]: { defaultRole: 'B' } }
    const user = await givenUser(okta)
    const answers = [
      await okta('POST', '/Users', newUser(unique('user'), more)),
      await okta('PUT', `/Users/${user.id}`, newUser(user.userName, more)),
      await patch(okta, user, { op: 'replace', value: more }),
    ]
    expect(answers.map(refusalOf)).toEqual(answers.map(() => twice(`${ENTERPRISE}:defaultRole`)))
    const apart = { [ENTERPRISE]: { defaultRole: 'A' }, [SNOWFLAKE]: { defaultWarehouse: 'B' } }
    const { status, body } = await patch(okta, user, { op: 'replace', value: apart })
    expect([status, body[ENTERPRISE]]).toMatchObject([200, { defaultRole: 'A', defaultWarehouse: 'B' }])
  })
})
