import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FileError } from '../../../shared/drift/file-error.ts'
import { parseGroupsFile } from '../../../shared/drift/groups-file.ts'
import { toRoleHere, toUserHere, type UserHere } from '../../../shared/drift/here.ts'
import { parseMapping } from '../../../shared/drift/mapping.ts'
import { compareWithFile, type DriftQuestion } from '../../../shared/drift/report.ts'
import { parseUsersFile } from '../../../shared/drift/users-file.ts'
import { sample, sampleUsers } from '../../factories/samples.ts'

const OKTA = 'OKTA_PROVISIONER'
/** A file with these columns, and rows below. */
const parse = (text: string) => parseUsersFile(text, new Map())
const csv = (...lines: string[]) => parse(`${lines.join('\n')}\n`)
const HEADER = 'User Id,First name,Last name,Username,Primary email,Status'
const okta = (...rows: string[]) => csv(HEADER, ...rows)
const user = (userName: string, more: object = {}): UserHere =>
  toUserHere({ id: `id-${userName}`, userName, active: true, owner: OKTA, ...more })
const found = (question: DriftQuestion) => compareWithFile(question).differences

describe('compareWithFile()', () => {
  test.each([
    [
      'who is in the file and not here',
      okta(',,,ada@x,,ACTIVE'),
      [],
      [{ class: 'missing-here', name: 'ada@x', there: 'on', here: 'absent', line: 2 }],
    ],
    [
      'who is here and not in the file, under the role of the export',
      okta(',,,ada@x,,ACTIVE'),
      [user('ada@x'), user('bo@x')],
      [{ class: 'missing-there', name: 'bo@x', there: 'absent', here: 'active', id: 'id-bo@x' }],
    ],
    [
      'who may have been renamed, by externalId',
      okta('00u1,,,ada.b@x,,ACTIVE'),
      [user('ada@x', { externalId: '00u1' })],
      [
        {
          ...{ class: 'renamed', name: 'ada.b@x', attribute: 'userName', there: 'ada.b@x', here: 'ada@x' },
          ...{ detail: 'the same externalId', line: 2, id: 'id-ada@x' },
        },
      ],
    ],
    [
      'who may have been renamed, by e-mail address in any letter case',
      okta(',,,ada.b@x,Ada@x,ACTIVE'),
      [user('ada@x', { emails: [{ value: 'ada@x' }] })],
      [
        {
          ...{ class: 'renamed', name: 'ada.b@x', attribute: 'userName', there: 'ada.b@x', here: 'ada@x' },
          ...{ detail: 'the same email', line: 2, id: 'id-ada@x' },
        },
      ],
    ],
    [
      'who is off there and active here, or the other way round',
      okta(',,,ada@x,,DEPROVISIONED', ',,,bo@x,,ACTIVE', ',,,chen@x,,STAGED'),
      [user('ada@x'), user('bo@x', { active: false }), user('chen@x')],
      [
        { class: 'active', name: 'ada@x', attribute: 'active', there: 'off', here: 'active', line: 2, id: 'id-ada@x' },
        { class: 'active', name: 'bo@x', attribute: 'active', there: 'on', here: 'inactive', line: 3, id: 'id-bo@x' },
        {
          ...{ class: 'active', name: 'chen@x', attribute: 'active', there: 'staged', here: 'active' },
          ...{ line: 4, id: 'id-chen@x' },
        },
      ],
    ],
    [
      'who is suspended there and active here',
      okta(',,,ada@x,,SUSPENDED', ',,,bo@x,,SUSPENDED'),
      [user('ada@x'), user('bo@x', { active: false })],
      [
        {
          ...{ class: 'suspended', name: 'ada@x', attribute: 'active', there: 'suspended', here: 'active' },
          ...{ line: 2, id: 'id-ada@x' },
        },
      ],
    ],
    [
      'attributes that both carry, empty ones too',
      okta(',Ada,Arbor,ada@x,,ACTIVE', ',,Birch,bo@x,,ACTIVE'),
      [user('ada@x', { name: { givenName: 'ada' } }), user('bo@x', { name: { givenName: 'Bo' } })],
      [
        {
          ...{ class: 'attribute', name: 'ada@x', attribute: 'name.givenName', there: 'Ada', here: 'ada' },
          ...{ line: 2, id: 'id-ada@x' },
        },
        { class: 'attribute', name: 'bo@x', attribute: 'name.givenName', here: 'Bo', line: 3, id: 'id-bo@x' },
      ],
    ],
    [
      'what was changed directly here',
      okta(',Ada,,ada@x,,ACTIVE', ',Bo,,bo@x,,ACTIVE'),
      [
        user('ada@x', {
          ...{ name: { givenName: 'Adele' } },
          directChanges: { 'name.givenName': '2026-11-01T00:00:00.000Z' },
        }),
        user('bo@x', { name: { givenName: 'Bo' } }),
      ],
      [
        {
          ...{ class: 'attribute', name: 'ada@x', attribute: 'name.givenName', there: 'Ada', here: 'Adele' },
          ...{ line: 2, id: 'id-ada@x', detail: 'changed directly 2026-11-01T00:00:00.000Z' },
        },
        {
          ...{ class: 'direct', name: 'ada@x', attribute: 'name.givenName', there: 'Ada', here: 'Adele' },
          ...{ line: 2, id: 'id-ada@x', detail: 'changed directly 2026-11-01T00:00:00.000Z' },
        },
      ],
    ],
    [
      'what was changed directly here and has no column in the file, or no value any more',
      okta(',,,ada@x,,ACTIVE'),
      [
        user('ada@x', {
          ...{ active: true, title: 'Lead' },
          directChanges: {
            active: '2026-11-01T00:00:00.000Z',
            title: '2026-11-02T00:00:00.000Z',
            nickName: '2026-11-03T00:00:00.000Z',
          },
        }),
      ],
      [
        {
          ...{ class: 'direct', name: 'ada@x', attribute: 'active', there: 'on', here: 'active' },
          ...{ line: 2, id: 'id-ada@x', detail: 'changed directly 2026-11-01T00:00:00.000Z' },
        },
        {
          ...{ class: 'direct', name: 'ada@x', attribute: 'title', here: 'Lead' },
          ...{ line: 2, id: 'id-ada@x', detail: 'changed directly 2026-11-02T00:00:00.000Z' },
        },
        {
          ...{ class: 'direct', name: 'ada@x', attribute: 'nickName' },
          ...{ line: 2, id: 'id-ada@x', detail: 'changed directly 2026-11-03T00:00:00.000Z' },
        },
      ],
    ],
    [
      'who is owned by another role than most',
      okta(',,,ada@x,,ACTIVE', ',,,bo@x,,ACTIVE', ',,,chen@x,,ACTIVE'),
      [user('ada@x'), user('bo@x'), user('chen@x', { owner: 'AAD_PROVISIONER' })],
      [{ class: 'owner', name: 'chen@x', there: OKTA, here: 'AAD_PROVISIONER', line: 4, id: 'id-chen@x' }],
    ],
    [
      'names of the file that would be one name here',
      okta(',,,ada@x,,ACTIVE', ',,,ADA@X,,ACTIVE', ',,,ﬁnn@x,,ACTIVE', ',,,Finn@x,,ACTIVE'),
      [user('ada@x'), user('finn@x')],
      [
        { class: 'collision', name: 'ada@x', there: 'ada@x, ADA@X', detail: 'lines 2, 3', line: 2 },
        { class: 'collision', name: 'ﬁnn@x', there: 'ﬁnn@x, Finn@x', detail: 'lines 4, 5', line: 4 },
      ],
    ],
    [
      'characters that are not seen, but for those that belong there',
      okta(',A\u200Bda\u0007,,ada\u200D@x,,ACTIVE', ',❤️‍🔥,می‌خواهم,bo@x ,,ACTIVE'),
      [user('ada@x'), user('bo@x')],
      [
        {
          ...{
            class: 'characters',
            name: 'ada\u200D@x',
            attribute: 'userName',
            there: 'ada\u200D@x',
            detail: 'U+200D',
          },
          line: 2,
        },
        {
          ...{ class: 'characters', name: 'ada\u200D@x', attribute: 'name.givenName', there: 'A\u200Bda\u0007' },
          ...{ detail: 'U+200B, U+0007', line: 2 },
        },
        { class: 'characters', name: 'bo@x', attribute: 'userName', there: 'bo@x ', detail: 'U+0020', line: 3 },
      ],
    ],
    [
      'rows without the column that is matched',
      okta(',,,ada@x,,ACTIVE', ',Bo,,,,ACTIVE'),
      [user('ada@x')],
      [{ class: 'no-name', name: 'line 3', attribute: 'userName', detail: 'line 3', line: 3 }],
    ],
    [
      'words about who may sign in that nobody understands',
      okta(',,,ada@x,,ACTIVE', ',,,bo@x,,MAYBE', ',,,chen@x,,Perhaps', ',,,dora@x,,'),
      [user('ada@x'), user('bo@x'), user('dora@x')],
      [
        { class: 'missing-here', name: 'chen@x', there: 'unknown', here: 'absent', line: 4 },
        { class: 'unknown-state', name: 'bo@x', attribute: 'active', there: 'MAYBE', line: 3 },
        { class: 'unknown-state', name: 'chen@x', attribute: 'active', there: 'Perhaps', line: 4 },
      ],
    ],
    [
      'words of SCIM that are neither true nor false',
      parse('[{"userName":"ada@x","active":"maybe"},{"userName":"bo@x","active":null},{"userName":"chen@x"}]'),
      [user('ada@x'), user('bo@x'), user('chen@x')],
      [{ class: 'unknown-state', name: 'ada@x', attribute: 'active', there: 'maybe', line: 1 }],
    ],
    [
      'as notes: who is off there and absent here, off here and absent there, and what others own',
      okta(',,,ada@x,,ACTIVE', ',,,gone@x,,DEPROVISIONED'),
      [user('ada@x'), user('left@x', { active: false }), user('hr@x', { owner: 'HR' })],
      [
        { class: 'off-and-absent', name: 'gone@x', there: 'off', here: 'absent', line: 3 },
        { class: 'off-and-absent', name: 'left@x', there: 'absent', here: 'inactive', id: 'id-left@x' },
        { class: 'of-others', name: 'hr@x', there: 'absent', here: 'active', detail: 'owner HR', id: 'id-hr@x' },
      ],
    ],
  ])('tells %s', (_name, file, here, expected) => {
    expect(found({ file, here })).toEqual(expected.map((one) => ({ type: 'USER', ...one })))
  })

  test('white space, Unicode form and the letter case of names do not count', () => {
    const file = okta(`,Jo\u0308rg,Van  der\u00A0Berg ,Ada@X,ADA@x,ACTIVE`)
    const name = { givenName: 'Jörg', familyName: 'Van der Berg' }
    expect(found({ file, here: [user('ada@x', { name, emails: [{ value: 'ada@X' }] })] })).toEqual([])
  })

  test('an attribute that nobody has here is not compared, nor one that is not asked for', () => {
    const file = okta(',Ada,Arbor,ada@x,,ACTIVE')
    const here = [user('ada@x', { name: { familyName: 'Birch' } })]
    expect(compareWithFile({ file, here }).attributes).toEqual(['familyName'])
    expect(found({ file, here, attributes: ['givenName'] }).map(({ attribute }) => attribute)).toEqual([
      'name.givenName',
    ])
  })

  test('an attribute that is asked for and that one side has nowhere cannot be compared', () => {
    const file = okta(',Ada,Arbor,ada@x,,ACTIVE')
    expect(() => found({ file, here: [user('ada@x', { title: 'X' })], attributes: ['title'] })).toThrow(
      new FileError('Nobody in the file has title: name its column by --map title=COLUMN, or leave it out'),
    )
    expect(found({ file, here: [user('ada@x')], attributes: ['givenName'] }).map(({ attribute }) => attribute)).toEqual(
      ['name.givenName'],
    )
  })

  test('a file that says nothing of who may sign in says nothing of active', () => {
    const file = sampleUsers('okta-csv-import.csv')
    const here = file.users.map(({ values }) =>
      toUserHere({ id: values.userName, owner: OKTA, active: false, ...values }),
    )
    expect(compareWithFile({ file, here, attributes: [] }).differences).toEqual([])
  })

  test('names that are no addresses are matched by e-mail address, unless it is said otherwise', () => {
    const file = sampleUsers('jumpcloud-users.csv')
    const here = sampleUsers('okta-password-health.csv').users.map(({ values }) => user(values.userName ?? ''))
    expect(compareWithFile({ file, here })).toMatchObject({ matchedBy: 'email', pairs: 10 })
    expect(compareWithFile({ file, here, match: 'userName' })).toMatchObject({ matchedBy: 'userName', pairs: 0 })
  })

  test("by externalId, also by the id of Entra's export, a changed name is one that was renamed", () => {
    const file = sampleUsers('entra-users-download.csv')
    const here = [user('adele@example.com', { externalId: '0f0e0d0c-0000-4000-8000-000000000001' })]
    const { counts, pairs } = compareWithFile({ file, here, match: 'externalId' })
    expect({ pairs, renamed: counts.renamed, missing: counts['missing-here'] }).toEqual({
      ...{ pairs: 1, renamed: 1, missing: 7 },
    })
    expect(() =>
      compareWithFile({ file: sampleUsers('google-users-download.csv'), here, match: 'externalId' }),
    ).toThrow(new FileError('The file (Google Workspace users download) has no externalId: match by userName or email'))
  })

  test('who has the same name and another externalId is one user, and renamed in no case', () => {
    const file = okta('00u1,,,ada@x,ada@x,ACTIVE', '00u2,,,bo@x,,ACTIVE', ',,,chen@x,,ACTIVE', ',,,dora@x,,ACTIVE')
    const emails = [{ value: 'ada@x' }]
    const here = [
      user('ADA@x', { externalId: 'a1', emails }),
      user('bo@x'),
      user('chen@x', { externalId: 'c1' }),
      user('dora@x'),
    ]
    const { pairs, differences } = compareWithFile({ file, here, match: 'externalId' })
    const differs = { class: 'attribute', type: 'USER', attribute: 'externalId' }
    expect({ pairs, differences }).toEqual({
      pairs: 4,
      differences: [
        { ...differs, name: 'ada@x', there: '00u1', here: 'a1', detail: 'the same userName', line: 2, id: 'id-ADA@x' },
        { ...differs, name: 'bo@x', there: '00u2', detail: 'the same userName', line: 3, id: 'id-bo@x' },
        { ...differs, name: 'chen@x', here: 'c1', detail: 'the same userName', line: 4, id: 'id-chen@x' },
      ],
    })
  })

  test('who has the same name, which is no address, and another e-mail address is one user', () => {
    const file = okta(',,,ada,ada@x,ACTIVE', ',,,bo,bo@x,ACTIVE')
    const here = [user('ada', { emails: [{ value: 'ada@y' }] }), user('bo', { emails: [{ value: 'BO@x' }] })]
    expect(found({ file, here, match: 'email' })).toEqual([
      {
        ...{ class: 'attribute', type: 'USER', name: 'ada', attribute: 'emails', there: 'ada@x', here: 'ada@y' },
        ...{ detail: 'the same userName', line: 2, id: 'id-ada' },
      },
    ])
  })

  test('what a file was made from does not differ from it, whatever is in it', () => {
    const name = fc.string({
      unit: fc.constantFrom('a', 'B', 'é', 'ß', '"', ',', "'", '-'),
      minLength: 1,
      maxLength: 6,
    })
    const person = fc.record({ name, given: name, active: fc.boolean() })
    const people = fc.uniqueArray(person, { selector: (one) => one.name.toLowerCase().replaceAll('ß', 'ss') })
    const cell = (text: string) => `"${text.replaceAll('"', '""')}"`
    return fc.assert(
      fc.property(people, (all) => {
        const rows = all.map((one) => ['', one.given, '', one.name, '', one.active ? 'ACTIVE' : 'DEPROVISIONED'])
        const file = okta(...rows.map((cells) => cells.map(cell).join(',')))
        const here = all.map((one) => user(one.name, { name: { givenName: one.given }, active: one.active }))
        expect(compareWithFile({ file, here })).toMatchObject({ differences: [], same: all.length })
      }),
    )
  })

  test('every user of either side is told of once: on both sides, on one, or as one that cannot be matched', () => {
    const names = fc.uniqueArray(fc.constantFrom(...'abcdefghij'), { maxLength: 8 })
    return fc.assert(
      fc.property(names, names, (there, here) => {
        const file = okta(...there.map((name) => `,,,${name}@x,,ACTIVE`))
        const { counts, pairs } = compareWithFile({ file, here: here.map((name) => user(`${name}@x`)), role: OKTA })
        expect(pairs + counts['missing-here']).toBe(there.length)
        expect(pairs + counts['missing-there']).toBe(here.length)
        expect(pairs).toBe(there.filter((name) => here.includes(name)).length)
      }),
    )
  })
})

