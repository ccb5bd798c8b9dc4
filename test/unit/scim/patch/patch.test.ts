import { describe, expect, test, vi } from 'vitest'
import { ScimError } from '../../../../shared/scim/error.ts'
import { applyPatch, sameAttributes } from '../../../../shared/scim/patch/apply.ts'
import { PATCH_OP } from '../../../../shared/scim/patch/patch-op.ts'
import { parsePatch } from '../../../../shared/scim/patch/request.ts'
import { resourceTypes } from '../../../../shared/scim/resource-types.ts'
import type { Attributes, Json } from '../../../../shared/scim/schema.ts'
import { CORE_USER } from '../../../../shared/scim/schemas/core-user.ts'
import { ENTERPRISE_USER } from '../../../../shared/scim/schemas/enterprise-user.ts'
import { SNOWFLAKE_USER } from '../../../../shared/scim/schemas/snowflake-user.ts'

const { User, Group } = resourceTypes('GENERIC')

const user: Attributes = {
  userName: 'ann',
  name: { familyName: 'Lee', givenName: 'Ann' },
  active: true,
  emails: [
    { type: 'work', value: 'ann@work', primary: true },
    { type: 'home', value: 'ann@home' },
  ],
  [ENTERPRISE_USER]: { department: 'IT', manager: { value: 'm1', $ref: '/Users/m1' } },
  [SNOWFLAKE_USER]: { type: 'service' },
}

function patch(operations: Json, attributes = user, type = User): Attributes {
  const read = parsePatch(type, { schemas: [PATCH_OP], Operations: operations })
  return { ...applyPatch(type, attributes, read, { id: 'u1' }).attributes }
}

function refusal(run: () => unknown): unknown {
  try {
    return run()
  } catch (error) {
    if (!(error instanceof ScimError)) throw error
    return [error.status, error.scimType, error.message]
  }
}

/** The attributes that differ from the user's, `undefined` for those that are gone. */
function changes(operations: Json): Record<string, unknown> {
  const before = structuredClone(user)
  const after = patch(operations)
  expect(user).toEqual(before)
  const names = new Set([...Object.keys(user), ...Object.keys(after)])
  return Object.fromEntries(
    [...names]
      .filter((name) => !sameAttributes(user[name] ?? '', after[name] ?? ''))
      .map((name) => [name, after[name]]),
  )
}

const [work, home] = user.emails as [Attributes, Attributes]

