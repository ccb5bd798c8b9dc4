import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { type Member, memberChange, needsCurrentMembers } from '../../shared/scim/members.ts'
import { applyPatch } from '../../shared/scim/patch/apply.ts'
import { PATCH_OP } from '../../shared/scim/patch/patch-op.ts'
import { parsePatch } from '../../shared/scim/patch/request.ts'
import { resourceTypes } from '../../shared/scim/resource-types.ts'
import type { Json, JsonObject } from '../../shared/scim/schema.ts'

const { Group } = resourceTypes('GENERIC')

/** A group as the model keeps it: its name, and the display of each member by id. */
interface ModelGroup {
  displayName: string
  members: Map<string, string>
}

/** What an operation means, and how a client writes it. */
interface GroupStep {
  wire: JsonObject
  take: (group: ModelGroup) => void
}

const id: fc.Arbitrary<string> = fc.constantFrom('1', '2', '3', '4', '5')
const member = fc.record({ value: id, display: fc.constantFrom('al', 'Abe', 'bo') })
const members = fc.array(member, { maxLength: 4 })
const form = fc.nat(3)

function addAll(group: ModelGroup, list: readonly { value: string; display: string }[]): void {
  for (const { value, display } of list) group.members.set(value, display)
}

function removeWhere(group: ModelGroup, goes: (id: string, display: string) => boolean): void {
  for (const [value, display] of [...group.members]) if (goes(value, display)) group.members.delete(value)
}

const add: fc.Arbitrary<GroupStep> = fc.tuple(members, form).map(([list, way]) => ({
  wire: [
    { op: 'Add', path: 'members', value: list },
    { op: 'add', value: list },
    { op: 'add', value: { Members: list } },
    { op: 'add', path: 'members', value: list.length === 1 ? (list[0] as Json) : list },
  ][way] as JsonObject,
  take: (group) => addAll(group, list),
}))

const replace: fc.Arbitrary<GroupStep> = fc.tuple(members, fc.boolean()).map(
  ([list, bare]): GroupStep => ({
    wire: bare
      ? { op: 'replace', value: { members: list.length === 1 ? (list[0] as Json) : list } }
      : { op: 'Replace', path: 'MEMBERS', value: list },
    take: (group) => {
      group.members.clear()
      addAll(group, list)
    },
  }),
)

const remove: fc.Arbitrary<GroupStep> = fc.tuple(fc.array(id, { minLength: 1, maxLength: 3 }), fc.boolean()).map(
  ([ids, listed]): GroupStep => ({
    wire: listed
      ? { op: 'Remove', path: 'members', value: ids.map((value) => ({ $ref: null, value, type: 'Group' })) }
      : { op: 'remove', path: `members[${ids.map((value) => `value eq "${value}"`).join(' or ')}]` },
    take: (group) => removeWhere(group, (value) => ids.includes(value)),
  }),
)

const removeByFilter: fc.Arbitrary<GroupStep> = fc.constantFrom<GroupStep>(
  {
    wire: { op: 'remove', path: 'members[display sw "A"]' },
    take: (group) => removeWhere(group, (_, display) => /^a/i.test(display)),
  },
  {
    wire: { op: 'remove', path: 'members[value gt "2" and not (display eq "BO")]' },
    take: (group) => removeWhere(group, (value, display) => value > '2' && display !== 'bo'),
  },
  { wire: { op: 'remove', path: 'members[type eq "User"]' }, take: (group) => group.members.clear() },
  { wire: { op: 'remove', path: 'members' }, take: (group) => group.members.clear() },
  { wire: { op: 'remove', path: 'members', value: [] }, take: () => {} },
)

const rename: fc.Arbitrary<GroupStep> = fc
  .tuple(fc.constantFrom('Ops', 'Ops EU'), fc.boolean())
  .map(([displayName, wrapped]) => ({
    wire: { op: 'replace', value: wrapped ? [{ id: 'g1', displayName }] : { id: 'g1', displayName } },
    take: (group) => {
      group.displayName = displayName
    },
  }))

const step = fc.oneof(add, replace, remove, removeByFilter, rename)

/** Any sequence of operations on a group comes to one delta that leaves the set the model has. */
export const groupProperty = fc.property(members, fc.array(step, { minLength: 1, maxLength: 8 }), (list, steps) => {
  const before = new Map(list.map(({ value, display }) => [value, display]))
  const model: ModelGroup = { displayName: 'Ops', members: new Map(before) }
  for (const { take } of steps) take(model)
  const operations = steps.map(({ wire }) => wire)
  const actual = patch(before, operations)
  if (!isDeepStrictEqual(actual, { displayName: model.displayName, members: sorted(model.members) })) {
    throw new Error(`engine: ${JSON.stringify(actual)}\ninput:  ${JSON.stringify([list, operations])}`)
  }
})

function patch(before: ReadonlyMap<string, string>, operations: JsonObject[]): unknown {
  const read = parsePatch(Group, { schemas: [PATCH_OP], Operations: operations })
  const { attributes, memberSteps } = applyPatch(Group, { displayName: 'Ops' }, read, { id: 'g1' })
  const current = new Map([...before].map(([value, display]): [string, Member] => [value, { value, display }]))
  const change = memberChange(memberSteps, needsCurrentMembers(memberSteps) ? { members: current } : undefined)
  const after = new Map(change.clear ? [] : before)
  for (const value of change.remove) after.delete(value)
  for (const [value, { display }] of change.add) after.set(value, String(display))
  return { displayName: attributes.displayName, members: sorted(after) }
}

function sorted(members: ReadonlyMap<string, string>): [string, string][] {
  return [...members].sort(([a], [b]) => (a < b ? -1 : 1))
}