describe('roles', () => {
  const role = (name: string, owner = OKTA) => toRoleHere({ id: `role-${name}`, displayName: name, owner })
  const holder = (userName: string, roles: string[], more: object = {}) =>
    user(userName, { groups: roles.map((name) => ({ value: `role-${name}` })), ...more })
  const report = 'Group name,Okta username\nFinance,ada@x\nFinance,bo@x\nSales,ADA@x\n'
  const file = okta(',,,ada@x,,ACTIVE', ',,,bo@x,,ACTIVE', ',,,chen@x,,ACTIVE')
  const ask = (here: UserHere[], roles: ReturnType<typeof role>[], only: string[] = []) =>
    found({ file, here, groups: { files: [parseGroupsFile(report)], roles, only } })

  test('that agree are no drift', () => {
    const here = [holder('ada@x', ['Finance', 'Sales']), holder('bo@x', ['Finance']), holder('chen@x', [])]
    expect(ask(here, [role('finance'.replace('f', 'F')), role('Sales')])).toEqual([])
  })

  test('differ by members on one side, and by roles on one side', () => {
    const here = [holder('ada@x', ['Finance']), holder('bo@x', []), holder('chen@x', ['Finance'])]
    expect(ask(here, [role('Finance'), role('Legal')])).toEqual([
      {
        ...{ class: 'role-members', type: 'USER', name: 'bo@x', attribute: 'Finance' },
        ...{ there: 'member', here: 'no member', line: 3, id: 'id-bo@x' },
      },
      {
        ...{ class: 'role-members', type: 'USER', name: 'chen@x', attribute: 'Finance' },
        ...{ there: 'no member', here: 'member', id: 'id-chen@x' },
      },
      { class: 'role-missing', type: 'ROLE', name: 'Sales', there: 'there', here: 'absent' },
      { class: 'role-missing', type: 'ROLE', name: 'Legal', there: 'absent', here: 'here', id: 'role-Legal' },
    ])
    expect(ask(here, [role('Finance'), role('Legal')], ['LEGAL', 'Sales']).map(({ name }) => name)).toEqual([
      ...['Sales', 'Legal'],
    ])
  })

  test('that several files name are compared once, with the members of all', () => {
    const here = [holder('ada@x', ['Finance', 'Sales']), holder('bo@x', ['Finance']), holder('chen@x', [])]
    const files = [report, report, 'Group name,Okta username\nFINANCE,chen@x\nNew,bo@x\n'].map((one) =>
      parseGroupsFile(one),
    )
    const groups = { files: [...files, ...files], roles: [role('Finance'), role('Sales')], only: [] }
    expect(found({ file, here, groups }).map((one) => [one.class, one.name])).toEqual([
      ['role-members', 'chen@x'],
      ['role-missing', 'New'],
    ])
  })

  test('that are named must be on one side, else nothing of them would be compared', () => {
    const here = [holder('ada@x', ['Finance'])]
    expect(() => ask(here, [role('Finance'), role('Legal', 'HR')], ['finance', 'Legal'])).toThrow(
      new FileError('There is no group "Legal" in the files, only: Finance, Sales'),
    )
    const one = parseGroupsFile(`${HEADER}\n,,,ada@x,,ACTIVE\n`, 'Finance')
    const groups = { files: [one], roles: [role('Finance'), role('Sales')], only: ['Finance', 'Sales'] }
    expect(() => found({ file, here, groups })).toThrow(
      new FileError('There is no group "Sales" in the files, only: Finance'),
    )
  })

  test('of another owner are told as such; who is missing here is not told again as a member', () => {
    const here = [holder('ada@x', []), holder('chen@x', [])]
    expect(ask(here, [role('Finance', 'HR'), role('Sales')]).map((one) => [one.class, one.name])).toEqual([
      ['missing-here', 'bo@x'],
      ['role-members', 'ada@x'],
      ['owner', 'Finance'],
    ])
  })

  test('that Okta reports without the deactivated say nothing of who is deactivated here', () => {
    const left = holder('left@x', ['Finance'], { active: false })
    const here = [holder('ada@x', ['Finance', 'Sales']), holder('bo@x', ['Finance']), holder('chen@x', []), left]
    expect(ask(here, [role('Finance'), role('Sales')]).map((one) => one.class)).toEqual(['off-and-absent'])
  })

  test('of SCIM are joined with the users of the same side by their ids there', () => {
    const users = sampleUsers('scim-users.json')
    const groups = parseGroupsFile(sample('scim-groups.json'))
    const byId = new Map(users.users.map(({ objectId, values }) => [objectId, values.userName]))
    const rolesOf = (userName: string | undefined) =>
      [...groups.groups.values()]
        .filter(({ members }) => members.some(({ objectId }) => byId.get(objectId) === userName))
        .map(({ name }) => ({ value: `role-${name}` }))
    const here = users.users.map(({ values, status }) =>
      user(values.userName ?? '', { active: status === 'on', groups: rolesOf(values.userName) }),
    )
    const roles = ['Finance', 'Data', 'Sales', 'Legal'].map((name) => role(name))
    const question = { file: users, here, attributes: [], groups: { files: [groups], roles, only: [] } }
    expect(found(question)).toEqual([])
    const without = here.map((one) => (one.values.userName?.startsWith('ada') ? { ...one, roles: [] } : one))
    expect(found({ ...question, here: without }).map((one) => [one.name, one.attribute])).toEqual([
      ['ada@example.com', 'Finance'],
    ])
  })
})

