import { describe, expect, test } from 'vitest'
import { newUser, patchOf, USER_SCHEMA } from '../factories/scim-api.ts'
import { withSystem } from '../factories/system.ts'
import { type Body, client } from './client.ts'
import { givenUser, patch, pathOf, type Refusal, readAgain, refusalOf, unique } from './objects.ts'

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const SNOWFLAKE = 'urn:ietf:params:scim:schemas:extension:2.0:User'
const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'

const system = withSystem()
const { request } = client(system)

const work = { value: 'ann@work.example', type: 'work', primary: true }
const home = { value: 'ann@home.example', type: 'home' }
const ANN = {
  displayName: 'Ann',
  title: 'Clerk',
  active: true,
  name: { givenName: 'Ann', familyName: 'Lee' },
  emails: [work, home],
  [ENTERPRISE]: { department: 'IT', manager: { value: 'm1' } },
}
const [enterprise, snowflake] = [ANN[ENTERPRISE], { type: 'person' }]
const DEMOTED = { ...work, primary: false }

type Change = Record<string, unknown>
type Changes = [name: string, operations: unknown, change: Change]
type Refused = [name: string, operations: unknown, scimType: string, detail: string]

/** Applies the operations to Ann; what comes back is Ann with the change and nothing else changed. */
async function expectChange(operations: unknown, change: Change): Promise<void> {
  const ann = await givenUser(request, ANN)
  const { status, headers, body } = await patch(request, ann, ...[operations].flat())
  expect({ status, body }).toEqual({ status: 200, body: { ...ann, ...change, meta: expect.anything() } })
  const changed = Object.keys(change).length > 0
  expect(body.meta).toEqual({
    ...ann.meta,
    version: changed ? 'W/"2"' : 'W/"1"',
    lastModified: changed ? expect.any(String) : ann.meta.lastModified,
  })
  expect(headers).toMatchObject({ etag: body.meta.version, location: ann.meta.location })
  expect(await readAgain(request, ann)).toEqual(body)
}

/** Applies the operations to Ann; they are refused and nothing has changed. */
async function expectRefusal(operations: unknown, refusal: Refusal): Promise<void> {
  const ann = await givenUser(request, ANN)
  expect(refusalOf(await patch(request, ann, ...[operations].flat()))).toEqual(refusal)
  expect(await readAgain(request, ann)).toEqual(ann)
}

