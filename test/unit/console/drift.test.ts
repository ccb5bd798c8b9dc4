import { describe, expect, test } from 'vitest'
import { jsonLines } from '../../../console/page/data/json-lines.ts'
import { commandOf } from '../../../console/page/drift/command.ts'
import { toCsv } from '../../../console/page/drift/csv.ts'
import { formOf } from '../../../console/page/drift/form.ts'
import { lastChangeOf } from '../../../console/page/drift/last-change.ts'
import { mapOf } from '../../../console/page/drift/name-columns.ts'
import { firstTab, mendsOf, notesOf, rowsOf, tabsOf } from '../../../console/page/drift/tabs.ts'
import type { EventRow } from '../../../shared/audit/event-row.ts'
import { type Difference, DRIFT_CLASS_NAMES, isNote } from '../../../shared/drift/classes.ts'
import type { DriftSummary, PresentedDrift } from '../../../shared/drift/summary.ts'

const differenceOf = (found: Difference['class']): Difference => ({ class: found, type: 'USER', name: `${found}@x` })

/** A report of these differences, as the server answers it. */
function reportOf(differences: readonly Difference[], more: Partial<DriftSummary> = {}): PresentedDrift {
  const counts = Object.fromEntries(
    DRIFT_CLASS_NAMES.map((name) => [name, differences.filter((row) => row.class === name).length]),
  ) as DriftSummary['counts']
  const rows = { read: 0, on: 0, off: 0, suspended: 0, staged: 0, unknown: 0, withoutKey: 0, otherObjects: 0 }
  const summary: DriftSummary = {
    ...{ format: 'CSV', recognisedBy: 'its columns', rows, groups: [], usersHere: 9, matchedBy: 'userName' },
    ...{ role: 'OKTA_PROVISIONER', attributes: [], onBothSides: 7, same: 5, counts, ...more },
  }
  return { summary, differences }
}

describe('tabs', () => {
  test('five are always there, with their counts; the first with a difference is shown', () => {
    const report = reportOf([differenceOf('attribute'), differenceOf('active'), differenceOf('owner')])
    expect(tabsOf(report)).toEqual([
      { value: 'same', label: 'Same', count: 5 },
      { value: 'missing-here', label: 'Missing here', count: 0 },
      { value: 'not-in-file', label: 'Not in the file', count: 0 },
      { value: 'different', label: 'Different', count: 2 },
      { value: 'other-owner', label: 'Other owner', count: 1 },
    ])
    expect(firstTab(tabsOf(report))).toBe('different')
    expect(firstTab(tabsOf(reportOf([])))).toBe('same')
  })

  test('roles are there where a file of groups is, direct changes and faults of the file where there are any', () => {
    const groups = [{ format: 'Okta', recognisedBy: 'its columns', groups: 3, otherObjects: 0 }]
    const report = reportOf([differenceOf('direct'), differenceOf('collision')], { groups })
    expect(tabsOf(report).map(({ value, count }) => [value, count])).toEqual([
      ...[
        ['same', 5],
        ['missing-here', 0],
        ['not-in-file', 0],
        ['different', 0],
        ['other-owner', 0],
      ],
      ...[
        ['roles', 0],
        ['direct', 1],
        ['file', 1],
      ],
    ])
  })

  test('every difference stands in one tab, and what is no drift in none but is counted', () => {
    const report = reportOf(DRIFT_CLASS_NAMES.map(differenceOf))
    const shown = tabsOf(report).flatMap(({ value }) => rowsOf(report, value).map((row) => row.class))
    expect(shown.toSorted()).toEqual(DRIFT_CLASS_NAMES.filter((name) => !isNote(name)).toSorted())
    expect(notesOf(report)).toEqual([
      { count: 1, title: 'off on one side, absent from the other', why: 'neither side lets them in' },
      { count: 1, title: 'here, not in the file, owned by another role', why: 'the export is not theirs' },
    ])
  })

  test('what mends them is said in the words of the command line, for each kind that is there', () => {
    expect(mendsOf(reportOf([differenceOf('renamed'), differenceOf('attribute')]), 'different')).toEqual([
      { title: 'renamed?', mends: 'push them again: the name here is an older one' },
      { title: 'attributes differ', mends: 'push them again, or map the attribute at the identity provider' },
    ])
    expect(mendsOf(reportOf([]), 'different')).toEqual([])
  })
})