describe('parsePatch() refuses', () => {
  const envelope = (body: Json) => refusal(() => parsePatch(User, body))
  const schemas = [PATCH_OP]

  test.each<[string, Json, string]>([
    ['no object', [], 'Cannot read the PatchOp: expected a JSON object, found []'],
    [
      'no schemas',
      { Operations: [] },
      `Cannot read the PatchOp: its schemas must be an array that holds "${PATCH_OP}"`,
    ],
    [
      'foreign schemas',
      { schemas: [CORE_USER] },
      `Cannot read the PatchOp: its schemas must be an array that holds "${PATCH_OP}"`,
    ],
    ['no operations', { schemas }, 'Cannot read the PatchOp: Operations must be an array of at least one operation'],
    [
      'an empty list',
      { schemas, Operations: [] },
      'Cannot read the PatchOp: Operations must be an array of at least one operation',
    ],
    [
      'an object',
      { schemas, Operations: {} },
      'Cannot read the PatchOp: Operations must be an array of at least one operation',
    ],
    [
      'no object in the list',
      { schemas, Operations: ['add'] },
      'Cannot read Operations[0]: expected a JSON object, found "add"',
    ],
    [
      'an unknown op',
      { schemas, Operations: [{ op: 'move' }] },
      'Cannot read Operations[0]: op must be add, replace or remove, found "move"',
    ],
    [
      'op of a prototype name',
      { schemas, Operations: [{ op: 'constructor' }] },
      'Cannot read Operations[0]: op must be add, replace or remove, found "constructor"',
    ],
    [
      'no op',
      { schemas, Operations: [{ path: 'title' }] },
      'Cannot read Operations[0]: op must be add, replace or remove, found undefined',
    ],
  ])('%s (PAT-1)', (_name, body, detail) => {
    expect(envelope(body)).toEqual([400, 'invalidSyntax', detail])
  })

  test('a name twice, in whatever case (RES-5)', () => {
    const twice = (name: string) => [400, 'invalidSyntax', `Cannot read ${name}: it is named twice; send it once`]
    const operation = (value: Json) => ({ schemas, Operations: [{ op: 'add', value }] })
    expect(envelope({ schemas, Operations: [], operations: [] })).toEqual(twice('Operations of the PatchOp'))
    expect(envelope({ schemas, Operations: [{ op: 'add', OP: 'remove' }] })).toEqual(twice('op of Operations[0]'))
    expect(envelope(operation({ title: 'a', Title: 'b' }))).toEqual(twice('"Title"'))
    expect(envelope(operation({ [ENTERPRISE_USER]: { division: 'a', DIVISION: 'b' } }))).toEqual(twice('"DIVISION"'))
    expect(envelope(operation({ name: { givenName: 'a', GIVENNAME: 'b' } }))).toEqual([
      400,
      'invalidSyntax',
      'Cannot read name.givenName: it is named twice; send it once',
    ])
  })

  test('more operations than it takes', () => {
    const Operations = Array.from({ length: 1001 }, () => ({ op: 'add', path: 'title', value: 'x' }))
    expect(envelope({ schemas, Operations })).toEqual([
      413,
      undefined,
      'Cannot apply 1001 operations: send at most 1000 in one PATCH',
    ])
  })

  test.each<[Json, [string, string]]>([
    [{ op: 'add', path: 'shoeSize', value: 1 }, ['invalidPath', 'Cannot add "shoeSize": a User has no such attribute']],
    [
      { op: 'add', path: 'urn:x:y:z', value: 1 },
      ['invalidPath', 'Cannot add "urn:x:y:z": a User has no such attribute'],
    ],
    [{ op: 'add', path: '/title', value: 'x' }, ['invalidPath', 'Cannot add "/title": a User has no such attribute']],
    [
      { op: 'add', path: '__proto__', value: 'x' },
      ['invalidPath', 'Cannot add "__proto__": a User has no such attribute'],
    ],
    [
      { op: 'add', path: 5, value: 'x' },
      ['invalidPath', 'Cannot read the path of Operations[0]: expected a string, found 5'],
    ],
    [
      { op: 'add', path: 'emails[0].value', value: 'x' },
      [
        'invalidPath',
        'Cannot read path "emails[0].value": an array index is no path; select by a filter such as [type eq "work"]',
      ],
    ],
    [
      { op: 'add', path: 'emails[type eq "work"].foo', value: 'x' },
      [
        'invalidPath',
        'Cannot read path "emails[type eq \\"work\\"].foo": after the filter only a sub-attribute of emails may follow',
      ],
    ],
    [
      { op: 'add', path: 'emails[type eq "work"].value x', value: 'x' },
      ['invalidPath', 'Cannot read path "emails[type eq \\"work\\"].value x": nothing may follow ".value"'],
    ],
    [
      { op: 'add', path: 'name[givenName pr]', value: {} },
      [
        'invalidPath',
        'Cannot read path "name[givenName pr]": only an attribute with several values, such as emails, takes a filter',
      ],
    ],
    [
      { op: 'add', path: 'emails[type is "work"]', value: {} },
      [
        'invalidFilter',
        'Cannot read path "emails[type is \\"work\\"]": expected an operator (eq, ne, co, sw, ew, gt, ge, lt, le, pr) at character 13, found "is \\"work\\"]"',
      ],
    ],
    [
      { op: 'add', path: 'emails[type eq "work"', value: {} },
      [
        'invalidFilter',
        'Cannot read path "emails[type eq \\"work\\"": expected and, or, or "]" at character 22, found the end',
      ],
    ],
    [
      { op: 'replace', path: 'emails[type eq "x"].value', value: 'y' },
      [
        'noTarget',
        'Cannot change emails[type eq "x"]: no value matches; add it first, or use op "add" with eq terms only',
      ],
    ],
    [
      { op: 'add', path: 'emails[type co "x"].value', value: 'y' },
      [
        'noTarget',
        'Cannot change emails[type co "x"]: no value matches; add it first, or use op "add" with eq terms only',
      ],
    ],
    [{ op: 'remove' }, ['noTarget', 'Cannot remove without a path: name the attribute to remove in "path"']],
    [
      { op: 'remove', value: { title: 'x' } },
      ['noTarget', 'Cannot remove without a path: name the attribute to remove in "path"'],
    ],
    [{ op: 'add', path: 'title' }, ['invalidValue', 'Cannot add title without a value: send one']],
    [{ op: 'add' }, ['invalidValue', 'Cannot add without a path without a value: send one']],
    [
      { op: 'replace', value: 'x' },
      ['invalidValue', 'Cannot replace without a path the value "x": expected an object of attributes'],
    ],
    [
      { op: 'replace', value: [] },
      ['invalidValue', 'Cannot replace without a path the value []: expected an object of attributes'],
    ],
    [
      { op: 'replace', value: [{ title: 'x' }, { nickName: 'y' }] },
      ['invalidValue', 'Cannot replace without a path the value an array of 2: expected an object of attributes'],
    ],
    [
      { op: 'add', value: ['x'] },
      ['invalidValue', 'Cannot add without a path the value an array of 1: expected an object of attributes'],
    ],
    [
      { op: 'add', value: [[{ title: 'x' }]] },
      ['invalidValue', 'Cannot add without a path the value an array of 1: expected an object of attributes'],
    ],
    [
      { op: 'replace', path: ENTERPRISE_USER, value: [{ division: 'x' }] },
      [
        'invalidValue',
        `Cannot replace of "${ENTERPRISE_USER}" the value an array of 1: expected an object of attributes`,
      ],
    ],
    [
      { op: 'replace', path: ENTERPRISE_USER, value: 'x' },
      ['invalidValue', `Cannot replace of "${ENTERPRISE_USER}" the value "x": expected an object of attributes`],
    ],
    [{ op: 'remove', path: 'userName' }, ['mutability', 'Cannot remove userName: it is required; replace it instead']],
    [
      { op: 'replace', path: 'userName', value: null },
      ['invalidValue', 'The attribute userName is required: send it with a value'],
    ],
    [
      { op: 'replace', path: 'userName', value: '' },
      ['invalidValue', 'Cannot use an empty userName: send at least one character'],
    ],
    [
      { op: 'replace', value: { userName: null } },
      ['invalidValue', 'The attribute userName is required: send it with a value'],
    ],
    [{ op: 'replace', path: 'id', value: 'u1' }, ['mutability', 'Cannot replace id: it is read-only; leave it out']],
    [
      { op: 'replace', path: 'meta.created', value: 'x' },
      ['mutability', 'Cannot replace meta.created: it is read-only; leave it out'],
    ],
    [{ op: 'remove', path: 'meta' }, ['mutability', 'Cannot remove meta: it is read-only; leave it out']],
    [
      { op: 'add', path: 'groups', value: [{ value: 'g' }] },
      ['mutability', 'Cannot add groups: it is read-only; leave it out'],
    ],
    [
      { op: 'remove', path: 'groups[value eq "g"]' },
      ['mutability', 'Cannot remove groups: it is read-only; leave it out'],
    ],
    [
      { op: 'add', path: `${ENTERPRISE_USER}:manager.displayName`, value: 'x' },
      ['mutability', `Cannot add ${ENTERPRISE_USER}:manager.displayName: it is read-only; leave it out`],
    ],
    [
      { op: 'replace', value: { id: 'u2' } },
      ['mutability', 'Cannot change the id of the User "u1" to "u2": leave it out'],
    ],
    [
      { op: 'replace', path: 'active', value: 'yes' },
      ['invalidValue', 'Cannot read active "yes": expected true or false'],
    ],
    [{ op: 'replace', path: 'title', value: 5 }, ['invalidValue', 'Cannot read title 5: expected a string']],
    [
      { op: 'replace', path: 'name', value: 'Ann Lee' },
      ['invalidValue', 'Cannot read name "Ann Lee": expected an object'],
    ],
    [{ op: 'replace', path: 'emails', value: 'x' }, ['invalidValue', 'Cannot read emails "x": expected an object']],
    ...(['add', 'replace', 'remove'] as const).flatMap((op): [Json, [string, string]][] => [
      [{ op, path: 'emails', value: [null] }, ['invalidValue', 'Cannot read emails null: expected an object']],
      ...[{}, [{}], [{ foo: 1 }], [{ value: 'a' }, { value: null }]].map((value): [Json, [string, string]] => [
        { op, path: 'emails', value },
        ['invalidValue', 'Cannot read emails an object: expected at least one of value, display, type, primary'],
      ]),
    ]),
    [
      { op: 'replace', path: 'emails[type eq "work"]', value: {} },
      ['invalidValue', 'Cannot read emails an object: expected at least one of value, display, type, primary'],
    ],
    [
      { op: 'add', path: 'emails[type eq "work"]', value: [{ value: 'a' }, { value: 'b' }] },
      ['invalidValue', 'Cannot add 2 values to emails by a filter: send one'],
    ],
  ])('%j (PAT-3, PAT-4, PAT-5, PAT-8, PAT-9, PAT-11, PAT-13, PAT-15, PAT-16)', (operation, [scimType, detail]) => {
    const first = { op: 'replace', path: 'nickName', value: 'changed' }
    expect(refusal(() => patch([first, operation]))).toEqual([
      400,
      scimType,
      String(detail).replace('Operations[0]', 'Operations[1]'),
    ])
  })
})

