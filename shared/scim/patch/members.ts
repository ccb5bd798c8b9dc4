import { mutability } from '../error.ts'
import type { Filter } from '../filter/tree.ts'
import type { Member, MemberStep } from '../members.ts'
import type { ComplexValue, Json } from '../schema.ts'
import { membersAttribute } from '../schemas/core-group.ts'
import { parseElements, parseValue } from '../value.ts'
import type { WireOperation } from './operation.ts'
import type { PatchPath } from './path.ts'

/**
 * Reads one operation on a group's members as a change of the set; nothing for an empty list to add or to remove, so
 * that no group is emptied by mistake (CHECKLIST PAT-10, PAT-21).
 * @throws {ScimError} 400 invalidValue for what is no member, 400 mutability for a change of a member.
 */
export function parseMemberStep(path: PatchPath, { op, value = null }: WireOperation): MemberStep | undefined {
  if (path.subAttribute || (path.filter && op !== 'remove')) throw unchangeable(op)
  if (path.filter) return removeSelected(path.filter)
  if (op === 'remove') return value === null ? { kind: 'clear' } : removeNamed(value)
  const members = toMemberList((parseValue(membersAttribute, value, 'members') ?? []) as ComplexValue[])
  if (op === 'replace') return { kind: 'replace', members }
  return members.length > 0 ? { kind: 'add', members } : undefined
}

/** Whom the list names by id; that it is no member, or a group even, is no error: then there is nothing to remove. */
function removeNamed(value: Json): MemberStep | undefined {
  const listed = parseElements(membersAttribute, value, 'members') as ComplexValue[]
  return listed.length > 0 ? { kind: 'remove', ids: listed.map((member) => String(member.value)) } : undefined
}

function toMemberList(elements: readonly ComplexValue[]): Member[] {
  return elements.map(({ value, display }) => ({
    value: String(value),
    ...(typeof display === 'string' && { display }),
  }))
}

function removeSelected(filter: Filter): MemberStep {
  const ids = listIds(filter)
  return ids ? { kind: 'remove', ids } : { kind: 'removeWhere', filter }
}

/** The ids of `value eq "a" or value eq "b"`; none for a filter that asks anything else. */
function listIds(filter: Filter): string[] | undefined {
  if (filter.kind === 'or') {
    const lists = filter.operands.map(listIds)
    return lists.every((list) => list !== undefined) ? lists.flat() : undefined
  }
  if (filter.kind !== 'compare' || filter.operator !== 'eq' || typeof filter.value !== 'string') return undefined
  return !('unknown' in filter.path) && filter.path.attribute.name === 'value' ? [filter.value] : undefined
}

function unchangeable(op: WireOperation['op']) {
  return mutability(
    `Cannot ${op} a part of a member: memberships are added and removed whole; use the path "members", ` +
      'or members[value eq "<id>"] with remove',
  )
}
