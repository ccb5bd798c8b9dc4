import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { FileError } from '../../../shared/drift/file-error.ts'
import { parseGroupsFile } from '../../../shared/drift/groups-file.ts'
import { formatsOf, parseTable } from '../../../shared/drift/header.ts'
import { parseMapping } from '../../../shared/drift/mapping.ts'
import { compareWithFile } from '../../../shared/drift/report.ts'
import { parseStatus } from '../../../shared/drift/status.ts'
import { parseUsersFile } from '../../../shared/drift/users-file.ts'
import { asHere, SAMPLES, sample, sampleUsers } from '../../factories/samples.ts'

const PEOPLE = ['ada', 'ben', 'chika', 'dora', 'erik', 'fatou', 'guel', 'hugo', 'ines', 'jun']

/** Every file of users: its format, who is on, off, suspended there, and whether it says so at all. */
const USERS_FILES: [file: string, format: string, states: string][] = [
  ['okta-group-export.csv', 'Okta people export', 'on on on off suspended on on on on on'],
  ['okta-password-health.csv', 'Okta Password Health report', 'on on on off suspended on on on on on'],
  ['okta-user-accounts-report.csv', 'Okta User Accounts report', 'on on on off suspended on on on on on'],
  ['okta-csv-import.csv', 'Okta import template', Array(10).fill('unknown').join(' ')],
  ['entra-users-download.csv', 'Entra users download', 'on on on off off on on on on on'],
  ['entra-users-download-2023.csv', 'Entra users download', 'on on on off off on on on on on'],
  ['entra-bulk-create.csv', 'Entra bulk create template', 'on on on off off on on on on on'],
  ['m365-active-users.csv', 'Microsoft 365 active users', 'on on on off off on on on on on'],
  ['google-users-download.csv', 'Google Workspace users download', 'on on on off suspended on on on on on'],
  ['google-users-download-short.csv', 'Google Workspace users download', 'on on on off suspended on on on on on'],
  ['jumpcloud-users.csv', 'JumpCloud users', 'on on on off off on on on on on'],
  ['scim-users.json', 'SCIM list', 'on on on off off on on on on on'],
]
const WITH_STATUS = USERS_FILES.filter(([, , states]) => !states.startsWith('unknown')).map(([file]) => file)
/** All samples but the one that is nobody's. */
const PROVIDERS = readdirSync(SAMPLES).filter((file) => file !== 'people.csv')
const GROUPS_FILES = ['okta-group-membership-report.csv', 'entra-group-members.csv', 'scim-groups.json']

test('blanks around the id by which groups name their members are none of it, as around names', () => {
  const [user] = sampleUsers('entra-users-download.csv').users
  const id = user?.objectId ?? ''
  const spaced = sample('entra-users-download.csv').replace(id, ` ${id} `)
  expect([id === '', parseUsersFile(spaced, new Map()).users[0]?.objectId]).toEqual([false, id])
})

describe('every sample', () => {
  test('is of users, of groups, or refused', () => {
    const refused = ['okta-group-import.csv', 'entra-group-import-members.csv', 'okta-system-log.csv']
    const known = [...USERS_FILES.map(([file]) => file), ...GROUPS_FILES, ...refused]
    expect(PROVIDERS.sort()).toEqual(known.sort())
  })

  test.each(PROVIDERS.filter((file) => file.endsWith('.csv')))('%s fits one format', (file) => {
    expect(formatsOf(parseTable(sample(file)).names)).toHaveLength(1)
  })

  test.each(USERS_FILES)('%s is recognised as %s, and who is on', (file, format, states) => {
    const read = sampleUsers(file)
    expect(read.format.name).toBe(format)
    expect(read.users.map(({ status }) => status).join(' ')).toBe(states)
    expect(read.saysStatus).toBe(WITH_STATUS.includes(file))
    expect(read.users.map(({ values }) => values.userName?.toLowerCase().replace('@example.com', ''))).toEqual(PEOPLE)
    expect([read.unknownWords, read.otherObjects]).toEqual([[], 0])
  })
})