describe('applyPatch() adds and replaces', () => {
  test.each<[string, Json, Record<string, unknown>]>([
    ['a single value', { op: 'add', path: 'title', value: 'Dr' }, { title: 'Dr' }],
    ['an existing value', { op: 'add', path: 'USERNAME', value: 'bea' }, { userName: 'bea' }],
    [
      'a sub-attribute',
      { op: 'replace', path: 'name.GivenName', value: 'Bea' },
      { name: { familyName: 'Lee', givenName: 'Bea' } },
    ],
    [
      'a complex value, merging it',
      { op: 'replace', path: 'name', value: { givenName: 'Bea', x: 1 } },
      { name: { familyName: 'Lee', givenName: 'Bea' } },
    ],
    [
      'a complex value with null inside',
      { op: 'replace', path: 'name', value: { givenName: null } },
      { name: { familyName: 'Lee' } },
    ],
    ['an empty complex value', { op: 'replace', path: 'name', value: {} }, {}],
    ['null', { op: 'replace', path: 'name', value: null }, { name: undefined }],
    [
      'null to a sub-attribute',
      { op: 'replace', path: 'name.givenName', value: null },
      { name: { familyName: 'Lee' } },
    ],
    ['by a core URN', { op: 'add', path: `${CORE_USER}:title`, value: 'Dr' }, { title: 'Dr' }],
    ['the core URN as a whole', { op: 'add', path: CORE_USER, value: { title: 'Dr' } }, { title: 'Dr' }],
    [
      'a single object to a list',
      { op: 'add', path: 'emails', value: { value: 'new' } },
      { emails: [work, home, { value: 'new' }] },
    ],
    [
      'a list to a list',
      { op: 'add', path: 'emails', value: [{ value: 'b' }, { value: 'b' }] },
      { emails: [work, home, { value: 'b' }] },
    ],
    ['nothing to a list', { op: 'add', path: 'emails', value: [] }, {}],
    ['null to a list', { op: 'add', path: 'emails', value: null }, {}],
    [
      'what is there',
      { op: 'add', path: 'emails', value: [{ type: 'WORK', value: 'ANN@work', primary: true }] },
      { emails: [{ type: 'WORK', value: 'ANN@work', primary: true }, home] },
    ],
    [
      'more about what is there',
      { op: 'add', path: 'emails', value: [{ type: 'home', value: 'ann@home', display: 'H' }] },
      { emails: [work, { ...home, display: 'H' }] },
    ],
    [
      'a new primary',
      { op: 'add', path: 'emails', value: [{ value: 'n', primary: true }] },
      { emails: [{ ...work, primary: false }, home, { value: 'n', primary: true }] },
    ],
    ['a list for a list', { op: 'replace', path: 'emails', value: [{ value: 'n' }] }, { emails: [{ value: 'n' }] }],
    ['an empty list for a list', { op: 'replace', path: 'emails', value: [] }, { emails: undefined }],
    [
      'a selected value',
      { op: 'replace', path: 'emails[type eq "home"]', value: { value: 'n' } },
      { emails: [work, { value: 'n' }] },
    ],
    [
      'all selected values',
      { op: 'replace', path: 'emails[value sw "ann"]', value: { type: 'x', value: 'n' } },
      { emails: [{ type: 'x', value: 'n' }] },
    ],
    ['null for a selected value', { op: 'replace', path: 'emails[type eq "home"]', value: null }, { emails: [work] }],
    [
      'to a selected value',
      { op: 'add', path: 'emails[type eq "home"]', value: { display: 'H' } },
      { emails: [work, { ...home, display: 'H' }] },
    ],
    ['nothing to a selected value', { op: 'add', path: 'emails[type eq "home"]', value: null }, {}],
    [
      'a sub-attribute of each',
      { op: 'replace', path: 'emails[value sw "ann"].display', value: 'A' },
      {
        emails: [
          { ...work, display: 'A' },
          { ...home, display: 'A' },
        ],
      },
    ],
    [
      'a sub-attribute of all',
      { op: 'replace', path: 'emails.display', value: 'A' },
      {
        emails: [
          { ...work, display: 'A' },
          { ...home, display: 'A' },
        ],
      },
    ],
    [
      'a sub-attribute of a list without values',
      { op: 'replace', path: 'photos.value', value: 'https://p' },
      { photos: [{ value: 'https://p' }] },
    ],
    [
      'the primary of another',
      { op: 'replace', path: 'emails[type eq "home"].primary', value: 'True' },
      {
        emails: [
          { ...work, primary: false },
          { ...home, primary: true },
        ],
      },
    ],
    [
      'a value that becomes a repetition',
      { op: 'replace', path: 'emails.type', value: 'work' },
      { emails: [work, { ...home, type: 'work' }] },
    ],
    [
      'a value that becomes the same',
      {
        op: 'replace',
        path: 'emails',
        value: [
          { type: 'a', value: 'x' },
          { type: 'b', value: 'x' },
        ],
      },
      {
        emails: [
          { type: 'a', value: 'x' },
          { type: 'b', value: 'x' },
        ],
      },
    ],
  ])('%s (PAT-5, PAT-7, PAT-11, PAT-12, PAT-18)', (_name, operation, expected) => {
    expect(changes([operation])).toEqual(expected)
  })

  test('a value that becomes the same as another is kept once (RES-12)', () => {
    expect(
      changes([
        { op: 'replace', path: 'emails.value', value: 'x' },
        { op: 'replace', path: 'emails.type', value: 'y' },
      ]),
    ).toEqual({
      emails: [{ type: 'y', value: 'x', primary: true }],
    })
  })

  test.each<[string, Json]>([
    ['the same single value', { op: 'add', path: 'active', value: true }],
    ['the same element', { op: 'add', path: 'emails', value: [{ value: 'ann@work', type: 'work', primary: true }] }],
    [
      'the same list, names in another order',
      {
        op: 'replace',
        path: 'emails',
        value: [
          { primary: true, value: 'ann@work', type: 'work' },
          { value: 'ann@home', type: 'home' },
        ],
      },
    ],
    ['the same extension', { op: 'add', value: { [ENTERPRISE_USER]: { department: 'IT' } } }],
    ['the same manager', { op: 'replace', path: `${ENTERPRISE_USER}:manager`, value: { value: 'm1' } }],
    ['the removal of what is not there', { op: 'remove', path: 'title' }],
    ['the removal of what no filter finds', { op: 'remove', path: 'emails[type eq "other"]' }],
  ])('nothing when the value is there: %s (PAT-7, PAT-8)', (_name, operation) => {
    expect(changes([operation])).toEqual({})
  })

  test('without a path: named attributes, single ones merged, lists appended or replaced (PAT-5, PAT-11, PAT-13)', () => {
    const value = {
      schemas: [CORE_USER],
      id: 'u1',
      meta: { version: 'x' },
      groups: [{ value: 'g' }],
      shoeSize: 5,
      name: { middleName: 'K' },
      emails: [{ value: 'n' }],
      displayName: 'Ann',
    }
    const name = { familyName: 'Lee', givenName: 'Ann', middleName: 'K' }
    expect(changes([{ op: 'add', value }])).toEqual({ name, emails: [work, home, { value: 'n' }], displayName: 'Ann' })
    expect(changes([{ op: 'Replace', path: '', value }])).toEqual({
      name,
      emails: [{ value: 'n' }],
      displayName: 'Ann',
    })
  })

  test('one operation sees what the one before it did (PAT-2)', () => {
    expect(
      changes([
        { op: 'remove', path: 'emails' },
        { op: 'add', path: 'emails[type eq "work"].value', value: 'a' },
        { op: 'add', path: 'emails[type eq "work"].display', value: 'A' },
        { op: 'replace', path: 'emails[value eq "a"].primary', value: true },
      ]),
    ).toEqual({ emails: [{ type: 'work', value: 'a', display: 'A', primary: true }] })
  })

  test('add with a filter that matches nothing makes the element it describes, once (PAT-6)', () => {
    expect(
      changes([
        { op: 'Add', path: 'phoneNumbers[type eq "mobile"].value', value: '1' },
        { op: 'Add', path: 'phoneNumbers[type eq "mobile"].display', value: 'one' },
        { op: 'Add', path: 'roles[primary eq "True"].value', value: 'Admin' },
        { op: 'Add', path: 'roles[primary eq "True"].display', value: 'Administrator' },
        { op: 'Add', path: 'ims[type eq "icq" and primary eq true]', value: { value: '7' } },
      ]),
    ).toEqual({
      phoneNumbers: [{ type: 'mobile', value: '1', display: 'one' }],
      roles: [{ primary: true, value: 'Admin', display: 'Administrator' }],
      ims: [{ type: 'icq', primary: true, value: '7' }],
    })
  })
})

