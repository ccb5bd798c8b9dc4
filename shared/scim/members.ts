import { toPredicate } from './filter/match.ts'
import type { Filter } from './filter/tree.ts'

/** A member of a group: the user's id, and the display name the client gave it. */
export interface Member {
  value: string
  display?: string
}

/** One change of a group's member set; what a PATCH says of members is a list of these, in order. */
export type MemberStep =
  | { kind: 'add'; members: Member[] }
  | { kind: 'remove'; ids: string[] }
  | { kind: 'removeWhere'; filter: Filter }
  | { kind: 'replace'; members: Member[] }
  | { kind: 'clear' }

/**
 * What the steps come to: (`clear` ? nothing : the current members) − `remove` + `add`. `remove` and `add` share no id;
 * adding a member who is there already leaves its display unless the step gives another.
 */
export interface MemberChange {
  clear: boolean
  add: Map<string, Member>
  remove: Set<string>
}

/** Whether the outcome depends on who is a member now; all other steps are deltas. */
export function needsCurrentMembers(steps: readonly MemberStep[]): boolean {
  return steps.some((step) => step.kind === 'removeWhere')
}

/** What steps are held against: who is a member now, and the `$ref` under which a user's id is shown. */
export interface CurrentMembers {
  members: ReadonlyMap<string, Member>
  toRef?: (id: string) => string
}

/** Sums the steps up as one change. `current` is read only when `needsCurrentMembers`, and required then. */
export function memberChange(steps: readonly MemberStep[], current?: CurrentMembers): MemberChange {
  const change: MemberChange = { clear: false, add: new Map(), remove: new Set() }
  for (const step of steps) applyStep(change, step, current)
  return change
}

function applyStep(change: MemberChange, step: MemberStep, current: CurrentMembers | undefined): void {
  if (step.kind === 'replace' || step.kind === 'clear') startAfresh(change)
  if (step.kind === 'add' || step.kind === 'replace') addAll(change, step.members)
  if (step.kind === 'remove') removeAll(change, step.ids)
  if (step.kind === 'removeWhere') removeAll(change, listMatches(change, step.filter, current))
}

function addAll({ add, remove }: MemberChange, members: readonly Member[]): void {
  for (const member of members) {
    remove.delete(member.value)
    add.set(member.value, { ...add.get(member.value), ...member })
  }
}

function removeAll({ clear, add, remove }: MemberChange, ids: readonly string[]): void {
  for (const id of ids) {
    add.delete(id)
    if (!clear) remove.add(id)
  }
}

function startAfresh(change: MemberChange): void {
  change.clear = true
  change.add.clear()
  change.remove.clear()
}

/** The ids of those who are members at this step and pass the filter. */
function listMatches(
  { clear, add, remove }: MemberChange,
  filter: Filter,
  current: CurrentMembers | undefined,
): string[] {
  if (!current) throw new Error('memberChange() needs the current members for a removeWhere step')
  const { members, toRef } = current
  const matches = toPredicate(filter)
  const passes = (member: Member) => matches({ ...member, type: 'User', ...(toRef && { $ref: toRef(member.value) }) })
  const added = [...add.values()].filter((member) => passes({ ...(!clear && members.get(member.value)), ...member }))
  const kept = clear ? [] : [...members.values()].filter(({ value }) => !remove.has(value) && !add.has(value))
  return [...added, ...kept.filter(passes)].map(({ value }) => value)
}