describe('the request (RFC 7644 §3.5.2)', () => {
  const operation = { op: 'replace', path: 'title', value: 'Head' }
  const malformed = (what: string): Refusal => [400, 'invalidSyntax', `Cannot read ${what}`]

  test.each<[string, unknown, Refusal]>([
    [
      'no schemas',
      { Operations: [operation] },
      malformed(`the PatchOp: its schemas must be an array that holds "${PATCH_OP}"`),
    ],
    [
      'other schemas',
      { schemas: [USER_SCHEMA], Operations: [operation] },
      malformed(`the PatchOp: its schemas must be an array that holds "${PATCH_OP}"`),
    ],
    ['an array', [operation], malformed('the PatchOp: expected a JSON object, found an array of 1')],
    [
      'no Operations',
      { schemas: [PATCH_OP] },
      malformed('the PatchOp: Operations must be an array of at least one operation'),
    ],
    ['an empty list', patchOf(), malformed('the PatchOp: Operations must be an array of at least one operation')],
    [
      'an object for a list',
      { schemas: [PATCH_OP], Operations: operation },
      malformed('the PatchOp: Operations must be an array of at least one operation'),
    ],
    ['no object', patchOf('add'), malformed('Operations[0]: expected a JSON object, found "add"')],
    [
      'an unknown op',
      patchOf(operation, { ...operation, op: 'merge' }),
      malformed('Operations[1]: op must be add, replace or remove, found "merge"'),
    ],
    [
      'no op',
      patchOf({ path: 'title', value: 'x' }),
      malformed('Operations[0]: op must be add, replace or remove, found undefined'),
    ],
  ])('PAT-1 %s is invalidSyntax', async (_name, body, refusal) => {
    const ann = await givenUser(request, ANN)
    expect(refusalOf(await request('PATCH', pathOf(ann.meta.location), body))).toEqual(refusal)
    expect(await readAgain(request, ann)).toEqual(ann)
  })

  test.each(['Replace', 'REPLACE', 'rePlace'])('PAT-1 op %s and unknown members are fine', (op) =>
    expectChange({ ...operation, op, name: 'x', from: '/a' }, { title: 'Head' }),
  )

  test('PAT-1 names of the envelope in any letter case', async () => {
    const ann = await givenUser(request, ANN)
    const body = { Schemas: [PATCH_OP.toUpperCase()], operations: [{ OP: 'replace', Path: 'title', VALUE: 'Head' }] }
    expect((await request('PATCH', pathOf(ann.meta.location), body)).body.title).toBe('Head')
  })

  test('PAT-2 operations apply in order, each seeing the last', () =>
    expectChange(
      [
        { op: 'remove', path: 'emails' },
        { op: 'add', path: 'emails', value: [{ value: 'a@x', type: 'other' }] },
        { op: 'replace', path: 'emails[type eq "other"].value', value: 'b@x' },
        { op: 'add', path: 'emails[value eq "b@x"].primary', value: true },
      ],
      { emails: [{ value: 'b@x', type: 'other', primary: true }] },
    ))

  test.each<[string, unknown, Refusal]>([
    [
      'a bad path',
      { op: 'replace', path: 'noSuch', value: 1 },
      [400, 'invalidPath', 'Cannot replace "noSuch": a User has no such attribute'],
    ],
    [
      'a bad value',
      { op: 'replace', path: 'active', value: 'maybe' },
      [400, 'invalidValue', 'Cannot read active "maybe": expected true or false'],
    ],
    [
      'no target, found out last',
      { op: 'replace', path: 'ims[type eq "icq"].value', value: '1' },
      [
        400,
        'noTarget',
        'Cannot change ims[type eq "icq"]: no value matches; add it first, or use op "add" with eq terms only',
      ],
    ],
    [
      'a readOnly one',
      { op: 'replace', path: 'meta.created', value: '2001-01-01T00:00:00Z' },
      [400, 'mutability', 'Cannot replace meta.created: it is read-only; leave it out'],
    ],
  ])('PAT-2 all or nothing: %s undoes the operations before it', (_name, wrong, refusal) =>
    expectRefusal([operation, { op: 'remove', path: 'emails' }, wrong], refusal),
  )
})