describe('applyPatch() removes', () => {
  test.each<[string, Json, Record<string, unknown>]>([
    ['an attribute', { op: 'remove', path: 'name.familyName' }, { name: { givenName: 'Ann' } }],
    ['no value of what has a default (RES-16)', { op: 'remove', path: 'active' }, {}],
    ['nor by null', { op: 'replace', path: 'active', value: null }, {}],
    ['a complex attribute', { op: 'remove', path: 'name' }, { name: undefined }],
    ['a sub-attribute', { op: 'remove', path: 'name.givenName' }, { name: { familyName: 'Lee' } }],
    ['all values', { op: 'remove', path: 'emails' }, { emails: undefined }],
    ['selected values', { op: 'remove', path: 'emails[type eq "work"]' }, { emails: [home] }],
    ['every value by a filter', { op: 'remove', path: 'emails[value pr]' }, { emails: undefined }],
    [
      'a sub-attribute of selected values',
      { op: 'remove', path: 'emails[type eq "work"].primary' },
      { emails: [{ type: 'work', value: 'ann@work' }, home] },
    ],
    ['listed values', { op: 'remove', path: 'emails', value: [{ value: 'ANN@home' }] }, { emails: [work] }],
    ['listed values of a type', { op: 'remove', path: 'emails', value: [{ value: 'ann@home', type: 'work' }] }, {}],
    ['an empty list of values', { op: 'remove', path: 'emails', value: [] }, {}],
    [
      'the only attribute of an extension',
      { op: 'remove', path: `${ENTERPRISE_USER}:department` },
      { [ENTERPRISE_USER]: { manager: { value: 'm1', $ref: '/Users/m1' } } },
    ],
    ['an extension', { op: 'remove', path: ENTERPRISE_USER }, { [ENTERPRISE_USER]: undefined }],
    [
      'an extension by null',
      { op: 'replace', value: { [ENTERPRISE_USER.toUpperCase()]: null } },
      { [ENTERPRISE_USER]: undefined },
    ],
    ['nothing by adding null as an extension', { op: 'add', value: { [ENTERPRISE_USER]: null } }, {}],
  ])('%s (PAT-8, PAT-10, PAT-17)', (_name, operation, expected) => {
    expect(changes([operation])).toEqual(expected)
  })

  test('the last sub-attribute with its parent, the last attribute with its extension (PAT-8, PAT-17)', () => {
    expect(
      changes([
        { op: 'remove', path: 'name.givenName' },
        { op: 'remove', path: 'name.familyName' },
        { op: 'remove', path: `${ENTERPRISE_USER}:department` },
        { op: 'remove', path: `${ENTERPRISE_USER}:manager.value` },
        { op: 'remove', path: 'emails.type' },
        { op: 'remove', path: 'emails.value' },
      ]),
    ).toEqual({ name: undefined, [ENTERPRISE_USER]: undefined, emails: undefined })
  })
})