describe('any two files of users that say who may sign in', () => {
  const pairs = WITH_STATUS.flatMap((one) => WITH_STATUS.map((other) => [one, other] as const))

  test.each(pairs)('%s against what %s made: the same people, on and off', (there, here) => {
    const file = sampleUsers(there)
    const { counts, differences, pairs } = compareWithFile({
      file,
      here: sampleUsers(here).users.map((u) => asHere(u)),
    })
    const onlyJunsAddress = differences.every(({ name, attribute }) => /^jun/.test(name) && attribute === 'emails')
    expect({ pairs, ...counts, attribute: 0 }).toEqual({ pairs: 10, ...NOTHING })
    expect(onlyJunsAddress).toBe(true)
    expect(differences.length).toBe(hasJunsAddress(there) !== hasJunsAddress(here) ? counts.attribute : 0)
  })

  const hasJunsAddress = (file: string) => file === 'jumpcloud-users.csv'
  const NOTHING = Object.fromEntries(
    Object.keys(compareWithFile({ file: sampleUsers('scim-users.json'), here: [] }).counts).map((name) => [name, 0]),
  )
})

describe('traps', () => {
  const userOf = (file: string, name: string) =>
    sampleUsers(file).users.find(({ values }) => values.userName?.toLowerCase().startsWith(name))

  test('quotes, commas and letters beyond ASCII are read as they were meant', () => {
    expect(userOf('entra-users-download.csv', 'hugo')?.values.displayName).toBe('Hugo "Huey" Hazel')
    expect(userOf('entra-users-download.csv', 'chika')?.values.title).toBe('Engineer, Data')
    expect(userOf('entra-users-download.csv', 'guel')?.values.displayName).toBe('Gül Ginkgo')
  })

  test("an id of Okta's is externalId, one of Entra's, Microsoft's or JumpCloud's is not", () => {
    expect(userOf('okta-user-accounts-report.csv', 'ada')?.values.externalId).toBe('00u01exampleuserid0x')
    const ada = (file: string) => [userOf(file, 'ada')?.values.externalId, userOf(file, 'ada')?.objectId]
    for (const file of ['entra-users-download.csv', 'entra-users-download-2023.csv', 'm365-active-users.csv']) {
      expect(ada(file)).toEqual([undefined, '0f0e0d0c-0000-4000-8000-000000000001'])
    }
    expect(ada('jumpcloud-users.csv')).toEqual([undefined, '5f0000000000000000000001'])
  })

  test.each([
    ['entra-users-download.csv', 'id'],
    ['entra-users-download-2023.csv', 'objectId'],
    ['m365-active-users.csv', '"Object Id"'],
  ])('%s: what is advised names the column that is in it', (file, column) => {
    const { trap } = sampleUsers(file).format
    expect(trap?.split('where the object id is sent instead, add ')[1]).toBe(`--map externalId=${column}`)
    const mapping = parseMapping([`externalId=${column.replaceAll('"', '')}`])
    expect(parseUsersFile(sample(file), mapping).users[0]?.values.externalId).toMatch(/^0f0e0d0c/)
  })

  test('a download of chosen columns without the id advises nothing about it', () => {
    const { trap } = parseUsersFile('userPrincipalName,accountEnabled\na@x,True\n', new Map()).format
    expect(trap).toBe('it has no mailNickname, which Entra sends as externalId unless told otherwise')
  })

  test('the display name of a report is no externalId', () => {
    const text = 'User,User fullname,Okta username,Okta user status\nAda Arbor,Ada Arbor,ada@example.com,Active\n'
    expect(parseUsersFile(text, new Map()).users[0]?.values).toEqual({
      ...{ userName: 'ada@example.com', displayName: 'Ada Arbor' },
    })
  })

  test('Block sign in is turned round, with or without the version line, in any language', () => {
    const rows =
      'Anmeldung sperren [accountEnabled],Name [userPrincipalName]\nVielleicht,a@x\nNein,b@x\nYes,c@x\nJA,d@x\n'
    for (const text of [rows, `version:v1.0,\n${rows}`]) {
      const { users, unknownWords } = parseUsersFile(text, new Map())
      expect(users.map(({ status }) => status)).toEqual(['unknown', 'on', 'off', 'off'])
      expect(unknownWords).toEqual(['Vielleicht'])
    }
    const bare = 'version:v1.0,\naccountEnabled,userPrincipalName\nYes,a@x\n'
    expect(parseUsersFile(bare, new Map()).users.map(({ status, line }) => [status, line])).toEqual([['off', 3]])
  })

  test.each([
    ['on', 'ja oui sí si sim sì WAHR Vrai verdadero vero verdadeiro waar'],
    ['off', 'nein non no não nao nee FALSCH Faux falso onwaar'],
  ])('%s is said by yes or no, true or false, of other languages too: %s', (status, words) => {
    expect(words.split(' ').map(parseStatus)).toEqual(words.split(' ').map(() => status))
  })

  test('the states of Okta are read as its API says them and as its console does', () => {
    const states = ['Pending user action', 'PASSWORD_RESET', 'Password expired', 'Locked out', 'Deactivated', 'Staged']
    expect(states.map(parseStatus)).toEqual(['on', 'on', 'on', 'on', 'off', 'staged'])
  })

  test('a semicolon, a tab and "sep=;" separate as a comma does', () => {
    const text = sample('google-users-download-short.csv')
    for (const [mark, separator] of [
      ['', ';'],
      ['', '\t'],
      ['sep=;\r\n', ';'],
    ] as const) {
      const { users } = parseUsersFile(`${mark}${text.replaceAll(',', separator)}`, new Map())
      expect(users.map(({ values }) => values)).toEqual(
        sampleUsers('google-users-download-short.csv').users.map(({ values }) => values),
      )
    }
  })

  test.each([
    [
      'okta-system-log.csv',
      'This is an Okta System Log: it tells what happened, not who is there: export people or a report instead',
    ],
    [
      'okta-group-import.csv',
      'This is an Okta list for "Assign people": it lists whom to add to a group, not who is there: export the group instead',
    ],
    [
      'entra-group-import-members.csv',
      'This is an Entra import members template: it lists whom to add to a group, not who is there: download the members instead',
    ],
    [
      'okta-group-membership-report.csv',
      'This is an Okta Group Membership report, a list of members: give it as --groups',
    ],
    ['entra-group-members.csv', 'This is an Entra group members download, a list of members: give it as --groups'],
    ['scim-groups.json', 'This is a list of groups: give it as --groups'],
  ])('%s is no file of users, and why', (file, message) => {
    expect(() => sampleUsers(file)).toThrow(new FileError(message))
  })
})

