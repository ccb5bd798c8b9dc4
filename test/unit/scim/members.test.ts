import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseFilter } from '../../../shared/scim/filter/parser.ts'
import type { Filter } from '../../../shared/scim/filter/tree.ts'
import { type Member, type MemberStep, memberChange, needsCurrentMembers } from '../../../shared/scim/members.ts'
import { resourceTypes } from '../../../shared/scim/resource-types.ts'

const { Group } = resourceTypes('GENERIC')
const member = (value: string, display?: string): Member => ({ value, ...(display !== undefined && { display }) })

function elementFilter(text: string): Filter {
  const filter = parseFilter(`members[${text}]`, Group)
  if (filter.kind !== 'elements') throw new Error(`no elements in ${text}`)
  return filter.filter
}

const startsWithA: MemberStep = { kind: 'removeWhere', filter: elementFilter('display sw "a"') }

describe('memberChange()', () => {
  test('sums deltas up without knowing the members (PAT-21)', () => {
    const steps: MemberStep[] = [
      { kind: 'add', members: [member('1'), member('2', 'Bo')] },
      { kind: 'remove', ids: ['2', '3'] },
      { kind: 'add', members: [member('3', 'Cy'), member('1', 'Al')] },
      { kind: 'remove', ids: ['4'] },
    ]
    expect(needsCurrentMembers(steps)).toBe(false)
    expect(memberChange(steps)).toEqual({
      clear: false,
      add: new Map([
        ['1', member('1', 'Al')],
        ['3', member('3', 'Cy')],
      ]),
      remove: new Set(['2', '4']),
    })
  })

  test('a replacement forgets all that was before it', () => {
    expect(
      memberChange([
        { kind: 'add', members: [member('1')] },
        { kind: 'remove', ids: ['2'] },
        { kind: 'replace', members: [member('3'), member('4')] },
        { kind: 'remove', ids: ['4', '5'] },
      ]),
    ).toEqual({ clear: true, add: new Map([['3', member('3')]]), remove: new Set() })
    expect(memberChange([{ kind: 'clear' }])).toEqual({ clear: true, add: new Map(), remove: new Set() })
  })

  test('a filter on members needs to know them', () => {
    expect(needsCurrentMembers([{ kind: 'clear' }, startsWithA])).toBe(true)
    expect(() => memberChange([startsWithA])).toThrow('needs the current members')
  })

  test('a filter may select by the $ref that members are shown with (PAT-21)', () => {
    const members = new Map([
      ['1', member('1')],
      ['2', member('2')],
    ])
    const steps: MemberStep[] = [{ kind: 'removeWhere', filter: elementFilter('$ref eq "https://x/Users/2"') }]
    const { remove } = memberChange(steps, { members, toRef: (id) => `https://x/Users/${id}` })
    expect(remove).toEqual(new Set(['2']))
  })

  const ids = fc.constantFrom('1', '2', '3', '4', '5', '6')
  const members = fc.array(
    fc.tuple(ids, fc.constantFrom('al', 'bo', 'Abe')).map(([id, display]) => member(id, display)),
    { maxLength: 4 },
  )
  const step: fc.Arbitrary<MemberStep> = fc.oneof(
    members.map((list): MemberStep => ({ kind: 'add', members: list })),
    fc.array(ids, { maxLength: 4 }).map((list): MemberStep => ({ kind: 'remove', ids: list })),
    members.map((list): MemberStep => ({ kind: 'replace', members: list })),
    fc.constant<MemberStep>({ kind: 'clear' }),
    fc
      .constantFrom('display sw "a"', 'value gt "3" and type eq "User"', 'not (display pr)')
      .map((text): MemberStep => ({ kind: 'removeWhere', filter: elementFilter(text) })),
  )

  test('comes to what the steps do one after another on the whole set', () => {
    fc.assert(
      fc.property(members, fc.array(step, { maxLength: 8 }), (current, steps) => {
        const before = new Map(current.map((one) => [one.value, one]))
        const { clear, add, remove } = memberChange(steps, { members: before })
        for (const id of remove) expect(add.has(id)).toBe(false)
        const after = new Map(clear ? [] : before)
        for (const id of remove) after.delete(id)
        for (const [id, one] of add) after.set(id, one)
        expect(sorted(after)).toEqual(sorted(naively(before, steps)))
      }),
      { numRuns: 2000 },
    )
  })
})

function sorted(set: ReadonlyMap<string, Member>): Member[] {
  return [...set.values()].sort((a, b) => (a.value < b.value ? -1 : 1))
}

/** The steps on a full copy of the set, by the meaning the filters above have in words. */
function naively(before: ReadonlyMap<string, Member>, steps: readonly MemberStep[]): Map<string, Member> {
  let set = new Map(before)
  for (const step of steps) {
    if (step.kind === 'clear' || step.kind === 'replace') set = new Map()
    if (step.kind === 'add' || step.kind === 'replace') for (const one of step.members) set.set(one.value, one)
    if (step.kind === 'remove') for (const id of step.ids) set.delete(id)
    if (step.kind === 'removeWhere') {
      for (const one of [...set.values()]) if (passes(step.filter, one)) set.delete(one.value)
    }
  }
  return set
}

function passes(filter: Filter, { value, display }: Member): boolean {
  if (filter.kind === 'and') return value > '3'
  return filter.kind === 'not' ? display === undefined : display?.toLowerCase().startsWith('a') === true
}