describe('applyPatch() of schemas (RFC 7644 §3.5.2)', () => {
  const all = [CORE_USER, ENTERPRISE_USER, SNOWFLAKE_USER]
  const withoutEnterprise = { [ENTERPRISE_USER]: undefined }

  test.each<[string, Json, Record<string, unknown>]>([
    ['add a known URN', { op: 'add', path: 'schemas', value: [ENTERPRISE_USER] }, {}],
    ['add one as text', { op: 'add', path: 'Schemas', value: ENTERPRISE_USER.toUpperCase() }, {}],
    ['add the core URN by its full path', { op: 'add', path: `${CORE_USER}:schemas`, value: [CORE_USER] }, {}],
    ['add an unknown URN', { op: 'add', path: 'schemas', value: ['urn:x'] }, {}],
    ['add nothing', { op: 'add', path: 'schemas', value: [] }, {}],
    ['replace by all that are there', { op: 'replace', path: 'schemas', value: [...all, 'urn:x'] }, {}],
    ['replace without one', { op: 'replace', path: 'schemas', value: [CORE_USER, SNOWFLAKE_USER] }, withoutEnterprise],
    [
      'replace by the core alone',
      { op: 'replace', path: 'schemas', value: CORE_USER },
      { ...withoutEnterprise, [SNOWFLAKE_USER]: { type: 'person' } },
    ],
    ['remove by value', { op: 'remove', path: 'schemas', value: [ENTERPRISE_USER.toLowerCase()] }, withoutEnterprise],
    ['remove an unknown URN', { op: 'remove', path: 'schemas', value: ['urn:x'] }, {}],
    ['remove none', { op: 'remove', path: 'schemas', value: [] }, {}],
    ['remove by a filter', { op: 'remove', path: `schemas[value eq "${ENTERPRISE_USER}"]` }, withoutEnterprise],
    ['remove by a filter that finds none', { op: 'remove', path: 'schemas[value eq "urn:x"]' }, {}],
    ['name some in a value', { op: 'replace', value: { schemas: [CORE_USER], title: 'Dr' } }, { title: 'Dr' }],
    ['name none in a value', { op: 'replace', value: { schemas: [] } }, {}],
  ])('%s (PAT-24)', (_name, operation, expected) => {
    expect(changes([operation])).toEqual(expected)
  })

  test('then an attribute of what was named (PAT-24, PAT-17)', () => {
    const before = { userName: 'ann' }
    const named = { op: 'add', path: 'schemas', value: [ENTERPRISE_USER] }
    expect(patch([named], before)).toEqual(before)
    const department = { op: 'add', path: `${ENTERPRISE_USER}:department`, value: 'IT' }
    expect(patch([named, department], before)).toEqual({ ...before, [ENTERPRISE_USER]: { department: 'IT' } })
  })

  test('a list that Okta read and sends back takes nothing of what it sees elsewhere (PAT-24, DIS-14)', () => {
    const okta = resourceTypes('OKTA').User
    const before = { userName: 'ann', [ENTERPRISE_USER]: { department: 'IT', defaultRole: 'R', type: 'service' } }
    const replace = { op: 'replace', path: 'schemas', value: [CORE_USER, ENTERPRISE_USER] }
    expect(patch([replace], before, okta)).toEqual(before)
    expect(patch([{ op: 'remove', path: `schemas[value eq "${ENTERPRISE_USER}"]` }], before, okta)).toEqual({
      userName: 'ann',
    })
  })

  const core = `Cannot take "${CORE_USER}" out of schemas: every User has it; name extensions only`
  test.each<[Json, [string, string]]>([
    [{ op: 'remove', path: 'schemas' }, ['mutability', core]],
    [{ op: 'remove', path: 'schemas', value: [ENTERPRISE_USER, CORE_USER] }, ['mutability', core]],
    [{ op: 'remove', path: 'schemas[value pr]' }, ['mutability', core]],
    [{ op: 'replace', path: 'schemas', value: [ENTERPRISE_USER] }, ['mutability', core]],
    [{ op: 'replace', path: 'schemas', value: [] }, ['mutability', core]],
    [{ op: 'add', path: 'schemas' }, ['invalidValue', 'Cannot add schemas without a value: send one']],
    [{ op: 'add', path: 'schemas', value: [5] }, ['invalidValue', 'Cannot read schemas 5: expected a string']],
    [
      { op: 'replace', path: 'schemas[value eq "urn:x"]', value: 'urn:y' },
      ['mutability', 'Cannot replace a part of schemas: name the whole list'],
    ],
    [
      { op: 'remove', path: 'schemas[type eq "x"]' },
      [
        'invalidFilter',
        'Cannot read path "schemas[type eq \\"x\\"]": expected an attribute of User at character 9, found "type eq \\"x\\"]"',
      ],
    ],
  ])('refuses %j (PAT-24)', (operation, [scimType, detail]) => {
    expect(refusal(() => patch([operation]))).toEqual([400, scimType, detail])
  })
})

