import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseJson } from '../../../shared/scim/json.ts'
import { resourceTypes } from '../../../shared/scim/resource-types.ts'
import type { Json } from '../../../shared/scim/schema.ts'
import { CORE_GROUP } from '../../../shared/scim/schemas/core-group.ts'
import { CORE_USER } from '../../../shared/scim/schemas/core-user.ts'
import { ENTERPRISE_USER } from '../../../shared/scim/schemas/enterprise-user.ts'
import { SNOWFLAKE_USER } from '../../../shared/scim/schemas/snowflake-user.ts'
import { parseResource } from '../../../shared/scim/validate.ts'

const { User, Group } = resourceTypes('GENERIC')
const user = (body: object) => parseResource(User, { schemas: [CORE_USER], userName: 'bj', ...body } as Json)
const group = (body: object) => parseResource(Group, { schemas: [CORE_GROUP], displayName: 'Ops', ...body } as Json)
const refusal = (status: number, scimType: string | undefined, message: string) =>
  expect.objectContaining({ name: 'ScimError', status, scimType, message })

describe('parseResource()', () => {
  test('keeps a full user as sent (RES-11)', () => {
    const sent = {
      externalId: '701984',
      userName: 'bjensen@example.com',
      name: { formatted: 'Ms. Barbara J Jensen, III', familyName: 'Jensen', givenName: ' Bárbara ', middleName: '' },
      displayName: 'Babs 😀',
      profileUrl: 'no url',
      locale: 'xx-random',
      active: true,
      password: 't1meMa$heen',
      emails: [
        { value: 'bjensen@example.com', type: 'work', primary: true },
        { value: 'babs@jensen.org', type: 'home' },
      ],
      phoneNumbers: [{ value: '+1 (555) 555-5555', type: 'random', display: 'x' }],
      addresses: [{ type: 'work', country: 'Sierra Leone', formatted: '100 Universal City Plaza\nHollywood' }],
      x509Certificates: [{ value: 'MIIDQzCCAqygAwIBAgICEAAwDQYJKoZIhvcNAQEFBQAwTjELMAkGA1UEBhMCVVMx' }],
      [ENTERPRISE_USER]: { employeeNumber: '701984', manager: { value: '26118915', $ref: '../Users/26118915' } },
      [SNOWFLAKE_USER]: { defaultRole: 'ANALYST', defaultSecondaryRoles: 'ALL' },
    }
    expect(user(sent)).toEqual(sent)
  })

  test('spells names as the schema does, whatever their letter case (RES-5)', () => {
    const body = {
      SCHEMAS: [CORE_USER.toUpperCase()],
      USERNAME: 'bj',
      Name: { GIVENNAME: 'B' },
      eMails: [{ VALUE: 'b@x', Primary: false }],
      [ENTERPRISE_USER.toUpperCase()]: { Department: 'IT' },
    }
    expect(parseResource(User, body as Json)).toEqual({
      userName: 'bj',
      name: { givenName: 'B' },
      emails: [{ value: 'b@x', primary: false }],
      [ENTERPRISE_USER]: { department: 'IT' },
    })
  })

  test('ignores what is readOnly (CRE-2, PUT-2)', () => {
    const body = {
      id: 'mine',
      meta: { created: 5 },
      groups: 'all',
      [ENTERPRISE_USER]: { manager: { value: 'm', displayName: 'Boss' } },
    }
    expect(user(body)).toEqual({ userName: 'bj', [ENTERPRISE_USER]: { manager: { value: 'm' } } })
  })

  test('ignores what it does not know, prototype names included (RES-13, MED-6)', () => {
    const body = parseJson(
      `{"schemas":["${CORE_USER}","urn:x"],"userName":"bj","department":"IT","urn:x":{"a":1},"name":{"nick":"b"},
        "__proto__":{"active":true},"constructor":{"prototype":1},"pk":"A#1","emails":[{"value":"b@x","foo":"bar"}]}`,
    )
    const attributes = parseResource(User, body)
    expect(attributes).toEqual({ userName: 'bj', emails: [{ value: 'b@x' }] })
    expect(attributes.active).toBeUndefined()
  })

  test('takes line breaks in texts, and any character in a password', () => {
    const body = { addresses: [{ formatted: '1 Main St\r\n\tTown' }], password: 'p\u0000\u0007' }
    expect(user(body)).toEqual({ userName: 'bj', ...body })
  })

  test('builds objects without a prototype', () => {
    const attributes = user({
      name: { givenName: 'B' },
      emails: [{ value: 'b@x' }],
      [SNOWFLAKE_USER]: { defaultRole: 'R' },
    })
    const [email] = attributes.emails as object[]
    const objects = [attributes, attributes.name, email, attributes[SNOWFLAKE_USER]]
    expect(objects.map((object) => Object.getPrototypeOf(object))).toEqual([null, null, null, null])
  })

  test('takes null, [] and {} as unassigned (RES-6, CRE-8)', () => {
    const body = {
      active: null,
      title: null,
      nickName: [],
      name: {},
      addresses: [],
      emails: [],
      phoneNumbers: null,
      photos: [{ value: 'https://p', type: null, display: [] }],
      [ENTERPRISE_USER]: null,
      [SNOWFLAKE_USER]: { type: null },
    }
    expect(user(body)).toEqual({ userName: 'bj', photos: [{ value: 'https://p' }] })
  })

  test.each(['emails', 'phoneNumbers', 'ims', 'photos', 'addresses', 'entitlements', 'roles', 'x509Certificates'])(
    'takes one object for a list of one, and no element of %s that says nothing (RES-15)',
    (name) => {
      const one = name === 'addresses' ? { type: 'work' } : { type: 'work', value: 'x' }
      expect(user({ [name]: one })).toEqual({ userName: 'bj', [name]: [one] })
      const rows = User.schema.attributes.find((one) => one.name === name)?.subAttributes?.map((sub) => sub.name)
      const nothing = `Cannot read ${name} an object: expected at least one of ${rows?.join(', ')}`
      for (const element of [{}, { foo: 'bar' }, { type: null }, { type: [] }]) {
        for (const list of [element, [element], [one, element]]) {
          expect(() => user({ [name]: list })).toThrow(refusal(400, 'invalidValue', nothing))
        }
      }
      for (const [element, shown] of [
        [null, 'null'],
        ['', '""'],
        [[], '[]'],
        [false, 'false'],
      ] as const) {
        const wrong = `Cannot read ${name} ${shown}: expected an object`
        expect(() => user({ [name]: [one, element as Json] })).toThrow(refusal(400, 'invalidValue', wrong))
      }
    },
  )

  test('accepts core attributes in a container named by the core URN', () => {
    const body = { schemas: [CORE_USER], [CORE_USER]: { userName: 'bj', active: false }, externalId: 'x' }
    expect(parseResource(User, body)).toEqual({ userName: 'bj', active: false, externalId: 'x' })
  })

  test('takes an extension with data that schemas does not list', () => {
    expect(user({ [ENTERPRISE_USER]: { division: 'D' } })).toEqual({
      userName: 'bj',
      [ENTERPRISE_USER]: { division: 'D' },
    })
  })

  test.each([
    ['an array', [], 'Cannot read the body: expected a JSON object, found []'],
    ['text', 'x', 'Cannot read the body: expected a JSON object, found "x"'],
    ['null', null, 'Cannot read the body: expected a JSON object, found null'],
  ])('refuses %s as the body (MED-4)', (_name, body, message) => {
    expect(() => parseResource(User, body)).toThrow(refusal(400, 'invalidSyntax', message))
  })

  const hint = `send an array that holds "${CORE_USER}"`
  test.each<[string, { [name: string]: Json }, string]>([
    ['missing', {}, `The attribute schemas is required: ${hint}`],
    ['null', { schemas: null }, `The attribute schemas is required: ${hint}`],
    ['text', { schemas: CORE_USER }, `The attribute schemas is required: ${hint}`],
    ['empty', { schemas: [] }, `The schemas do not name a User: ${hint}`],
    ['foreign', { schemas: ['urn:x'] }, `The schemas do not name a User: ${hint}`],
    ["another type's", { schemas: [CORE_GROUP] }, `The schemas do not name a User: ${hint}`],
    ['an extension alone', { schemas: [ENTERPRISE_USER] }, `The schemas do not name a User: ${hint}`],
    ['no text', { schemas: [CORE_USER, 5] }, 'Cannot read schemas 5: expected a string'],
  ])('refuses schemas that are %s (CRE-6)', (_name, body, message) => {
    expect(() => parseResource(User, { userName: 'bj', ...body })).toThrow(refusal(400, 'invalidValue', message))
  })

  test.each<[string, { [name: string]: Json }, string]>([
    ['missing', {}, 'The attribute userName is required: send it with a value'],
    ['null', { userName: null }, 'The attribute userName is required: send it with a value'],
    ['empty', { userName: '' }, 'Cannot use an empty userName: send at least one character'],
    ['a number', { userName: 5 }, 'Cannot read userName 5: expected a string'],
    [
      'invisible',
      { userName: 'b\u200Bj' },
      'Cannot use userName "b\\u200bj": it holds an invisible character; remove it',
    ],
  ])('refuses a userName that is %s (CRE-3)', (_name, body, message) => {
    expect(() => parseResource(User, { schemas: [CORE_USER], ...body })).toThrow(refusal(400, 'invalidValue', message))
  })

  test.each<[string, { [name: string]: Json }, string]>([
    ['missing', {}, 'The attribute displayName is required: send it with a value'],
    ['empty', { displayName: '' }, 'Cannot use an empty displayName: send at least one character'],
    ['an object', { displayName: {} }, 'Cannot read displayName an object: expected a string'],
  ])('refuses a group displayName that is %s (CRE-3)', (_name, body, message) => {
    expect(() => parseResource(Group, { schemas: [CORE_GROUP], ...body })).toThrow(
      refusal(400, 'invalidValue', message),
    )
  })

  test.each<[{ [name: string]: Json }, string]>([
    [{ title: 5 }, 'Cannot read title 5: expected a string'],
    [{ title: true }, 'Cannot read title true: expected a string'],
    [{ title: ['x'] }, 'Cannot read title an array of 1: expected a string'],
    [{ active: 'yes' }, 'Cannot read active "yes": expected true or false'],
    [{ active: 1 }, 'Cannot read active 1: expected true or false'],
    [{ name: 'Babs' }, 'Cannot read name "Babs": expected an object'],
    [{ name: { givenName: 5 } }, 'Cannot read name.givenName 5: expected a string'],
    [{ emails: 'b@x' }, 'Cannot read emails "b@x": expected an object'],
    [
      { [ENTERPRISE_USER]: { manager: [null] } },
      `Cannot read ${ENTERPRISE_USER}:manager an array of 1: expected an object`,
    ],
    [{ emails: ['b@x'] }, 'Cannot read emails "b@x": expected an object'],
    [{ emails: [[]] }, 'Cannot read emails []: expected an object'],
    [{ emails: [{ value: 5 }] }, 'Cannot read emails.value 5: expected a string'],
    [{ emails: [{ value: 'b@x', primary: 'x' }] }, 'Cannot read emails.primary "x": expected true or false'],
    [{ title: 'a\u0000' }, 'Cannot use title "a\\u0000": it holds a control character; remove it'],
    [{ externalId: '\u001B[2J' }, 'Cannot use externalId "\\u001b[2J": it holds a control character; remove it'],
    [
      { emails: [{ display: '\u009B' }] },
      'Cannot use emails.display "\\u009b": it holds a control character; remove it',
    ],
    [{ [ENTERPRISE_USER]: 'x' }, `Cannot read ${ENTERPRISE_USER} "x": expected an object`],
    [{ [ENTERPRISE_USER]: { manager: 5 } }, `Cannot read ${ENTERPRISE_USER}:manager 5: expected an object`],
    [{ [ENTERPRISE_USER]: { division: 5 } }, `Cannot read ${ENTERPRISE_USER}:division 5: expected a string`],
    [
      { [SNOWFLAKE_USER]: { type: 'robot' } },
      `Cannot read ${SNOWFLAKE_USER}:type "robot": expected one of person, service, service_agent, legacy_service`,
    ],
  ])('refuses %j (RES-10)', (body, message) => {
    expect(() => user(body)).toThrow(refusal(400, 'invalidValue', message))
  })

  test.each<[{ [name: string]: Json }, string]>([
    [{ USERNAME: 'x' }, 'Cannot read userName: it is named twice; send it once'],
    [{ [CORE_USER]: { userName: 'x' } }, 'Cannot read userName: it is named twice; send it once'],
    [{ ID: 1, id: 2 }, 'Cannot read id: it is named twice; send it once'],
    [{ Schemas: [CORE_USER] }, 'Cannot read schemas: it is named twice; send it once'],
    [{ name: { givenName: 'a', GivenName: 'b' } }, 'Cannot read name.givenName: it is named twice; send it once'],
    [
      { [ENTERPRISE_USER]: {}, [ENTERPRISE_USER.toUpperCase()]: {} },
      `Cannot read ${ENTERPRISE_USER}: it is named twice; send it once`,
    ],
  ])('refuses one name in two spellings: %j', (body, message) => {
    expect(() => user(body)).toThrow(refusal(400, 'invalidSyntax', message))
  })

  test('reads booleans sent as text (RES-10, Entra)', () => {
    expect(user({ active: 'False', roles: [{ value: 'r', primary: 'True' }] })).toEqual({
      userName: 'bj',
      active: false,
      roles: [{ value: 'r', primary: true }],
    })
  })

  test('compares allowed values without case and keeps the canonical spelling (SNO-1)', () => {
    expect(user({ [SNOWFLAKE_USER]: { type: 'Legacy_SERVICE' } })).toEqual({
      userName: 'bj',
      [SNOWFLAKE_USER]: { type: 'legacy_service' },
    })
  })

  test('keeps the last primary only (RES-9)', () => {
    const emails = [{ value: 'a@x', primary: true }, { value: 'b@x', primary: true }, { value: 'c@x' }]
    expect(user({ emails })).toEqual({
      userName: 'bj',
      emails: [{ value: 'a@x', primary: false }, { value: 'b@x', primary: true }, { value: 'c@x' }],
    })
  })

  test('keeps one of each (type, value) pair (RES-12)', () => {
    const emails = [
      { value: 'a@x', type: 'work' },
      { value: 'a@x', type: 'home' },
      { value: 'A@X', type: 'WORK', display: 'A', primary: true },
    ]
    const addresses = [{ country: 'US', type: 'work' }, { type: 'work', country: 'US' }, { country: 'us' }]
    expect(user({ emails, addresses })).toEqual({
      userName: 'bj',
      emails: [
        { value: 'A@X', type: 'WORK', display: 'A', primary: true },
        { value: 'a@x', type: 'home' },
      ],
      addresses: [{ country: 'US', type: 'work' }, { country: 'us' }],
    })
  })

  test.each<[string, Json]>([
    ['a bare id', 'm1'],
    ['an array of one', [{ value: 'm1' }]],
    ['an array of one bare id', ['m1']],
  ])('reads manager as %s (PAT-19)', (_name, manager) => {
    expect(user({ [ENTERPRISE_USER]: { manager } })).toEqual({
      userName: 'bj',
      [ENTERPRISE_USER]: { manager: { value: 'm1' } },
    })
  })

  test.each<[string, Json]>([
    ['an empty id', ''],
    ['an object with an empty value', { value: '', displayName: '' }],
    ['an empty array', []],
  ])('takes manager as %s for unassigned (PAT-12)', (_name, manager) => {
    expect(user({ [ENTERPRISE_USER]: { manager } })).toEqual({ userName: 'bj' })
  })

  test('refuses more e-mail addresses than one transaction can index', () => {
    const emails = (count: number) => Array.from({ length: count }, (_, n) => ({ value: `b${n}@x` }))
    expect(user({ emails: emails(40) }).emails).toHaveLength(40)
    const detail = 'Cannot store 41 emails: at most 40 are allowed per user'
    expect(() => user({ emails: emails(41) })).toThrow(refusal(400, 'invalidValue', detail))
  })

  test('refuses attributes past 256 KB with 413, members aside', () => {
    const roles = Array.from({ length: 3000 }, (_, n) => ({ value: `${n}${'x'.repeat(90)}` }))
    const bytes = JSON.stringify({ userName: 'bj', roles }).length
    const detail = `Cannot store ${bytes} bytes of attributes: at most 262144 are allowed per resource`
    expect(() => user({ roles })).toThrow(refusal(413, undefined, detail))
    const members = Array.from({ length: 10_000 }, (_, n) => ({ value: `user-${n}`, display: 'x'.repeat(40) }))
    expect(group({ members }).members).toHaveLength(10_000)
  })

  const text = fc.string({ maxLength: 5 })
  const some = fc.string({ minLength: 1, maxLength: 5 })
  const element = fc.record({ value: some, type: text, primary: fc.boolean() }, { requiredKeys: ['value', 'primary'] })
  const optional = { title: text, active: fc.boolean(), emails: fc.array(element), roles: fc.array(element) }

  test('reading what it read changes nothing, and leaves one primary at most (PUT-6, RES-9)', () =>
    fc.assert(
      fc.property(fc.record(optional, { requiredKeys: [] }), (sent) => {
        const read = user(sent)
        expect(user(read)).toEqual(read)
        const primaries = [read.emails, read.roles].map((list) => JSON.stringify(list)?.match(/"primary":true/g) ?? [])
        expect(primaries.every((found) => found.length <= 1)).toBe(true)
      }),
      { numRuns: 1000 },
    ))
})

