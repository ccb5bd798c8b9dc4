import type { MemberDelta, StoredMember } from '../../store/groups/member-item.ts'
import { displaysOf } from '../../store/groups/member-item.ts'
import type { Effect, Membership, Sides } from './net-effect.ts'

/** What is known of the members that an effect is about, as they are now. */
export interface Known {
  /** Those who are members. */
  members: ReadonlyMap<string, StoredMember>
  /** Whether somebody who is none is a user, who can become one. */
  isUser(userId: string): boolean
}

/**
 * Sets members back to what they were before an effect: who came goes, who went comes back, if still a user, with the
 * display it had; what is so already stays.
 */
export function toDelta({ members: sides }: Effect, { members, isUser }: Known): MemberDelta {
  const [stay, leave] = [listWhere(sides, true), listWhere(sides, false)]
  const leavers = leave.flatMap(([userId]) => members.get(userId) ?? [])
  return {
    add: stay.flatMap(([userId, { before }]) =>
      members.has(userId) || !isUser(userId) ? [] : [{ userId, display: before?.display }],
    ),
    remove: leavers.map(({ userId }) => userId),
    displays: stay.flatMap(([userId, change]) => displayBack(members.get(userId), change)),
    lost: displaysOf(leavers),
  }
}

const listWhere = (sides: ReadonlyMap<string, Sides<Membership>>, wasMember: boolean) =>
  [...sides].filter(([, { before }]) => (before !== undefined) === wasMember)

/** A display that the effect changed, where it is still what the effect made it. */
function displayBack(now: StoredMember | undefined, { before, after }: Sides<Membership>) {
  if (!now || !before || !after || now.display !== after.display || now.display === before.display) return []
  return [{ userId: now.userId, before: now.display, after: before.display }]
}

/** The first `most` members of a delta, and whether that is all of it. */
export function firstOf(delta: MemberDelta, most: number): { part: MemberDelta; isAll: boolean } {
  const add = delta.add.slice(0, most)
  const remove = delta.remove.slice(0, most - add.length)
  const displays = delta.displays.slice(0, most - add.length - remove.length)
  const sizeOf = (one: MemberDelta) => one.add.length + one.remove.length + one.displays.length
  const part = { ...delta, add, remove, displays }
  return { part, isAll: sizeOf(part) === sizeOf(delta) }
}
