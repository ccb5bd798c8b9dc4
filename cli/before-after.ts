import type { Change } from '../shared/audit/rest-event.ts'
import { toLines } from './table.ts'

/** What there is to say where nothing had to be changed. */
export const ALL_SO_ALREADY = 'Nothing has changed: all of it was so already'

type Members = (readonly [string, string | number | boolean | undefined])[]

/** An object in lines, one for each member; those that have changed as `before → after`. */
export function changedLines<View extends object>(
  view: View,
  changes: readonly Change[] = [],
  toMembers: (view: View) => Members,
): string {
  const old = Object.fromEntries(changes.map(({ attribute, before }) => [attribute, before]))
  const earlier = toMembers({ ...view, ...old })
  return toLines(toMembers(view).map(([name, value], i) => [name, beside(earlier[i]?.[1], value)]))
}

function beside(before: Members[number][1], after: Members[number][1]): Members[number][1] {
  return before === after ? after : `${toText(before)} → ${toText(after)}`
}

const toText = (value: Members[number][1]): string => (value === undefined || value === '' ? 'none' : String(value))