describe('files of groups', () => {
  const sizes = (file: string, group?: string) =>
    [...parseGroupsFile(sample(file), group).groups.values()].map(({ name, members }) => [name, members.length])

  test('of Okta name the group in each row', () => {
    expect(sizes('okta-group-membership-report.csv')).toEqual([
      ...[
        ['Finance', 2],
        ['Data', 2],
        ['Sales', 3],
        ['Legal', 1],
        ['Everyone', 1],
      ],
    ])
    expect(parseGroupsFile(sample('okta-group-membership-report.csv')).lacksDeactivated).toBe(true)
  })

  test('of Entra are one group each, which must be named; nested groups are no users', () => {
    expect(sizes('entra-group-members.csv', 'Finance')).toEqual([['Finance', 7]])
    expect(parseGroupsFile(sample('entra-group-members.csv'), 'Finance').otherObjects).toBe(1)
    expect(() => sizes('entra-group-members.csv')).toThrow(
      new FileError(
        'This file (Entra group members download) is one group and does not say which: name it by --group NAME',
      ),
    )
  })

  test('of SCIM name members by id; any file of users can be one group', () => {
    expect(sizes('scim-groups.json')).toEqual([
      ...[
        ['Finance', 2],
        ['Data', 2],
        ['Sales', 3],
        ['Legal', 1],
      ],
    ])
    expect(sizes('okta-group-export.csv', 'All')).toEqual([['All', 10]])
  })
})