describe('paths', () => {
  test.each<Changes>([
    ['attr', { op: 'replace', path: 'title', value: 'Head' }, { title: 'Head' }],
    ['attr in another case', { op: 'replace', path: 'TITLE', value: 'Head' }, { title: 'Head' }],
    [
      'attr.sub',
      { op: 'replace', path: 'Name.GivenName', value: 'A' },
      { name: { givenName: 'A', familyName: 'Lee' } },
    ],
    [
      'attr[filter]',
      { op: 'replace', path: 'emails[type eq "home"]', value: { value: 'x@y' } },
      { emails: [work, { value: 'x@y' }] },
    ],
    [
      'attr[filter].sub',
      { op: 'replace', path: 'EMAILS[TYPE EQ "home"].VALUE', value: 'x@y' },
      { emails: [work, { value: 'x@y', type: 'home' }] },
    ],
    [
      'attr[filter].sub, with logic in the filter',
      { op: 'replace', path: 'emails[type eq "home" and not (primary eq true)].display', value: 'H' },
      { emails: [work, { ...home, display: 'H' }] },
    ],
    ['URN:attr', { op: 'replace', path: `${USER_SCHEMA}:title`, value: 'Head' }, { title: 'Head' }],
    [
      'URN:attr[filter].sub',
      { op: 'replace', path: `${USER_SCHEMA}:emails[type eq "home"].value`, value: 'x@y' },
      { emails: [work, { value: 'x@y', type: 'home' }] },
    ],
    [
      'extension URN:attr',
      { op: 'replace', path: `${ENTERPRISE.toUpperCase()}:Department`, value: 'HR' },
      { [ENTERPRISE]: { ...enterprise, department: 'HR' } },
    ],
    [
      'extension URN:attr.sub',
      { op: 'replace', path: `${ENTERPRISE}:manager.value`, value: 'm2' },
      { [ENTERPRISE]: { ...enterprise, manager: { value: 'm2' } } },
    ],
    [
      'a bare extension URN',
      { op: 'replace', path: ENTERPRISE, value: { costCenter: '7' } },
      { [ENTERPRISE]: { ...enterprise, costCenter: '7' } },
    ],
    [
      'extension URN.attr (Snowflake)',
      { op: 'replace', path: `${SNOWFLAKE}.defaultRole`, value: 'R' },
      { [SNOWFLAKE]: { defaultRole: 'R', ...snowflake } },
    ],
  ])('PAT-3 %s', (_name, operations, change) => expectChange(operations, change))

  test.each<Refused>([
    [
      'an index',
      { op: 'replace', path: 'emails[0].value', value: 'x' },
      'invalidPath',
      'Cannot read path "emails[0].value": an array index is no path; select by a filter such as [type eq "work"]',
    ],
    [
      'a JSON pointer',
      { op: 'replace', path: '/title', value: 'x' },
      'invalidPath',
      'Cannot replace "/title": a User has no such attribute',
    ],
    [
      'an unknown attribute',
      { op: 'add', path: 'shoeSize', value: '9' },
      'invalidPath',
      'Cannot add "shoeSize": a User has no such attribute',
    ],
    [
      'an unknown sub-attribute',
      { op: 'add', path: 'name.nick', value: 'x' },
      'invalidPath',
      'Cannot add "name.nick": a User has no such attribute',
    ],
    [
      'an unknown URN',
      { op: 'add', path: 'urn:x:y:z', value: 'x' },
      'invalidPath',
      'Cannot add "urn:x:y:z": a User has no such attribute',
    ],
    [
      'a filter on a single value',
      { op: 'replace', path: 'title[value eq "x"]', value: 'x' },
      'invalidPath',
      'Cannot read path "title[value eq \\"x\\"]": only an attribute with several values, such as emails, takes a filter',
    ],
    [
      'a path that is no text',
      { op: 'replace', path: 5, value: 'x' },
      'invalidPath',
      'Cannot read the path of Operations[0]: expected a string, found 5',
    ],
    [
      'too many parts',
      { op: 'replace', path: 'name.givenName.x', value: 'x' },
      'invalidPath',
      'Cannot replace "name.givenName.x": a User has no such attribute',
    ],
  ])('PAT-4 %s is refused', (_name, operation, scimType, detail) => expectRefusal(operation, [400, scimType, detail]))

  test.each([
    'emails[type eq "work"',
    'emails[type eq work]',
    'emails[type is "work"]',
    'emails[]',
    'emails[type eq "work" and]',
    'emails[shoe eq "x" or (type pr]',
  ])('PAT-4 the filter in %s is invalidFilter', async (path) => {
    const ann = await givenUser(request, ANN)
    const [status, scimType, detail] = refusalOf(await patch(request, ann, { op: 'replace', path, value: {} }))
    expect([status, scimType]).toEqual([400, 'invalidFilter'])
    expect(detail).toMatch(/^Cannot read path /)
    expect(await readAgain(request, ann)).toEqual(ann)
  })
})

