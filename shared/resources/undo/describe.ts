import { MEMBER_CHANGES } from '../../audit/changes.ts'
import type { Change } from '../../audit/rest-event.ts'
import type { MemberDelta } from '../../store/groups/member-item.ts'

/** Longer values are named, not shown. */
const MAX_SHOWN = 40

/** What is done to an object, in a few words: `active false → true, 12 members back`. */
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

function shown(value: unknown): string | undefined {
  if (value === undefined) return 'none'
  if (typeof value === 'object') return undefined
  const text = String(value)
  return text.length > MAX_SHOWN ? undefined : text
}

const counted = (count: number, what: string): string[] =>
  count === 0 ? [] : [`${count} ${count === 1 ? 'member' : 'members'} ${what}`]
