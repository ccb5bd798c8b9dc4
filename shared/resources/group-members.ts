import { invalidValue } from '../scim/error.ts'
import { type Member, type MemberChange, type MemberStep, memberChange, needsCurrentMembers } from '../scim/members.ts'
import { quote } from '../scim/quote.ts'
import { MAX_INLINE_MEMBERS, type MemberDelta } from '../store/groups/change.ts'
import type { DisplayChange, StoredMember } from '../store/groups/member-item.ts'
import { listMembersAmong } from '../store/groups/members.ts'
import type { StoredResource } from '../store/resource-item.ts'
import { getResources } from '../store/resources.ts'
import { sees } from './access.ts'
import type { Asked } from './asked.ts'
import type { ScimContext } from './context.ts'
import { currentMembers } from './members.ts'
import { locationOf } from './present.ts'

/** What a change does to a group's members once it is held against who is a member. */
export interface ResolvedDelta extends MemberDelta {
  /** Whether the delta was computed from all members: then it holds for the version that was read only. */
  wholeSet: boolean
}

/** What was read for a change besides the group. */
export interface KnownMembers {
  /** Users that are to become members, by id. */
  users: Map<string, StoredResource>
  /** Those of the users that a large change names who are members. */
  among: Map<string, StoredMember> | undefined
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

/** Those of the users a large change names who are members; small ones find out by writing. */
async function loadAmong(
  { db, principal }: ScimContext,
  groupId: string,
  steps: MemberStep[],
): Promise<Map<string, StoredMember> | undefined> {
  if (needsAll(steps)) return undefined
  const { add, remove } = memberChange(steps)
  if (add.size + remove.size <= MAX_INLINE_MEMBERS) return undefined
  return listMembersAmong(db, principal.account, groupId, [...add.keys(), ...remove])
}

/**
 * Resolves the steps of a request into the members to add, to remove and to show otherwise. New members must be users
 * that the caller may see; where the integration says so, others are skipped, which the event tells.
 * @throws {ScimError} 400 invalidValue naming the ids that are not.
 */
export async function resolveDelta(
  context: ScimContext,
  group: StoredResource | undefined,
  steps: MemberStep[],
  { users, among }: KnownMembers,
): Promise<ResolvedDelta> {
  const current = group ? await loadCurrent(context, group, steps) : new Map<string, StoredMember>()
  const toRef = (id: string) => locationOf(context, context.types.User, id)
  const change = memberChange(steps, current && { members: toMemberMap(current), toRef })
  const wanted = knownMembers(context, [...change.add.values()], users, current)
  if (current) return against(current, change, wanted, true)
  if (among) return against(among, change, wanted, false)
  const remove = [...change.remove].filter((userId) => userId !== '')
  return { add: wanted.map(toStoredMember), remove, displays: [], wholeSet: false }
}

const loadCurrent = async (context: ScimContext, { id }: StoredResource, steps: MemberStep[]) =>
  needsAll(steps) ? currentMembers(context, id) : undefined

/** Holds a change against the members it names, as they are stored. */
function against(
  members: Map<string, StoredMember>,
  { clear, add, remove }: MemberChange,
  wanted: Member[],
  wholeSet: boolean,
): ResolvedDelta {
  const gone = clear ? [...members.keys()].filter((userId) => !add.has(userId)) : [...remove]
  const asked = wanted.map(toStoredMember)
  return {
    add: asked.filter(({ userId }) => !members.has(userId)),
    remove: gone.filter((userId) => members.has(userId)),
    displays: asked.flatMap((member) => displayChange(members.get(member.userId), member, clear)),
    wholeSet,
  }
}

/**
 * What a client that sends a member again changes of its display. One sent without a display keeps what it has, unless
 * the `whole` set is sent anew: that is then all there is (RFC 7644 §3.5.1, §3.5.2.3).
 */
export function displayChange(old: StoredMember | undefined, sent: StoredMember, whole = false): DisplayChange[] {
  if (!old || old.display === sent.display || (sent.display === undefined && !whole)) return []
  return [{ userId: sent.userId, before: old.display, after: sent.display }]
}

const toMemberMap = (members: Map<string, StoredMember>): Map<string, Member> =>
  new Map([...members].map(([value, { display }]) => [value, { value, ...(display !== undefined && { display }) }]))

/** What the client sent and nothing else: a name taken from the user would be wrong after its next change. */
const toStoredMember = ({ value, display }: Member): StoredMember => ({ userId: value, display })

/**
 * The members a request wants, without those who are no users that the caller may see.
 * @throws {ScimError} 400 invalidValue when the integration refuses these, or nobody would be left: so no group is
 * emptied by mistake.
 */
function knownMembers(
  { principal, trail }: ScimContext,
  wanted: Member[],
  users: Map<string, StoredResource>,
  current: Map<string, StoredMember> | undefined,
): Member[] {
  const isKnown = ({ value }: Member) => {
    const user = users.get(value)
    return current?.has(value) || (user !== undefined && sees(principal, user.type, user.owner))
  }
  const unknown = wanted.filter((member) => !isKnown(member)).map(({ value }) => value)
  if (unknown.length === 0) return wanted
  if (principal.unknownMembers !== 'skip' || unknown.length === wanted.length) throw unknownMembers(unknown)
  trail.skipped(unknown)
  return wanted.filter(isKnown)
}

/** Refuses members that are no users, naming the first few. */
function unknownMembers(ids: string[]) {
  const named = ids.slice(0, 3).map((id) => quote(id))
  const rest = ids.length > 3 ? ` and ${ids.length - 3} more` : ''
  return invalidValue(`Cannot add ${named.join(', ')}${rest} as member: there is no such user; create the user first`)
}