describe('add (RFC 7644 §3.5.2.1)', () => {
  const other = { value: 'ann@other.example', type: 'other' }

  test.each<Changes>([
    ['PAT-5 sets a single value', { op: 'add', path: 'nickName', value: 'A' }, { nickName: 'A' }],
    ['PAT-5 replaces a single value', { op: 'add', path: 'title', value: 'Head' }, { title: 'Head' }],
    ['PAT-5 appends an array', { op: 'add', path: 'emails', value: [other] }, { emails: [work, home, other] }],
    ['PAT-5 appends a single object', { op: 'add', path: 'emails', value: other }, { emails: [work, home, other] }],
    [
      'PAT-5 appends each value once',
      { op: 'add', path: 'emails', value: [other, home, other] },
      { emails: [work, home, other] },
    ],
    [
      'PAT-5 merges a complex value',
      { op: 'add', path: 'name', value: { middleName: 'M' } },
      { name: { ...ANN.name, middleName: 'M' } },
    ],
    [
      'PAT-5 merges a value without a path',
      {
        op: 'add',
        value: { nickName: 'A', emails: [other], name: { givenName: 'B' }, [ENTERPRISE]: { division: 'D' } },
      },
      {
        nickName: 'A',
        emails: [work, home, other],
        name: { ...ANN.name, givenName: 'B' },
        [ENTERPRISE]: { ...enterprise, division: 'D' },
      },
    ],
    ['PAT-7 of what is there changes nothing', { op: 'add', path: 'title', value: 'Clerk' }, {}],
    ['PAT-7 of an element that is there changes nothing', { op: 'add', path: 'emails', value: [home] }, {}],
    ['PAT-7 without a path of what is there changes nothing', { op: 'add', value: ANN }, {}],
    [
      'PAT-6 with a filter that matches nothing makes the element',
      { op: 'add', path: 'phoneNumbers[type eq "mobile"].value', value: '+1' },
      { phoneNumbers: [{ value: '+1', type: 'mobile' }] },
    ],
    [
      'PAT-6 makes it once for several operations',
      [
        { op: 'Add', path: 'addresses[type eq "work"].country', value: 'US' },
        { op: 'Add', path: 'addresses[type eq "work"].locality', value: 'Reno' },
      ],
      { addresses: [{ locality: 'Reno', country: 'US', type: 'work' }] },
    ],
    [
      'PAT-6 reads "True" in the filter as true (Entra)',
      { op: 'Add', path: 'roles[primary eq "True"].value', value: 'admin' },
      { roles: [{ value: 'admin', primary: true }] },
    ],
    [
      'PAT-18 a new primary takes over',
      { op: 'add', path: 'emails', value: [{ ...other, primary: true }] },
      { emails: [DEMOTED, home, { ...other, primary: true }] },
    ],
    [
      'PAT-18 an element made primary takes over',
      { op: 'add', path: 'emails[type eq "home"].primary', value: true },
      { emails: [DEMOTED, { ...home, primary: true }] },
    ],
    ['PAT-12 null adds nothing', { op: 'add', path: 'emails', value: null }, {}],
  ])('%s', (_name, operations, change) => expectChange(operations, change))

  test.each<Refused>([
    ['a path', { op: 'add', path: 'title' }, 'invalidValue', 'Cannot add title without a value: send one'],
    ['anything', { op: 'add' }, 'invalidValue', 'Cannot add without a path without a value: send one'],
    [
      'a URN',
      { op: 'add', path: ENTERPRISE },
      'invalidValue',
      `Cannot add of "${ENTERPRISE}" without a value: send one`,
    ],
  ])('PAT-5 to %s without a value is refused', (_name, operation, scimType, detail) =>
    expectRefusal(operation, [400, scimType, detail]),
  )
})