describe('applyPatch() serves the habits of IdPs', () => {
  const manager = `${ENTERPRISE_USER}:manager`
  const withManager = (value: unknown) => ({
    [ENTERPRISE_USER]: value ? { department: 'IT', manager: value } : { department: 'IT' },
  })

  test.each<[string, Json, Record<string, unknown>]>([
    ['Entra: words for booleans (PAT-15)', { op: 'Replace', path: 'active', value: 'False' }, { active: false }],
    ['Entra: the same in an object (PAT-15)', { op: 'Replace', value: { active: 'FALSE' } }, { active: false }],
    [
      'Entra: dotted keys (PAT-14)',
      { op: 'Add', value: { 'name.givenName': 'Bea', [`${SNOWFLAKE_USER}:defaultRole`]: 'R' } },
      { name: { familyName: 'Lee', givenName: 'Bea' }, [SNOWFLAKE_USER]: { type: 'service', defaultRole: 'R' } },
    ],
    [
      'Entra: keys with a filter (PAT-14)',
      { op: 'Replace', value: { 'emails[type eq "work"].value': 'n', 'photos[type eq "photo"].value': 'p' } },
      { emails: [{ ...work, value: 'n' }, home], photos: [{ type: 'photo', value: 'p' }] },
    ],
    [
      'Entra: the manager as a bare string (PAT-19)',
      { op: 'Add', path: manager, value: 'm2' },
      withManager({ value: 'm2' }),
    ],
    [
      'Entra: the manager as an array of one (PAT-19)',
      { op: 'Add', path: manager, value: [{ $ref: 'x', value: 'm2' }] },
      withManager({ value: 'm2', $ref: 'x' }),
    ],
    [
      'Entra: the manager by its short name (PAT-19)',
      { op: 'Replace', path: 'manager', value: { value: 'm2' } },
      withManager({ value: 'm2' }),
    ],
    [
      'Entra: the short name in a value (PAT-19)',
      { op: 'Replace', value: { manager: 'm2' } },
      withManager({ value: 'm2' }),
    ],
    [
      'Entra: manager.value (PAT-19)',
      { op: 'Replace', path: 'manager.value', value: 'm2' },
      withManager({ value: 'm2' }),
    ],
    [
      'Entra: an empty manager clears it (PAT-12)',
      { op: 'Replace', path: manager, value: { value: '' } },
      withManager(undefined),
    ],
    ['Entra: an empty string clears it (PAT-12)', { op: 'Replace', path: manager, value: '' }, withManager(undefined)],
    [
      'Entra: an empty manager.value clears it (PAT-12)',
      { op: 'Replace', path: `${manager}.value`, value: '' },
      withManager(undefined),
    ],
    ['the name of the manager is ignored (PAT-13)', { op: 'Replace', path: manager, value: { displayName: 'x' } }, {}],
    [
      'Snowflake: a dot after the URN (PAT-3)',
      { op: 'replace', path: `${SNOWFLAKE_USER}.defaultRole`, value: 'R' },
      { [SNOWFLAKE_USER]: { type: 'service', defaultRole: 'R' } },
    ],
    [
      'Snowflake: short names (PAT-22)',
      { op: 'replace', value: { givenName: 'Bea', familyName: 'Ray' } },
      { name: { familyName: 'Ray', givenName: 'Bea' } },
    ],
    ['Snowflake: type null leaves it (SNO-1)', { op: 'replace', path: `${SNOWFLAKE_USER}:type`, value: null }, {}],
    ['Snowflake: type cannot be removed (SNO-1)', { op: 'remove', path: `${SNOWFLAKE_USER}:type` }, {}],
    ...[
      { op: 'remove', path: SNOWFLAKE_USER },
      { op: 'replace', path: SNOWFLAKE_USER, value: null },
      { op: 'remove', path: 'schemas', value: [SNOWFLAKE_USER] },
    ].map((operation): [string, Json, Record<string, unknown>] => [
      `Snowflake: type is person again without its extension: ${JSON.stringify(operation)} (SNO-1)`,
      operation,
      { [SNOWFLAKE_USER]: { type: 'person' } },
    ]),
    [
      'Snowflake: type in any case (SNO-1)',
      { op: 'replace', value: { [SNOWFLAKE_USER]: { TYPE: 'PERSON' } } },
      { [SNOWFLAKE_USER]: { type: 'person' } },
    ],
    [
      'SCIM-SDK: one object inside an array (PAT-27)',
      { op: 'replace', value: [{ title: 'Dr', name: { givenName: 'Bea' } }] },
      { title: 'Dr', name: { familyName: 'Lee', givenName: 'Bea' } },
    ],
    ['Okta: password (OKT-1)', { op: 'replace', value: { password: 's3cret' } }, { password: 's3cret' }],
    [
      'unknown names in a value are ignored (RES-13)',
      { op: 'add', value: { a: 1, 'b[c].d': 2, 'urn:x:y': { z: 1 }, __proto__x: 1, [`${ENTERPRISE_USER}:shoe`]: 1 } },
      {},
    ],
    [
      'core attributes in a container of the core URN',
      { op: 'add', value: { [CORE_USER]: { title: 'Dr' } } },
      { title: 'Dr' },
    ],
  ])('%s', (_name, operation, expected) => {
    expect(changes([operation])).toEqual(expected)
  })

  test('Okta sees the attributes of Snowflake under the enterprise URN (SNO-1)', () => {
    const okta = resourceTypes('OKTA').User
    const operations = [
      { op: 'replace', path: `${ENTERPRISE_USER}:defaultRole`, value: 'R' },
      { op: 'replace', path: `${SNOWFLAKE_USER}:defaultWarehouse`, value: 'W' },
      { op: 'replace', path: `${ENTERPRISE_USER}:type`, value: null },
    ]
    const before = { userName: 'ann', [ENTERPRISE_USER]: { type: 'person' } }
    expect(patch(operations, before, okta)).toEqual({
      userName: 'ann',
      [ENTERPRISE_USER]: { type: 'person', defaultRole: 'R', defaultWarehouse: 'W' },
    })
  })

  test('prototype names are data that nobody asked for (MED-6)', () => {
    const value = JSON.parse(
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"name":{"__proto__":{"polluted":1}}}',
    )
    expect(changes([{ op: 'add', value }])).toEqual({})
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
  })
})

