import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { changesBetween, membershipChanges } from '../../../../shared/audit/changes.ts'
import { toDelta } from '../../../../shared/resources/undo/member-delta.ts'
import {
  addEffect,
  type Effect,
  isWhole,
  noEffect,
  toEffect,
  withoutNothing,
} from '../../../../shared/resources/undo/net-effect.ts'
import { setAttributesBack } from '../../../../shared/resources/undo/set-back.ts'
import { RESOURCE_TYPES } from '../../../../shared/scim/resource-types.ts'
import type { Attributes } from '../../../../shared/scim/schema.ts'
import { overlay } from '../../../../shared/store/groups/intents.ts'
import { displaysOf, type MemberDelta, type StoredMember } from '../../../../shared/store/groups/member-item.ts'

const { User } = RESOURCE_TYPES
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'

const netOf = (effects: readonly Effect[]): Effect => {
  const net = noEffect()
  for (const effect of effects) addEffect(net, effect)
  return withoutNothing(net)
}

describe('the net effect of events', () => {
  test('has the first value before and the last after, and nothing of what came to nothing', () => {
    const effects = [
      toEffect([{ attribute: 'title', before: 'A', after: 'B', direct: '2026-08-31T10:00:00.000Z' }], []),
      toEffect([{ attribute: 'nickName', after: 'X' }], []),
      toEffect([{ attribute: 'title', before: 'B', after: 'C', direct: '2026-08-31T11:00:00.000Z' }], []),
      toEffect([{ attribute: 'nickName', before: 'X' }], []),
      toEffect([{ attribute: 'members.added', after: ['u1', 'u2'] }], []),
      toEffect([{ attribute: 'members.removed', before: ['u2', 'u3'] }], []),
    ]
    expect(netOf(effects)).toEqual({
      attributes: new Map([['title', { before: 'A', after: 'C' }]]),
      members: new Map([
        ['u1', { before: undefined, after: {} }],
        ['u3', { before: {}, after: undefined }],
      ]),
      // Of marks too, the first one counts.
      marks: new Map([
        ['title', '2026-08-31T10:00:00.000Z'],
        ['nickName', undefined],
        ['members', undefined],
      ]),
    })
  })

  test('knows displays from the event where it lists them, and whether they changed or went with a member', () => {
    const changes = membershipChanges({
      ...{ added: [], removed: ['u1', 'u2'] },
      lost: new Map([['u1', 'One']]),
      displays: [{ userId: 'u9', before: 'Old', after: 'New' }],
    })
    const listed = toEffect(changes, [])
    expect([...listed.members]).toEqual([
      ['u1', { before: { display: 'One' } }],
      ['u2', { before: {} }],
      ['u9', { before: { display: 'Old' }, after: { display: 'New' } }],
    ])
    expect(isWhole(changes, listed)).toBe(true)
  })

  test('is not whole where an event lists fewer than it counts and the rest is kept no more', () => {
    const ids = Array.from({ length: 103 }, (_, n) => `u${n}`)
    const changes = membershipChanges({ added: [], removed: ids, displays: [] })
    expect(isWhole(changes, toEffect(changes, []))).toBe(false)
    const kept = { add: [], remove: ids, displays: [] }
    expect(isWhole(changes, toEffect(changes, [kept]))).toBe(true)
    expect(isWhole([{ attribute: '(cut)', after: '2 attributes left out: a, b' }], noEffect())).toBe(false)
    const cut = [{ attribute: 'photos', before: `${'x'.repeat(120)}… (900 characters left out)` }]
    expect(isWhole(cut, toEffect(cut, []))).toBe(false)
    const clients = [{ attribute: 'title', before: 'x… (900 characters left out)' }]
    expect(isWhole(clients, toEffect(clients, []))).toBe(true)
  })
})

const text = fc.constantFrom('a', 'b', 'c')
const attributes: fc.Arbitrary<Attributes> = fc
  .record(
    {
      userName: text,
      title: text,
      active: fc.boolean(),
      name: fc.record({ givenName: text }),
      emails: fc.array(fc.record({ value: text }), { maxLength: 2 }),
      [ENTERPRISE]: fc.record({ department: text, manager: fc.record({ value: text }) }, { requiredKeys: [] }),
    },
    { requiredKeys: ['userName'] },
  )
  .map((made) => {
    const { [ENTERPRISE]: extension, ...core } = made
    return { ...core, ...(extension && Object.keys(extension).length > 0 && { [ENTERPRISE]: extension }) } as Attributes
  })