describe('remove (RFC 7644 §3.5.2.2)', () => {
  test.each<Changes>([
    ['an attribute', { op: 'remove', path: 'title' }, { title: undefined }],
    ['a sub-attribute', { op: 'remove', path: 'name.givenName' }, { name: { familyName: 'Lee' } }],
    [
      'the last sub-attribute with its parent',
      [
        { op: 'remove', path: 'name.givenName' },
        { op: 'remove', path: 'name.familyName' },
      ],
      { name: undefined },
    ],
    ['all values', { op: 'remove', path: 'emails' }, { emails: undefined }],
    ['selected values', { op: 'remove', path: 'emails[type eq "work"]' }, { emails: [home] }],
    ['every value, one by one', { op: 'remove', path: 'emails[value pr]' }, { emails: undefined }],
    [
      'a sub-attribute of selected values',
      { op: 'remove', path: 'emails[type eq "work"].primary' },
      { emails: [{ value: work.value, type: 'work' }, home] },
    ],
    ['what is not there', { op: 'remove', path: 'nickName' }, {}],
    ['what no filter finds', { op: 'remove', path: 'emails[type eq "other"]' }, {}],
    [
      'a value with the others kept (Entra)',
      { op: 'Remove', path: 'emails', value: [{ value: home.value }] },
      { emails: [work] },
    ],
  ])('PAT-8 %s', (_name, operations, change) => expectChange(operations, change))

  test.each<Refused>([
    [
      'PAT-8 without a path',
      { op: 'remove' },
      'noTarget',
      'Cannot remove without a path: name the attribute to remove in "path"',
    ],
    [
      'PAT-8 with an empty path',
      { op: 'remove', path: '' },
      'noTarget',
      'Cannot remove without a path: name the attribute to remove in "path"',
    ],
    [
      'PAT-8 without a path, with a value',
      { op: 'remove', value: { title: 'x' } },
      'noTarget',
      'Cannot remove without a path: name the attribute to remove in "path"',
    ],
    [
      'PAT-9 of what is required',
      { op: 'remove', path: 'userName' },
      'mutability',
      'Cannot remove userName: it is required; replace it instead',
    ],
    [
      'PAT-9 of what is readOnly',
      { op: 'remove', path: 'meta' },
      'mutability',
      'Cannot remove meta: it is read-only; leave it out',
    ],
    [
      'PAT-9 of groups',
      { op: 'remove', path: 'groups[value eq "g"]' },
      'mutability',
      'Cannot remove groups: it is read-only; leave it out',
    ],
    ['PAT-9 of the id', { op: 'remove', path: 'id' }, 'mutability', 'Cannot remove id: it is read-only; leave it out'],
  ])('%s is refused', (_name, operation, scimType, detail) => expectRefusal(operation, [400, scimType, detail]))
})

