import { tooLarge } from '../../scim/error.ts'
import { MAX_NAMED_MEMBERS } from '../../scim/limits.ts'
import type { Commit, Intent } from './intents.ts'
import type { MemberDelta } from './member-item.ts'

/** So many members are applied within about a second, so a worker that stops loses little. */
const MAX_INTENT_MEMBERS = 1000
/** DynamoDB ends items at 400 KB, and transactions at 4 MB, of which the group itself may take a part. */
const MAX_INTENT_BYTES = 300_000
const MAX_CHANGE_BYTES = 3_400_000
/** Room for the group, its event, claims and lookups and the brake's count in a transaction of 100 actions. */
const MAX_INTENTS = 80
/** A bundler leaves a product in that nobody asks for. */
const maxChangeMembers = () => MAX_INTENTS * MAX_INTENT_MEMBERS
const ID_BYTES = 16

/**
 * A change of members as intents, each small enough to be applied in a second; without the displays there were before
 * where it would not fit with them.
 * @throws {ScimError} 413 when it does not fit into one transaction.
 */
export function toIntents(commit: Commit, change: MemberDelta): Intent[] {
  const whole = splitDelta(change)
  const parts = fits(whole) ? whole : splitDelta(withoutBefore(change))
  const members = parts.reduce((sum, part) => sum + part.members, 0)
  if (members > maxChangeMembers()) throw tooMany(members)
  if (!fits(parts)) throw tooLong(members)
  return parts.map(({ delta }, n) => ({ ...commit, ...delta, n }))
}

/** A change without the displays that there were before. */
export const withoutBefore = ({ add, remove, displays }: MemberDelta): MemberDelta => ({
  ...{ add, remove },
  displays: displays.map(({ userId, after }) => ({ userId, after })),
})

const fits = (parts: Part[]): boolean =>
  parts.length <= MAX_INTENTS && parts.reduce((sum, part) => sum + part.bytes, 0) <= MAX_CHANGE_BYTES

/** Only a group that is emptied or replaced as a whole comes to so many: a request cannot name them. */
const tooMany = (members: number) =>
  tooLarge(
    `Cannot change ${members} members of one group in one request, but ${maxChangeMembers()} at most: remove members by their ids first, up to ${MAX_NAMED_MEMBERS} in a request, or delete the group`,
  )

const tooLong = (members: number) =>
  tooLarge(
    `Cannot change ${members} members of one group in one request: send at most ${MAX_NAMED_MEMBERS} at a time, and fewer with long displays`,
  )

/** A part of a change of members that one item can hold. */
export interface Part {
  delta: MemberDelta & { lost: Map<string, string> }
  members: number
  bytes: number
}

/** Cuts a change into parts that one item can hold each, by their number of members and by bytes. */
export function splitDelta({ add, remove, displays, lost }: MemberDelta): Part[] {
  const parts: Part[] = []
  const partFor = (...texts: (string | undefined)[]): Part['delta'] => {
    const bytes = texts.reduce((sum, display = '') => sum + Buffer.byteLength(display) + 8, ID_BYTES)
    let part = parts.at(-1)
    if (!part || part.members >= MAX_INTENT_MEMBERS || part.bytes + bytes > MAX_INTENT_BYTES) {
      part = { delta: { add: [], remove: [], displays: [], lost: new Map() }, members: 0, bytes: 0 }
      parts.push(part)
    }
    part.members += 1
    part.bytes += bytes
    return part.delta
  }
  for (const member of add) partFor(member.display).add.push(member)
  for (const userId of remove) addRemoved(partFor(lost?.get(userId)), userId, lost?.get(userId))
  for (const change of displays) partFor(change.after, change.before).displays.push(change)
  return parts
}

function addRemoved({ remove, lost }: Part['delta'], userId: string, display: string | undefined): void {
  remove.push(userId)
  if (display !== undefined) lost.set(userId, display)
}
