import { describe, expect, test } from 'vitest'
import { grantsOf } from '../../../console/page/roles/grants.ts'
import { asOf, flatten } from '../../../console/page/story/as-of.ts'
import { lanesOf, rolesHeld } from '../../../console/page/story/lanes.ts'
import { memberStep, movesOf } from '../../../console/page/story/moves.ts'
import { endLabel, ticksOf } from '../../../console/page/story/ticks.ts'
import { type EventRow, presentEvent } from '../../../shared/audit/event-row.ts'
import type { Change, RestEvent } from '../../../shared/audit/rest-event.ts'
import { anEvent } from '../../factories/events.ts'

const ADA = '0199a2c4-0000-7000-8000-00000000ada0'
const FINANCE = '0199a2c4-0000-7000-8000-0000000f1000'
const ALUMNI = '0199a2c4-0000-7000-8000-0000000a1000'
const day = (n: number) => Date.UTC(2026, 10, n)

function row(n: number, given: Partial<RestEvent>, changes: Change[] = []): EventRow {
  return presentEvent(anEvent(new Date(day(n)), { ...given, changes }))
}
const ofAda = (n: number, changes: Change[], given: Partial<RestEvent> = {}) =>
  row(n, { resourceDomain: 'USER', resourceId: ADA, ...given }, changes)
const ofRole = (n: number, id: string, resourceName: string, changes: Change[]) =>
  row(n, { resourceDomain: 'ROLE', resourceId: id, resourceName }, changes)
const added = (...ids: string[]): Change => ({ attribute: 'members.added', after: ids })
const removed = (...ids: string[]): Change => ({ attribute: 'members.removed', before: ids })

const MADE = ofAda(1, [
  { attribute: 'userName', after: 'ada@example.com' },
  { attribute: 'active', after: true },
  { attribute: 'title', after: 'Dr' },
])
const TO_FINANCE = ofRole(3, FINANCE, 'Money', [added(ADA, '… (6 more)')])
const OFF = ofAda(5, [
  { attribute: 'active', before: true, after: false },
  { attribute: 'title', before: 'Dr' },
])
const FROM_FINANCE = ofRole(6, FINANCE, 'Finance', [removed(ADA)])
const TO_ALUMNI = ofRole(7, ALUMNI, 'Alumni', [added(ADA)])
const GONE = ofAda(9, [
  { attribute: 'userName', before: 'ada@example.com' },
  { attribute: 'active', before: false },
])
const ROWS = [TO_ALUMNI, FROM_FINANCE, OFF, TO_FINANCE, MADE]

describe('movesOf()', () => {
  test.each([
    ['who is made begins to be active', MADE, [{ lane: 'active', before: false, after: true }]],
    ['who is deactivated ends', OFF, [{ lane: 'active', before: true, after: false }]],
    ['who was disabled and is deleted moves nowhere', GONE, []],
    ['who joins a role', TO_FINANCE, [{ lane: FINANCE, name: 'Money', before: false, after: true }]],
    ['who leaves it', FROM_FINANCE, [{ lane: FINANCE, name: 'Finance', before: true, after: false }]],
    ['another who joins is nobody here', ofRole(4, FINANCE, 'Finance', [added(ALUMNI)]), []],
    ['a refusal', row(4, { resourceDomain: 'ROLE', resourceId: FINANCE, status: 403 }, [added(ADA)]), []],
    ['another attribute', ofAda(4, [{ attribute: 'title', before: 'Dr', after: 'Prof' }]), []],
  ])('%s', (_what, event, moves) => {
    expect(movesOf(ADA, event)).toEqual(moves)
  })
})