describe('replace (RFC 7644 §3.5.2.3)', () => {
  test.each<Changes>([
    ['PAT-11 acts as add on what is unassigned', { op: 'replace', path: 'nickName', value: 'A' }, { nickName: 'A' }],
    [
      'PAT-11 keeps the sub-attributes a complex value does not name',
      { op: 'replace', path: 'name', value: { givenName: 'B' } },
      { name: { ...ANN.name, givenName: 'B' } },
    ],
    [
      'PAT-11 replaces multi-valued attributes whole',
      { op: 'replace', path: 'emails', value: [{ value: 'x@y' }] },
      { emails: [{ value: 'x@y' }] },
    ],
    [
      'PAT-11 replaces a sub-attribute in every match',
      { op: 'replace', path: 'emails[value co "example"].display', value: 'D' },
      {
        emails: [
          { ...work, display: 'D' },
          { ...home, display: 'D' },
        ],
      },
    ],
    [
      'PAT-11 without a path replaces what is named, multi-valued ones whole',
      { op: 'replace', value: { title: 'Head', emails: [{ value: 'x@y' }], name: { givenName: 'B' } } },
      { title: 'Head', emails: [{ value: 'x@y' }], name: { ...ANN.name, givenName: 'B' } },
    ],
    ['PAT-12 null unassigns', { op: 'replace', path: 'title', value: null }, { title: undefined }],
    ['PAT-12 [] unassigns', { op: 'replace', path: 'emails', value: [] }, { emails: undefined }],
    [
      'PAT-12 null and [] unassign in a value without a path',
      { op: 'replace', value: { title: null, emails: [], name: { givenName: null } } },
      { title: undefined, emails: undefined, name: { familyName: 'Lee' } },
    ],
    [
      'PAT-12 {"value":""} clears the manager (Entra)',
      { op: 'Replace', path: `${ENTERPRISE}:manager`, value: { value: '' } },
      { [ENTERPRISE]: { department: 'IT' } },
    ],
    [
      'PAT-14 dotted and URN keys of a value are paths (Entra)',
      {
        op: 'replace',
        value: {
          'name.givenName': 'B',
          [`${ENTERPRISE}:department`]: 'HR',
          'emails[type eq "home"].value': 'x@y',
          [`${SNOWFLAKE}:defaultRole`]: 'R',
          'no.such': 1,
          'urn:other:1.0:User:x': 1,
        },
      },
      {
        name: { ...ANN.name, givenName: 'B' },
        emails: [work, { ...home, value: 'x@y' }],
        [ENTERPRISE]: { ...enterprise, department: 'HR' },
        [SNOWFLAKE]: { defaultRole: 'R', ...snowflake },
      },
    ],
    ['PAT-15 "False" by path', { op: 'Replace', path: 'active', value: 'False' }, { active: false }],
    ['PAT-15 "false" in an object', { op: 'Replace', value: { active: 'FALSE' } }, { active: false }],
    [
      'PAT-15 "True" in an element',
      { op: 'Replace', path: 'emails[type eq "home"].primary', value: 'True' },
      { emails: [DEMOTED, { ...home, primary: true }] },
    ],
    [
      'PAT-18 of several primaries the last stays',
      { op: 'replace', path: 'emails', value: [{ ...home, primary: true }, work] },
      { emails: [{ ...home, primary: false }, work] },
    ],
    [
      'PAT-19 a manager as a bare string',
      { op: 'Replace', path: `${ENTERPRISE}:manager`, value: 'm2' },
      { [ENTERPRISE]: { ...enterprise, manager: { value: 'm2' } } },
    ],
    [
      'PAT-19 a manager in an array',
      { op: 'Add', path: `${ENTERPRISE}:manager`, value: [{ value: 'm2' }] },
      { [ENTERPRISE]: { ...enterprise, manager: { value: 'm2' } } },
    ],
    [
      'PAT-19 a manager by its short name',
      { op: 'Add', path: 'manager', value: 'm2' },
      { [ENTERPRISE]: { ...enterprise, manager: { value: 'm2' } } },
    ],
    [
      'PAT-22 a bare givenName (Snowflake)',
      { op: 'replace', value: { givenName: 'B', familyName: 'C' } },
      { name: { givenName: 'B', familyName: 'C' } },
    ],
  ])('%s', (_name, operations, change) => expectChange(operations, change))

  test.each<Refused>([
    [
      'PAT-11 without a match',
      { op: 'replace', path: 'emails[type eq "other"].value', value: 'x' },
      'noTarget',
      'Cannot change emails[type eq "other"]: no value matches; add it first, or use op "add" with eq terms only',
    ],
    [
      'PAT-11 whole elements without a match',
      { op: 'replace', path: 'emails[type eq "other"]', value: { value: 'x' } },
      'noTarget',
      'Cannot change emails[type eq "other"]: no value matches; add it first, or use op "add" with eq terms only',
    ],
    [
      'PAT-13 of the id',
      { op: 'replace', path: 'id', value: 'x' },
      'mutability',
      'Cannot replace id: it is read-only; leave it out',
    ],
    [
      'PAT-13 of meta.version',
      { op: 'replace', path: 'meta.version', value: 'x' },
      'mutability',
      'Cannot replace meta.version: it is read-only; leave it out',
    ],
    [
      'PAT-13 of groups',
      { op: 'replace', path: 'groups', value: [] },
      'mutability',
      'Cannot replace groups: it is read-only; leave it out',
    ],
    [
      'PAT-15 by another word',
      { op: 'replace', value: { active: 'on' } },
      'invalidValue',
      'Cannot read active "on": expected true or false',
    ],
    [
      'PAT-16 by an empty userName',
      { op: 'replace', path: 'userName', value: '' },
      'invalidValue',
      'Cannot use an empty userName: send at least one character',
    ],
    [
      'PAT-16 by null',
      { op: 'replace', value: { userName: null } },
      'invalidValue',
      'The attribute userName is required: send it with a value',
    ],
    [
      'a wrong type',
      { op: 'replace', path: 'title', value: { x: 1 } },
      'invalidValue',
      'Cannot read title an object: expected a string',
    ],
  ])('%s is refused', (_name, operation, scimType, detail) => expectRefusal(operation, [400, scimType, detail]))

  test("PAT-13 one's own id in a value is harmless, another is not (Okta)", async () => {
    const ann = await givenUser(request, ANN)
    const own = await patch(request, ann, { op: 'replace', value: { id: ann.id, title: 'Head' } })
    expect([own.status, own.body.title]).toEqual([200, 'Head'])
    const other = await patch(request, ann, { op: 'replace', value: { id: 'x', title: 'Boss' } })
    expect(refusalOf(other)).toEqual([
      400,
      'mutability',
      `Cannot change the id of the User "${ann.id}" to "x": leave it out`,
    ])
    expect((await readAgain(request, ann)).title).toBe('Head')
  })

  test('PAT-16 userName: 409 when taken, the old name freed', async () => {
    const [ann, bob] = [await givenUser(request, ANN), await givenUser(request)]
    const taken = bob.userName.toUpperCase()
    for (const operation of [
      { op: 'replace', path: 'userName', value: taken },
      { op: 'replace', value: { userName: taken, title: 'Head' } },
    ]) {
      const [status, scimType, detail] = refusalOf(await patch(request, ann, operation))
      expect([status, scimType]).toEqual([409, 'uniqueness'])
      expect(detail).toMatch(`The userName "${taken}" is taken in this account`)
    }
    expect(await readAgain(request, ann)).toEqual(ann)
    const renamed = await patch(request, ann, { op: 'replace', path: 'userName', value: unique('Renamed') })
    expect(renamed.status).toBe(200)
    expect((await request('POST', '/Users', newUser(ann.userName))).status).toBe(201)
    const own = await patch(request, renamed.body, {
      op: 'add',
      path: 'userName',
      value: renamed.body.userName.toUpperCase(),
    })
    expect([own.status, own.body.userName]).toEqual([200, renamed.body.userName.toUpperCase()])
  })
})