test('the command names the files, what is chosen and how columns are read', () => {
  const given = { users: 'okta users.csv', groups: ['a.csv', 'b.csv'], map: ['userName=Login'] }
  expect(commandOf(given, { integration: 'OKTA', match: 'email' })).toEqual([
    ...['drift', '--users', 'okta users.csv', '--groups', 'a.csv', '--groups', 'b.csv', '--map', 'userName=Login'],
    ...['--integration', 'OKTA', '--match', 'email'],
  ])
  expect(commandOf({ users: 'x', groups: [], map: [] }, { integration: '', match: '' })).toEqual([
    'drift',
    '--users',
    'x',
  ])
})

test('the form has the files and the options by their names, and nothing that was not chosen', () => {
  const [users, groups] = [new File(['a'], 'users.csv'), new File(['b'], 'groups.csv')]
  const whole = formOf(
    { users, groups: [groups], map: ['userName=Login', 'active=On'] },
    { match: 'email', integration: 'X' },
  )
  expect([...whole].map(([name, value]) => [name, value instanceof File ? value.name : value])).toEqual([
    ...[
      ['users', 'users.csv'],
      ['groups', 'groups.csv'],
      ['map', 'userName=Login'],
      ['map', 'active=On'],
    ],
    ...[
      ['match', 'email'],
      ['integration', 'X'],
    ],
  ])
  expect([...formOf({ users, groups: [], map: [] }, { match: '', integration: '' }).keys()]).toEqual(['users'])
})

test('a file of differences has the columns of the command line, and no formula', () => {
  const row: Difference = {
    ...differenceOf('attribute'),
    attribute: 'title',
    there: '=cmd()',
    here: 'a "b"',
    line: 3,
    id: '1',
  }
  expect(toCsv([row])).toBe(
    [
      '"CLASS","TYPE","NAME","ATTRIBUTE","IN_FILE","HERE","DETAIL","LINE","ID"\r\n',
      '"attribute","USER","attribute@x","title","\'=cmd()","a ""b""","","3","1"\r\n',
    ].join(''),
  )
})

describe('lastChangeOf()', () => {
  const changing = (id: string, attribute: string) => {
    const row: Partial<EventRow> = { EVENT_ID: id, DETAILS: JSON.stringify({ changes: [{ attribute, after: 'x' }] }) }
    return row as EventRow
  }
  const rows = [
    changing('e4', 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department'),
    ...[changing('e3', 'emails'), changing('e2', 'name'), changing('e1', 'active')],
  ]

  test.each([
    ['active', 'e1'],
    ['name.givenName', 'e2'],
    ['emails', 'e3'],
    ['department', 'e4'],
    ['title', 'e4'],
    [undefined, 'e4'],
  ])('of %s it is %s', (attribute, id) => {
    expect(lastChangeOf(rows, attribute)?.EVENT_ID).toBe(id)
  })

  test('of nothing there is none', () => {
    expect(lastChangeOf([], 'active')).toBeUndefined()
  })
})

test('columns are named as --map reads them, as soon as one is there by which users are found', () => {
  expect(mapOf({ active: 'On' })).toBeUndefined()
  expect(mapOf({ userName: '' })).toBeUndefined()
  expect(mapOf({ userName: 'Login', active: 'On' })).toEqual(['userName=Login', 'active=On'])
})

test('lines are read as they come, wherever an answer is cut', async () => {
  const bytes = new TextEncoder().encode('{"a":"ä"}\n{"a":2}\n{"a":3}')
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const byte of bytes) controller.enqueue(Uint8Array.of(byte))
      controller.close()
    },
  })
  const lines: unknown[] = []
  for await (const line of jsonLines(body)) lines.push(line)
  expect(lines).toEqual([{ a: 'ä' }, { a: 2 }, { a: 3 }])
})