describe('lanesOf()', () => {
  const now = day(10)

  test('draws when a user was active and had each role, what changed lately first, by the name of today', () => {
    const present = { id: ADA, active: false, roles: [{ id: ALUMNI, name: 'Alumni' }] }
    expect(lanesOf(present, ROWS, day(0), now)).toEqual([
      {
        key: 'active',
        name: 'Active',
        isHeld: false,
        intervals: [{ from: day(1), to: day(5), began: MADE, ended: OFF }],
      },
      { key: ALUMNI, name: 'Alumni', isHeld: true, intervals: [{ from: day(7), to: now, began: TO_ALUMNI }] },
      {
        ...{ key: FINANCE, name: 'Finance', isHeld: false },
        intervals: [{ from: day(3), to: day(6), began: TO_FINANCE, ended: FROM_FINANCE }],
      },
    ])
  })

  test('what held before the history begins has no event that began it', () => {
    const present = { id: ADA, active: true, roles: [{ id: ALUMNI, name: 'Alumni' }] }
    expect(lanesOf(present, [FROM_FINANCE], day(4), now)).toEqual([
      { key: 'active', name: 'Active', isHeld: true, intervals: [{ from: day(4), to: now }] },
      { key: FINANCE, name: 'Finance', isHeld: false, intervals: [{ from: day(4), to: day(6), ended: FROM_FINANCE }] },
      { key: ALUMNI, name: 'Alumni', isHeld: true, intervals: [{ from: day(4), to: now }] },
    ])
  })

  test('a role that came, went and came again has two intervals, in order', () => {
    const again = ofRole(8, FINANCE, 'Finance', [added(ADA)])
    const present = { id: ADA, active: true, roles: [{ id: FINANCE, name: 'Finance' }] }
    const [, finance] = lanesOf(present, [again, FROM_FINANCE, TO_FINANCE], day(0), now)
    expect(finance?.intervals).toEqual([
      { from: day(3), to: day(6), began: TO_FINANCE, ended: FROM_FINANCE },
      { from: day(8), to: now, began: again },
    ])
  })

  test('who is gone has no role now', () => {
    const lanes = lanesOf({ id: ADA, active: undefined, roles: [] }, [GONE, ...ROWS], day(0), now)
    expect(lanes.map(({ key, isHeld }) => [key, isHeld])).toEqual([
      ['active', false],
      [ALUMNI, false],
      [FINANCE, false],
    ])
  })

  test('rolesHeld() says which roles were held on a day, its beginning included and its end not, and since when', () => {
    const present = { id: ADA, active: false, roles: [{ id: ALUMNI, name: 'Alumni' }] }
    const lanes = lanesOf(present, ROWS, day(0), now)
    const finance = { id: FINANCE, name: 'Finance', since: day(3) }
    const alumni = { id: ALUMNI, name: 'Alumni', since: day(7) }
    const at = (n: number) => rolesHeld(lanes, day(n))
    expect([at(0), at(3), at(5), at(6), at(8)]).toEqual([[], [finance], [finance], [], [alumni]])
    expect(rolesHeld(lanes)).toEqual([alumni])
  })

  test('a role from before the history has no time since when', () => {
    const lanes = lanesOf({ id: ADA, active: true, roles: [{ id: ALUMNI, name: 'Alumni' }] }, [], day(0), now)
    expect(rolesHeld(lanes)).toEqual([{ id: ALUMNI, name: 'Alumni', since: undefined }])
  })
})

describe('ticksOf()', () => {
  const at = (hours: number, minutes = 0) => new Date(2026, 10, 27, hours, minutes).getTime()
  test.each([
    ['half an hour, by ten minutes', at(8, 8), at(8, 38), ['08:10', '08:20', '08:30'], 'Now'],
    ['some hours, by hours', at(3, 10), at(8, 38), ['04:00', '05:00', '06:00', '07:00', '08:00'], 'Now'],
    ['a week, by days', at(-7 * 24), at(10), ['22 Nov', '24 Nov', '26 Nov'], 'Today'],
    ['a season, by months', at(-90 * 24), at(10), ['1 Oct', '1 Nov'], 'Today'],
  ])('%s', (_what, from, to, labels, end) => {
    expect([ticksOf(from, to).map(({ label }) => label), endLabel(from, to)]).toEqual([labels, end])
  })
})

describe('grantsOf()', () => {
  test('finds who gave a role to each user last, and nothing for those a large change does not list', () => {
    const again = ofRole(8, FINANCE, 'Finance', [added(ADA)])
    const refused = row(9, { resourceDomain: 'ROLE', resourceId: FINANCE, status: 403 }, [added(ALUMNI)])
    expect([...grantsOf([refused, again, FROM_FINANCE, TO_FINANCE])]).toEqual([[ADA, again]])
    expect([...grantsOf([TO_FINANCE])]).toEqual([[ADA, TO_FINANCE]])
  })
})

describe('asOf()', () => {
  const today = flatten({
    ...{ schemas: ['urn:x'], id: ADA, meta: {}, groups: [], owner: 'OKTA_PROVISIONER' },
    ...{ userName: 'ada@example.com', active: false },
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': { department: 'Alumni' },
  })

  test('flatten() leaves out what is no attribute, and names those of extensions as events do', () => {
    expect([...today]).toEqual([
      ['userName', 'ada@example.com'],
      ['active', false],
      ['urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department', 'Alumni'],
    ])
  })

  test('takes back what changed since', () => {
    const { attributes, unknown } = asOf(ADA, today, ROWS, day(4))
    expect([attributes.get('active'), attributes.get('title'), attributes.get('userName')]).toEqual([
      true,
      'Dr',
      'ada@example.com',
    ])
    expect([...unknown]).toEqual([])
  })

  test('before a user was made there was nothing of what made it', () => {
    expect([...asOf(ADA, today, ROWS, day(0)).attributes.keys()]).toEqual([
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department',
    ])
  })

  test('says what an event did not keep', () => {
    const long = `${'x'.repeat(120)}… (900 characters left out)`
    const rows = [
      ofAda(8, [
        { attribute: 'title', before: long, after: 'Dr' },
        { attribute: 'password', before: '(set)', after: '(set)' },
      ]),
    ]
    expect([...asOf(ADA, today, rows, day(7)).unknown]).toEqual(['title', 'password'])
  })
})

test.each([
  [TO_FINANCE, 7],
  [FROM_FINANCE, -1],
  [MADE, 0],
])('memberStep() counts whom an event does not list too', (event, step) => {
  expect(memberStep(event)).toBe(step)
})