test('setting the net effect of any changes of attributes back gives the beginning (property)', () => {
  fc.assert(
    fc.property(fc.array(attributes, { minLength: 2, maxLength: 6 }), (versions) => {
      const [first, ...rest] = versions as [Attributes, ...Attributes[]]
      const effects = rest.map((after, i) => toEffect(changesBetween(versions[i], after), []))
      const last = rest.at(-1) ?? first
      const back = setAttributesBack(User, last, netOf(effects), false)
      expect(back).toEqual({ attributes: first, changedSince: [], hidden: [] })
      expect(setAttributesBack(User, first, netOf(effects), false).attributes).toEqual(first)
    }),
  )
})

const members = fc
  .dictionary(fc.constantFrom('u1', 'u2', 'u3', 'u4'), fc.option(text, { nil: undefined }), { noNullPrototype: true })
  .map((made) => new Map(Object.entries(made).map(([userId, display]) => [userId, { userId, display }] as const)))

function deltaBetween(
  before: ReadonlyMap<string, StoredMember>,
  after: ReadonlyMap<string, StoredMember>,
): MemberDelta {
  const gone = [...before.values()].filter(({ userId }) => !after.has(userId))
  return {
    add: [...after.values()].filter(({ userId }) => !before.has(userId)),
    remove: gone.map(({ userId }) => userId),
    lost: displaysOf(gone),
    displays: [...after.values()].flatMap(({ userId, display }) => {
      const old = before.get(userId)
      return old && old.display !== display ? [{ userId, before: old.display, after: display }] : []
    }),
  }
}

const plain = (map: ReadonlyMap<string, StoredMember>) => [...map].map(([id, { display }]) => [id, display]).sort()

test('setting the net effect of any changes of members back gives the beginning (property)', () => {
  fc.assert(
    fc.property(fc.array(members, { minLength: 2, maxLength: 6 }), (versions) => {
      const [first, ...rest] = versions as [Map<string, StoredMember>, ...Map<string, StoredMember>[]]
      const deltas = rest.map((after, i) => deltaBetween(versions[i] ?? first, after))
      const effects = deltas.map((delta) => toEffect([], [delta]))
      const last = new Map(rest.at(-1) ?? first)
      const back = toDelta(netOf(effects), { members: last, isUser: () => true })
      expect(plain(overlay(new Map(last), [back]))).toEqual(plain(first))
      expect(toDelta(netOf(effects), { members: first, isUser: () => true })).toMatchObject({ add: [], remove: [] })
    }),
  )
})

describe('setAttributesBack()', () => {
  test('tells what has changed again, and sets that back too where it is forced', () => {
    const effect = toEffect(
      [
        { attribute: 'title', before: 'A', after: 'B' },
        { attribute: 'nickName', before: 'X', after: 'Y' },
      ],
      [],
    )
    const now = { userName: 'ada', title: 'C', nickName: 'Y' }
    expect(setAttributesBack(User, now, effect, false).changedSince).toEqual(['title'])
    expect(setAttributesBack(User, now, effect, true)).toEqual({
      attributes: { userName: 'ada', title: 'A', nickName: 'X' },
      changedSince: [],
      hidden: [],
    })
  })

  test('leaves passwords, owners and what is no attribute alone', () => {
    const effect = toEffect(
      [
        { attribute: 'password', after: '(set)' },
        { attribute: 'owner', before: 'A', after: 'B' },
      ],
      [],
    )
    const now = { userName: 'ada' }
    expect(setAttributesBack(User, now, effect, true).attributes).toEqual(now)
  })

  test('leaves as it is what the history hides, and says so', () => {
    const effect = toEffect([{ attribute: 'title', before: 'rc (masked)', after: 'B' }], [])
    expect(setAttributesBack(User, { userName: 'ada', title: 'B' }, effect, false)).toEqual({
      attributes: { userName: 'ada', title: 'B' },
      changedSince: [],
      hidden: ['title'],
    })
  })
})
