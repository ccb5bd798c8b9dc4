import { invalidValue } from '../scim/error.ts'
import { MAX_DISPLAY_BYTES } from '../scim/limits.ts'
import { type Member, type MemberStep, memberChange, needsCurrentMembers } from '../scim/members.ts'
import { quote } from '../scim/quote.ts'
import type { Attributes } from '../scim/schema.ts'
import type { MemberDelta } from '../store/groups/change.ts'
import type { StoredMember } from '../store/groups/member-item.ts'
import { listMembersAmong } from '../store/groups/members.ts'
import type { StoredResource } from '../store/resource-item.ts'
import { getResources } from '../store/resources.ts'
import { sees } from './access.ts'
import type { Asked } from './asked.ts'
import type { ScimContext } from './context.ts'
import { currentMembers, locationOf } from './present.ts'

/** What a change does to a group's members once it is held against who is a member. */
export interface ResolvedDelta extends MemberDelta {
  /** Whether the delta was computed from all members: then it holds for the version that was read only. */
  wholeSet: boolean
}

/** Deltas up to this size are written first and corrected by what the write finds. */
const MAX_OPTIMISTIC = 90

/** What was read for a change besides the group. */
export interface KnownMembers {
  /** Users that are to become members, by id. */
  users: Map<string, StoredResource>
  /** Which of the users that a large change names are members. */
  among: Set<string> | undefined
}

/** Reads about those a request names what its change must know, one parallel round trip, 1 read unit each. */
export async function loadKnownMembers(
  context: ScimContext,
  { memberSteps }: Asked,
  groupId?: string,
  earlier?: KnownMembers,
): Promise<KnownMembers> {
  const [users, among] = await Promise.all([
    earlier?.users ?? loadCandidates(context, memberSteps),
    groupId === undefined ? undefined : loadAmong(context, groupId, memberSteps),
  ])
  return { users, among }
}

/** The users whom a change would make members, if they are not yet. */
async function loadCandidates({ db, principal, types }: ScimContext, steps: MemberStep[]) {
  const ids = steps.flatMap((step) => ('members' in step ? step.members.map(({ value }) => value) : []))
  const users = ids.length === 0 ? [] : await getResources(db, principal.account, types.User, ids)
  return new Map(users.map((user) => [user.id, user]))
}

/** Whether the steps can only be understood knowing every member. */
const needsAll = (steps: MemberStep[]): boolean =>
  needsCurrentMembers(steps) || steps.some(({ kind }) => kind === 'clear' || kind === 'replace')

/** Which of the users a large change names are members; small ones find out by writing. */
async function loadAmong(
  { db, principal }: ScimContext,
  groupId: string,
  steps: MemberStep[],
): Promise<Set<string> | undefined> {
  if (needsAll(steps)) return undefined
  const { add, remove } = memberChange(steps)
  if (add.size + remove.size <= MAX_OPTIMISTIC) return undefined
  return listMembersAmong(db, principal.account, groupId, [...add.keys(), ...remove])
}

/**
 * Resolves the steps of a request into the members to add and to remove. New members must be users that the caller
 * may see.
 * @throws {ScimError} 400 invalidValue naming the ids that are not.
 */
export async function resolveDelta(
  context: ScimContext,
  group: StoredResource | undefined,
  steps: MemberStep[],
  { users, among }: KnownMembers,
): Promise<ResolvedDelta> {
  if (!group) {
    const { add } = memberChange(steps, { members: new Map() })
    return { add: toStoredMembers(context, [...add.values()], users), remove: [], wholeSet: true }
  }
  const current = needsAll(steps) ? await currentMembers(context, group.id) : undefined
  const toRef = (id: string) => locationOf(context, context.types.User, id)
  const change = memberChange(steps, current && { members: toMemberMap(current), toRef })
  const wanted = [...change.add.values()]
  if (current) return againstAll(context, current, change.clear, wanted, change.remove, users)
  const add = toStoredMembers(context, wanted, users)
  const remove = [...change.remove].filter((userId) => userId !== '')
  if (!among) return { add, remove, wholeSet: false }
  return {
    add: add.filter(({ userId }) => !among.has(userId)),
    remove: remove.filter((userId) => among.has(userId)),
    wholeSet: false,
  }
}

function againstAll(
  context: ScimContext,
  current: Map<string, StoredMember>,
  clear: boolean,
  wanted: Member[],
  removed: Set<string>,
  candidates: Map<string, StoredResource>,
): ResolvedDelta {
  const kept = new Set(wanted.map(({ value }) => value))
  const remove = clear
    ? [...current.keys()].filter((userId) => !kept.has(userId))
    : [...removed].filter((userId) => current.has(userId))
  const fresh = wanted.filter(({ value }) => !current.has(value))
  return { add: toStoredMembers(context, fresh, candidates), remove, wholeSet: true }
}

const toMemberMap = (members: Map<string, StoredMember>): Map<string, Member> =>
  new Map([...members].map(([value, { display }]) => [value, { value, ...(display !== undefined && { display }) }]))

/** Keeps the display a client sent; where it sent none, the user's own name stands in. */
function toStoredMembers(
  context: ScimContext,
  members: Member[],
  candidates: Map<string, StoredResource>,
): StoredMember[] {
  const unknown = members.filter(({ value }) => {
    const user = candidates.get(value)
    return !user || !sees(context.principal, user.type, user.owner)
  })
  if (unknown.length > 0) throw unknownMembers(unknown.map(({ value }) => value))
  return members.map(({ value, display }) => {
    return { userId: value, display: display ?? nameOfUser(candidates.get(value)?.attributes ?? {}) }
  })
}

/** The user's displayName where it is short enough for a membership, the userName otherwise. */
function nameOfUser({ displayName, userName }: Attributes): string {
  const fits = typeof displayName === 'string' && Buffer.byteLength(displayName) <= MAX_DISPLAY_BYTES
  return fits ? displayName : String(userName)
}

/** Refuses members that are no users, naming the first few. */
function unknownMembers(ids: string[]) {
  const named = ids.slice(0, 3).map((id) => quote(id))
  const rest = ids.length > 3 ? ` and ${ids.length - 3} more` : ''
  return invalidValue(`Cannot add ${named.join(', ')}${rest} as member: there is no such user; create the user first`)
}
