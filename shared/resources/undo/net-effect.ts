import { MEMBER_CHANGES, sameValue } from '../../audit/changes.ts'
import { CUT_MARKER, isCutText } from '../../audit/cut-text.ts'
import { countListed } from '../../audit/listed.ts'
import type { Change } from '../../audit/rest-event.ts'
import type { MemberDelta } from '../../store/groups/member-item.ts'
import { markOf } from '../direct-marks.ts'

/** What something was before and is after; nothing where it was not, or is not, there. */
export interface Sides<T = unknown> {
  before?: T | undefined
  after?: T | undefined
}

/** That somebody is a member; with the display, where it is known. */
export interface Membership {
  display?: string | undefined
}

/** What changes did to one object: attributes as events name them, and members by the user's id. */
export interface Effect {
  attributes: Map<string, Sides>
  members: Map<string, Sides<Membership>>
  /** When administrators had set what was before by hand, if they had, under the names of their marks. */
  marks: Map<string, string | undefined>
}

/** No effect yet. */
export const noEffect = (): Effect => ({ attributes: new Map(), members: new Map(), marks: new Map() })

/** What an event did: by its changes, and by parts of a change of members that it could not list. */
export function toEffect(changes: readonly Change[], deltas: readonly MemberDelta[]): Effect {
  const own = changes.filter(({ attribute }) => !attribute.startsWith('members.'))
  const attributes = new Map(own.map(({ attribute, before, after }) => [attribute, { before, after }]))
  const members = listedMembers(changes)
  for (const delta of deltas) for (const [userId, sides] of membersOf(delta)) members.set(userId, sides)
  return { attributes, members, marks: new Map(changes.map((change) => [markOf(change), change.direct])) }
}

/** Goes on with what happened next: of each attribute and member the first `before` and the last `after` count. */
export function addEffect(net: Effect, next: Effect): void {
  addSides(net.attributes, next.attributes)
  addSides(net.members, next.members)
  for (const [name, mark] of next.marks) if (!net.marks.has(name)) net.marks.set(name, mark)
}

function addSides<T>(net: Map<string, Sides<T>>, next: ReadonlyMap<string, Sides<T>>): void {
  for (const [name, { before, after }] of next) {
    const first = net.get(name)
    net.set(name, { before: first ? first.before : before, after })
  }
}

/** What is left of an effect once what came to nothing is left out. */
export const withoutNothing = ({ attributes, members, marks }: Effect): Effect => ({
  marks,
  attributes: changed(attributes),
  members: changed(members),
})

const changed = <T>(sides: ReadonlyMap<string, Sides<T>>): Map<string, Sides<T>> =>
  new Map([...sides].filter(([, { before, after }]) => !sameValue(before, after)))

/** Whether an effect knows all that its event tells of: what an event cut may be kept no longer. */
export function isWhole(changes: readonly Change[], { members }: Effect): boolean {
  const sides = [...members.values()]
  const came = sides.filter(({ before, after }) => !before && after).length
  const went = sides.filter(({ before, after }) => before && !after).length
  const countOf = (attribute: string, side: 'before' | 'after') =>
    countListed(changes.find((change) => change.attribute === attribute)?.[side])
  const isListed = came >= countOf(MEMBER_CHANGES.added, 'after') && went >= countOf(MEMBER_CHANGES.removed, 'before')
  return isListed && !changes.some(isCutShort)
}

const isCutShort = ({ attribute, before, after }: Change): boolean =>
  attribute === CUT_MARKER || [before, after].some(isCutText)

function membersOf({ add, remove, displays, lost }: MemberDelta): [string, Sides<Membership>][] {
  return [
    ...remove.map((userId): [string, Sides<Membership>] => [userId, { before: membership(lost?.get(userId)) }]),
    ...add.map(({ userId, display }): [string, Sides<Membership>] => [userId, { after: membership(display) }]),
    ...displays.map(({ userId, before, after }): [string, Sides<Membership>] => [
      userId,
      { before: membership(before), after: membership(after) },
    ]),
  ]
}

const membership = (display?: unknown): Membership => (typeof display === 'string' ? { display } : {})

/** Members as an event lists them; who went has a display on one side only. */
function listedMembers(changes: readonly Change[]): Map<string, Sides<Membership>> {
  const members = new Map<string, Sides<Membership>>()
  const rowsOf = (attribute: string, side: 'before' | 'after') => {
    const list = changes.find((change) => change.attribute === attribute)?.[side]
    return Array.isArray(list) ? list : []
  }
  const put = (userId: unknown, sides: Sides<Membership>) => {
    if (typeof userId === 'string' && !userId.startsWith('…')) members.set(userId, { ...members.get(userId), ...sides })
  }
  for (const userId of rowsOf(MEMBER_CHANGES.removed, 'before')) put(userId, { before: {} })
  for (const userId of rowsOf(MEMBER_CHANGES.added, 'after')) put(userId, { after: {} })
  for (const row of rowsOf(MEMBER_CHANGES.display, 'before')) put(row.value, { before: membership(row.display) })
  for (const row of rowsOf(MEMBER_CHANGES.display, 'after')) put(row.value, { after: membership(row.display) })
  return members
}