describe('parseResource() of a group', () => {
  test('keeps each member once, with the last display (CRE-9)', () => {
    const members = [
      { value: 'u1', display: 'One' },
      { value: 'u2', $ref: 'https://x/scim/v2/Users/u2', type: 'user' },
      { value: 'u1', display: 'Uno', $ref: null },
      { value: 'u1' },
    ]
    expect(group({ members })).toEqual({
      displayName: 'Ops',
      members: [
        { value: 'u1', display: 'Uno', type: 'User' },
        { value: 'u2', type: 'User' },
      ],
    })
  })

  test.each<[string, { [name: string]: Json }]>([
    ['by type', { value: 'g1', type: 'Group' }],
    ['by type in another case', { value: 'g1', type: 'GROUP' }],
    ['by $ref', { value: 'g1', $ref: 'https://example.com/scim/v2/Groups/g1' }],
    ['by a relative $ref', { value: 'g1', $ref: '../Groups/g1' }],
  ])('refuses a group as a member, known %s (T6)', (_name, member) => {
    const message = 'Cannot add "g1": groups cannot be members of groups here; add the users themselves'
    expect(() => group({ members: [member] })).toThrow(refusal(400, 'invalidValue', message))
  })

  test.each<[Json, string]>([
    [['u1'], 'Cannot read members "u1": expected an object'],
    [[{ display: 'One' }], 'The attribute members.value is required: send it with a value'],
    [[{ value: '' }], 'The attribute members.value is required: send it with a value'],
    [[{}], 'The attribute members.value is required: send it with a value'],
    [{}, 'The attribute members.value is required: send it with a value'],
    [[{ value: 'u1' }, null], 'Cannot read members null: expected an object'],
    [[{ value: null }], 'The attribute members.value is required: send it with a value'],
    [[{ id: 'u1' }], 'The attribute members.value is required: send it with a value'],
    [[{ value: 5 }], 'Cannot read members.value 5: expected a string'],
  ])('refuses members %j', (members, message) => {
    expect(() => group({ members })).toThrow(refusal(400, 'invalidValue', message))
  })

  test('ignores the extra schema Entra names', () => {
    const schemas = [CORE_GROUP, 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group']
    expect(parseResource(Group, { schemas, displayName: 'Sales', externalId: 'e' })).toEqual({
      displayName: 'Sales',
      externalId: 'e',
    })
  })
})
