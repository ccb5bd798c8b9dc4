import type { Grant } from '../events/grant.ts'
import { MEMBER_PREFIX, memberKey, memberOfKey, memberOfPrefix } from '../keys.ts'
import { TABLE } from '../table.ts'
import { type Action, type RawItem, SHOW_MET } from '../transaction.ts'

/** A direct member of a group, as kept: the user's id, and the display that a client last sent with it. */
export interface StoredMember {
  userId: string
  display?: string | undefined
}

/** Another display for who is a member already. */
export interface DisplayChange {
  userId: string
  before?: string | undefined
  after?: string | undefined
}

/** The members a group gains and loses, and those whose display changes. */
export interface MemberDelta {
  add: StoredMember[]
  remove: string[]
  displays: DisplayChange[]
  /** Displays that those removed had, by id, as far as they are known. */
  lost?: ReadonlyMap<string, string> | undefined
}

/** The displays of members who have one, by id. */
export const displaysOf = (members: Iterable<StoredMember>): ReadonlyMap<string, string> =>
  new Map([...members].flatMap(({ userId, display }) => (display === undefined ? [] : [[userId, display]])))

/** The rows that who comes to a group and who leaves it get in their own history. */
export const toGrants = (groupId: string, { add, remove }: Pick<MemberDelta, 'add' | 'remove'>): Grant[] => [
  ...add.map(({ userId }) => ({ userId, groupId, kind: 'added' as const })),
  ...remove.map((userId) => ({ userId, groupId, kind: 'removed' as const })),
]

/** A membership item; names of users and groups stand in their own items only. */
export function toMemberItem(account: string, groupId: string, { userId, display }: StoredMember) {
  return {
    ...memberKey(account, groupId, userId),
    [TABLE.index.partitionKey]: memberOfKey(account, userId),
    [TABLE.index.sortKey]: `${memberOfPrefix(userId)}${groupId}`,
    ...(display !== undefined && { display }),
  }
}

const memberIdOf = ({ sk }: Record<string, unknown>): string => String(sk).slice(MEMBER_PREFIX.length)

export const toStoredMember = (item: Record<string, unknown>): StoredMember => ({
  userId: memberIdOf(item),
  ...(typeof item.display === 'string' && { display: item.display }),
})

/** Where the user is a member already, the failure shows the membership (`metMember`). */
export function addMemberAction(account: string, groupId: string, member: StoredMember): Action {
  const Item = toMemberItem(account, groupId, member)
  return { Put: { Item, ConditionExpression: 'attribute_not_exists(pk)', ...SHOW_MET } }
}

/** The member that an action met which would have added it. */
export const metMember = (userId: string, item: RawItem | undefined): StoredMember => ({
  userId,
  display: item?.display?.S,
})

/** Replaces the display of a member, where it is still the one that was read. */
export function changeDisplayAction(account: string, groupId: string, change: DisplayChange): Action {
  const { userId, before, after } = change
  return {
    Update: {
      Key: memberKey(account, groupId, userId),
      UpdateExpression: after === undefined ? 'REMOVE display' : 'SET display = :after',
      ConditionExpression: isShownAs(before),
      ...valuesOf({ ':after': after, ':before': before }),
    },
  }
}

/** The values of an expression that are there; none may be passed empty. */
function valuesOf(values: Record<string, string | undefined>) {
  const named = Object.entries(values).filter(([, value]) => value !== undefined)
  return named.length === 0 ? {} : { ExpressionAttributeValues: Object.fromEntries(named) }
}

/** That somebody is a member and has this display, or none. */
const isShownAs = (display: string | undefined): string =>
  `attribute_exists(pk) AND ${display === undefined ? 'attribute_not_exists(display)' : 'display = :before'}`

/** Takes a member out, where its display is still the one that is told of; a failure shows whether it is a member. */
export const removeMemberAction = (account: string, groupId: string, { userId, display }: StoredMember): Action => ({
  Delete: {
    Key: memberKey(account, groupId, userId),
    ConditionExpression: isShownAs(display),
    ...valuesOf({ ':before': display }),
    ...SHOW_MET,
  },
})
