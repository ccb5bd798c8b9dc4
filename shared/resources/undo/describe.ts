import { MEMBER_CHANGES } from '../../audit/changes.ts'
import type { Change } from '../../audit/rest-event.ts'
import { quote } from '../../scim/quote.ts'
import type { MemberDelta } from '../../store/groups/member-item.ts'

/** Longer values are named, not shown. */
const MAX_SHOWN = 40

/** What is done to an object, in a few words: `active false → true, title "Boss" → none, 12 members back`. */
export function describe(attributes: readonly Change[], { add, remove, displays }: MemberDelta): string {
  const own = attributes.filter(({ attribute }) => !Object.values<string>(MEMBER_CHANGES).includes(attribute))
  return [
    ...own.map(describeChange).sort(),
    ...counted(add.length, 'back'),
    ...counted(remove.length, 'out'),
    ...counted(displays.length, 'shown as before'),
  ].join(', ')
}

function describeChange({ attribute, before, after }: Change): string {
  const [from, to] = [shown(before), shown(after)]
  return from === undefined || to === undefined ? attribute : `${attribute} ${from} → ${to}`
}

/** Quoted, so that no value looks like words of ours. */
function shown(value: unknown): string | undefined {
  if (value === undefined) return 'none'
  if (typeof value === 'object' || String(value).length > MAX_SHOWN) return undefined
  return quote(value)
}

const counted = (count: number, what: string): string[] =>
  count === 0 ? [] : [`${count} ${count === 1 ? 'member' : 'members'} ${what}`]
