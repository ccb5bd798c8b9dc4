import { invalidValue } from '../scim/error.ts'
import { type Member, type MemberChange, memberChange } from '../scim/members.ts'
import { quote } from '../scim/quote.ts'
import { MAX_INLINE_MEMBERS } from '../store/groups/change.ts'
import { overlay } from '../store/groups/intents.ts'
import { type DisplayChange, displaysOf, type MemberDelta, type StoredMember } from '../store/groups/member-item.ts'
import { getMembers } from '../store/groups/members.ts'
import { listOwners } from '../store/owners.ts'
import { sees } from './access.ts'
import type { Asked } from './asked.ts'
import type { ScimContext } from './context.ts'
import { type Current, loadCurrent } from './current-members.ts'
import { locationOf } from './present.ts'
import type { Request } from './special.ts'

/** What a change does to a group's members. */
export interface ResolvedDelta extends MemberDelta {
  /** Whether it was held against who is a member: then it holds for the version that was read, and for no other. */
  exact: boolean
}

/** What was read for a change besides the group. */
export interface KnownMembers {
  /** The owners of users that are to become members, by id. */
  owners: ReadonlyMap<string, string>
  /** Those of a few who are to leave that are members, so that the event knows what goes with them. */
  leaving: ReadonlyMap<string, StoredMember>
}

/** Reads whether those whom a change would make members are users, and who of a few would leave, beside the group. */
export async function loadKnownMembers(
  { db, principal, types }: ScimContext,
  { memberSteps }: Asked,
  id: string | undefined,
  earlier?: KnownMembers,
): Promise<KnownMembers> {
  const { account, role } = principal
  const ids = memberSteps.flatMap((step) => ('members' in step ? step.members.map(({ value }) => value) : []))
  const gone = memberSteps.flatMap((step) => ('ids' in step ? step.ids : [])).filter((userId) => userId !== '')
  const isFew = id !== undefined && gone.length <= MAX_INLINE_MEMBERS
  const [owners, leaving] = await Promise.all([
    earlier?.owners ?? listOwners(db, account, types.User, ids, role),
    isFew ? getMembers(db, account, id, gone) : new Map<string, StoredMember>(),
  ])
  return { owners, leaving }
}

/**
 * Resolves the steps of a request into the members to add, to remove and to show otherwise; `shown` are the members
 * afterwards, where all are known. New members must be users that the caller may see; where the integration says so,
 * others are skipped, which the event tells.
 * @throws {ScimError} 400 invalidValue naming the ids that are not.
 */
export async function resolveDelta(
  context: ScimContext,
  { asked: { memberSteps }, known, before, answer }: Request<KnownMembers>,
): Promise<ResolvedDelta & { shown?: Map<string, StoredMember> }> {
  const current = before ? await loadCurrent(context, before, memberSteps, answer) : NOBODY
  const toRef = (id: string) => locationOf(context, context.types.User, id)
  const change = memberChange(memberSteps, current && { members: toMemberMap(current.members), toRef })
  const wanted = knownMembers(context, [...change.add.values()], known.owners, current?.members)
  if (!current) {
    const remove = [...change.remove].filter((userId) => userId !== '')
    const lost = displaysOf(remove.flatMap((userId) => known.leaving.get(userId) ?? []))
    return { add: wanted.map(toStoredMember), remove, displays: [], lost, exact: false }
  }
  const delta = against(current.members, change, wanted)
  return { ...delta, exact: true, ...(current.whole && { shown: shownAfter(current.members, delta, current.whole) }) }
}

const NOBODY: Current = { members: new Map(), whole: { hidden: new Map() } }

/** In the order in which they are read. */
function shownAfter(members: Map<string, StoredMember>, delta: MemberDelta, { hidden }: Required<Current>['whole']) {
  const after = overlay(new Map(members), [delta])
  const shown = [...after].filter(([userId]) => !hidden.has(userId))
  return new Map(shown.sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Holds a change against the members it names, as they are stored. */
function against(members: Map<string, StoredMember>, { clear, add, remove: named }: MemberChange, wanted: Member[]) {
  const gone = clear ? [...members.keys()].filter((userId) => !add.has(userId)) : [...named]
  const asked = wanted.map(toStoredMember)
  const remove = gone.filter((userId) => members.has(userId))
  return {
    add: asked.filter(({ userId }) => !members.has(userId)),
    remove,
    lost: displaysOf(remove.flatMap((userId) => members.get(userId) ?? [])),
    displays: asked.flatMap((member) => displayChange(members.get(member.userId), member, clear)),
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
  { principal, trail, types }: ScimContext,
  wanted: Member[],
  owners: KnownMembers['owners'],
  current: Map<string, StoredMember> | undefined,
): Member[] {
  const isKnown = ({ value }: Member) => {
    const owner = owners.get(value)
    return owner !== undefined && (current?.has(value) || sees(principal, types.User, owner))
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