describe('applyPatch() of a group', () => {
  const steps = (operations: Json) => {
    const read = parsePatch(Group, { schemas: [PATCH_OP], Operations: operations })
    const { attributes, memberSteps } = applyPatch(Group, { displayName: 'Ops' }, read, { id: 'g1' })
    return [{ ...attributes }, memberSteps]
  }
  const ops = { displayName: 'Ops' }

  test.each<[string, Json, unknown]>([
    [
      'adds a list',
      {
        op: 'Add',
        path: 'members',
        value: [
          { $ref: null, value: 'u1' },
          { value: 'u2', display: 'Bo' },
        ],
      },
      { kind: 'add', members: [{ value: 'u1' }, { value: 'u2', display: 'Bo' }] },
    ],
    [
      'adds one',
      { op: 'add', path: 'members', value: { value: 'u1', type: 'User' } },
      { kind: 'add', members: [{ value: 'u1' }] },
    ],
    ['adds without a path', { op: 'add', value: [{ value: 'u1' }] }, { kind: 'add', members: [{ value: 'u1' }] }],
    [
      'adds in a value',
      { op: 'add', value: { members: [{ value: 'u1' }, { value: 'u1' }] } },
      { kind: 'add', members: [{ value: 'u1' }] },
    ],
    ['removes by a filter', { op: 'remove', path: 'members[value eq "u1"]' }, { kind: 'remove', ids: ['u1'] }],
    [
      'removes by a filter of several',
      { op: 'remove', path: 'members[value eq "u1" or (value eq "u2" or value eq "u3")]' },
      { kind: 'remove', ids: ['u1', 'u2', 'u3'] },
    ],
    [
      'removes by a list',
      { op: 'Remove', path: 'members', value: [{ $ref: null, value: 'u1' }] },
      { kind: 'remove', ids: ['u1'] },
    ],
    [
      'removes whoever is listed, groups too (PAT-25)',
      { op: 'remove', path: 'members', value: [{ value: 'g2', type: 'Group' }, { value: 'u1' }, { value: 'u1' }] },
      { kind: 'remove', ids: ['g2', 'u1', 'u1'] },
    ],
    ['removes all', { op: 'remove', path: 'members' }, { kind: 'clear' }],
    [
      'replaces all',
      { op: 'replace', path: 'members', value: [{ value: 'u1' }] },
      { kind: 'replace', members: [{ value: 'u1' }] },
    ],
    ['replaces all by none', { op: 'replace', path: 'members', value: [] }, { kind: 'replace', members: [] }],
    ['replaces in a value', { op: 'replace', value: { members: null } }, { kind: 'replace', members: [] }],
  ])('%s (PAT-10, PAT-21, PAT-22)', (_name, operation, step) => {
    expect(steps([operation])).toEqual([ops, [step]])
  })

  test('removes by any other filter (PAT-21)', () => {
    expect(steps([{ op: 'remove', path: 'members[display sw "A"]' }])).toMatchObject([ops, [{ kind: 'removeWhere' }]])
    expect(steps([{ op: 'remove', path: 'members[value eq "u1" and type eq "User"]' }])).toMatchObject([
      ops,
      [{ kind: 'removeWhere' }],
    ])
  })

  test.each<[Json]>([
    [{ op: 'remove', path: 'members', value: [] }],
    [{ op: 'add', path: 'members', value: [] }],
    [{ op: 'add', path: 'members', value: null }],
  ])('never empties a group by mistake: %j (PAT-10)', (operation) => {
    expect(steps([operation])).toEqual([ops, []])
  })

  test('a rename that repeats the own id, mixed with members (OKT-2, PAT-13, PAT-21)', () => {
    expect(
      steps([
        { op: 'replace', value: { id: 'g1', displayName: 'Ops EU' } },
        { op: 'remove', path: 'members[value eq "u1"]' },
        { op: 'add', path: 'members', value: [{ value: 'u2' }] },
      ]),
    ).toEqual([
      { displayName: 'Ops EU' },
      [
        { kind: 'remove', ids: ['u1'] },
        { kind: 'add', members: [{ value: 'u2' }] },
      ],
    ])
  })

  const whole = (op: string) =>
    `Cannot ${op} a part of a member: memberships are added and removed whole; use the path "members", or members[value eq "<id>"] with remove`
  test.each<[Json, string, string]>([
    [{ op: 'replace', path: 'members[value eq "u1"].display', value: 'x' }, 'mutability', whole('replace')],
    [{ op: 'remove', path: 'members.display' }, 'mutability', whole('remove')],
    [{ op: 'replace', path: 'members[value eq "u1"]', value: { value: 'u2' } }, 'mutability', whole('replace')],
    [
      { op: 'add', path: 'members', value: [{ display: 'x' }] },
      'invalidValue',
      'The attribute members.value is required: send it with a value',
    ],
    [{ op: 'add', path: 'members', value: 'u1' }, 'invalidValue', 'Cannot read members "u1": expected an object'],
    ...['add', 'replace', 'remove'].flatMap((op): [Json, string, string][] => [
      [{ op, path: 'members', value: [null] }, 'invalidValue', 'Cannot read members null: expected an object'],
      ...[{}, [{}], [{ value: 'u1' }, { id: 'u2' }], [{ value: '' }]].map((value): [Json, string, string] => [
        { op, path: 'members', value },
        'invalidValue',
        'The attribute members.value is required: send it with a value',
      ]),
    ]),
    [
      { op: 'add', path: 'members', value: { value: 'g2', type: 'Group' } },
      'invalidValue',
      'Cannot add "g2": groups cannot be members of groups here; add the users themselves',
    ],
    [
      { op: 'remove', path: 'displayName' },
      'mutability',
      'Cannot remove displayName: it is required; replace it instead',
    ],
    [
      { op: 'replace', value: { id: 'g2', displayName: 'x' } },
      'mutability',
      'Cannot change the id of the Group "g1" to "g2": leave it out',
    ],
    [
      { op: 'remove', value: [{ value: 'u1' }] },
      'noTarget',
      'Cannot remove without a path: name the attribute to remove in "path"',
    ],
  ])('refuses %j', (operation, scimType, detail) => {
    expect(refusal(() => steps([operation]))).toEqual([400, scimType, detail])
  })
})