describe('extensions', () => {
  test('PAT-17 schemas gains the URN with the first value and loses it with the last', async () => {
    const user = await givenUser(request)
    expect(user.schemas).toEqual([USER_SCHEMA, SNOWFLAKE])
    const added = await patch(request, user, { op: 'add', path: `${ENTERPRISE}:department`, value: 'IT' })
    expect([added.body.schemas, added.body[ENTERPRISE]]).toEqual([
      [USER_SCHEMA, ENTERPRISE, SNOWFLAKE],
      { department: 'IT' },
    ])
    const removed = await patch(request, user, { op: 'remove', path: `${ENTERPRISE}:department` })
    expect([removed.body.schemas, removed.body[ENTERPRISE]]).toEqual([[USER_SCHEMA, SNOWFLAKE], undefined])
  })

  test('PAT-17 a whole extension is removed by its URN', () =>
    expectChange({ op: 'remove', path: ENTERPRISE }, { schemas: [USER_SCHEMA, SNOWFLAKE], [ENTERPRISE]: undefined }))
})

describe('the answer', () => {
  test('PAT-20 is 200 with the whole user, its ETag and Location; with attributes, those', async () => {
    const ann = await givenUser(request, ANN)
    const path = pathOf(ann.meta.location)
    const body = patchOf({ op: 'replace', path: 'title', value: 'Head' })
    const whole = await request('PATCH', path, body)
    expect([whole.status, whole.headers['content-type']]).toEqual([200, 'application/scim+json'])
    expect(whole.headers).toMatchObject({ etag: 'W/"2"', location: ann.meta.location })
    expect(whole.body).toEqual({ ...ann, title: 'Head', meta: whole.body.meta })
    const part = await request('PATCH', `${path}?attributes=title`, body)
    expect([part.status, part.body]).toEqual([200, { schemas: ann.schemas, id: ann.id, title: 'Head' }])
    const rest = await request('PATCH', `${path}?excludedAttributes=emails,name`, body)
    const { emails: _emails, name: _name, ...expected } = whole.body
    expect([rest.status, rest.body]).toEqual([200, expected])
  })

  test('PAT-23 simultaneous patches of different attributes all count', async () => {
    const ann = await givenUser(request, ANN)
    const wanted = { title: 'T', nickName: 'N', locale: 'L', timezone: 'Z', userType: 'U', displayName: 'D' }
    const answers = await Promise.all(
      Object.entries(wanted).map(([path, value]) => patch(request, ann, { op: 'replace', path, value })),
    )
    expect(answers.map(({ status }) => status)).toEqual(Object.keys(wanted).map(() => 200))
    const { meta, ...rest } = await readAgain(request, ann)
    expect({ ...rest, version: meta.version }).toEqual({ ...withoutMeta(ann), ...wanted, version: 'W/"7"' })
  })
})

function withoutMeta({ meta: _, ...rest }: Body): Body {
  return rest
}