describe('files that are not recognised', () => {
  test('are told with their header and what would do', () => {
    expect(() => csv('Login name,Enabled', 'ada@x,yes')).toThrow(
      /^The file is not recognised by its header: it fits no format. Its columns: Login name, Enabled\n.*\n {2}Okta people export: username \+ primaryemail \+ status\n[\s\S]*--map userName=COLUMN,active=COLUMN/,
    )
  })

  test('are read by the columns that are named, in any letter case and with commas in them', () => {
    const mapping = parseMapping(['username=Login, name,inactive=Locked'])
    const { users, by, format } = parseUsersFile('"Login, name",locked\nada@x,no\nbo@x,YES\n', mapping)
    expect(users.map(({ values, status }) => [values.userName, status])).toEqual([
      ...[
        ['ada@x', 'on'],
        ['bo@x', 'off'],
      ],
    ])
    expect([format.name, by]).toEqual(['CSV of another kind', 'the columns named by --map'])
  })

  test.each([['userName=Login', 'There is no column "Login", only: a, b']])(
    'name what there is for %s',
    (map, message) => {
      expect(() => parseUsersFile('a,b\n1,2\n', parseMapping([map]))).toThrow(
        new FileError(message, { header: ['a', 'b'] }),
      )
    },
  )

  test.each([
    ['Login=userName', /the other way round it is userName=Login$/],
    ['userName', /^Expected ATTRIBUTE=COLUMN, with one of userName, externalId, .*, active, inactive$/],
    ['userName=a,username=b', /^The same attribute is mapped twice: give each one column$/],
    ['active=a,inactive=b', /^active and inactive contradict each other: map one of them$/],
  ])('refuse --map %s', (map, message) => {
    expect(() => parseMapping([map])).toThrow(message)
  })

  test('a row with more cells than the header is no row to trust', () => {
    expect(() => okta(',Ada,Arbor, MD,ada@x,,ACTIVE')).toThrow(
      new FileError('Line 2 has 7 cells and the header 6: a text with the separator in it must be quoted', {
        ...{ line: 2, expected: '6 cells', header: expect.any(Array) },
      }),
    )
  })

  test.each([
    [
      'a page of a list',
      '{"totalResults":3,"Resources":[{"userName":"a"}]}',
      'The file holds 1 of 3 resources: get the other pages too, one a line',
      {},
    ],
    [
      'a broken line',
      '{"userName":"a"}\n{"userName"',
      'Line 2 is no JSON: expected a SCIM list, or one resource a line',
      { line: 2, expected: 'a SCIM list, or one resource a line' },
    ],
    ['a list of texts', '["a"]', 'What stands at place 1 is no SCIM resource but "a"', {}],
  ])('SCIM: %s is refused', (_name, text, message, place) => {
    expect(() => parseUsersFile(text, new Map())).toThrow(new FileError(message, place))
  })

  test('SCIM: more pages, and more members of a group, than a call has room for arguments', () => {
    const count = 200_000
    const pages = Array.from(
      { length: count },
      (_, i) => `{"totalResults":${count},"Resources":[{"userName":"u${i}"}]}`,
    )
    expect(parse(pages.join('\n')).users).toHaveLength(count)
    const members = Array.from({ length: count }, (_, i) => ({ value: `u${i}` }))
    const { groups } = parseGroupsFile(JSON.stringify([{ displayName: 'All', members }]))
    expect(groups.get('all')?.members).toHaveLength(count)
  })

  test('SCIM: one resource a line, an array, pages a line, names in any letter case', () => {
    const resources = ['{"USERNAME":"ada@x","Active":"True"}', '{"userName":"bo@x"}']
    const page = (one: string) => `{"totalResults":2,"Resources":[${one}]}`
    for (const text of [resources.join('\n'), `[${resources}]`, resources.map(page).join('\r\n')]) {
      const { users } = parseUsersFile(text, new Map())
      expect(users.map(({ values, status }) => [values.userName, status])).toEqual([
        ...[
          ['ada@x', 'on'],
          ['bo@x', 'unknown'],
        ],
      ])
    }
  })
})