describe('a large PATCH', () => {
  /** How many texts are folded in a PATCH of as many operations on a user with as many values. */
  function countFolds(size: number): number {
    const photos = Array.from({ length: size }, (_, i) => ({ type: 'photo', value: `https://example.com/${i}` }))
    const Operations = Array.from({ length: size }, (_, i) =>
      i % 2 === 0
        ? { op: 'add', path: 'photos', value: [{ value: `https://example.com/new/${i}` }] }
        : { op: 'replace', path: `photos[value eq "https://example.com/${i}"].display`, value: `Photo ${i}` },
    )
    const folds = vi.spyOn(String.prototype, 'toLowerCase')
    const after = patch(Operations, { userName: 'ann', photos })
    const count = folds.mock.calls.length
    folds.mockRestore()
    expect(after.photos).toHaveLength(1.5 * size)
    return count
  }

  test('folds each value once, and not once for each operation', () => {
    const [one, two] = [countFolds(100), countFolds(200)]
    expect(one).toBeGreaterThan(200)
    expect(two).toBeLessThan(2.1 * one)
  })

  test('that grows a user beyond the limit is refused', () => {
    const Operations = [0, 1, 2].map((i) => ({
      op: 'add',
      path: 'emails',
      value: [{ value: `${i}${'x'.repeat(100_000)}` }],
    }))
    expect(refusal(() => patch(Operations, { userName: 'ann' }))).toEqual([
      413,
      undefined,
      'Cannot store 300071 bytes of attributes: at most 262144 are allowed per resource',
    ])
  })
})

describe('sameAttributes()', () => {
  test('ignores the order of names, and nothing else (PAT-7)', () => {
    expect(sameAttributes({ a: 1, b: [{ c: 'x', d: true }] }, { b: [{ d: true, c: 'x' }], a: 1 })).toBe(true)
    expect(sameAttributes({ a: [1, 2] }, { a: [2, 1] })).toBe(false)
    expect(sameAttributes({ a: 1 }, { a: 1, b: 2 })).toBe(false)
    expect(sameAttributes({ toString: 'x' }, { a: 'x' })).toBe(false)
    expect(sameAttributes({ a: 'true' }, { a: true })).toBe(false)
    expect(sameAttributes(['x'], { 0: 'x' })).toBe(false)
  })
})
