import type { Change } from '../audit/rest-event.ts'
import { ADMIN_OWNER } from '../auth/principal.ts'
import type { StoredResource } from '../store/resource-item.ts'
import type { ScimContext } from './context.ts'

type Marks = StoredResource['direct']

/**
 * Which attributes administrators have changed by hand since the owner's identity provider last did, once these changes
 * are made; the marks of `before` themselves where none comes or goes. What administrators own has none.
 */
export function marksAfter(
  { principal, now }: Pick<ScimContext, 'principal' | 'now'>,
  { owner, direct }: StoredResource,
  changes: readonly Change[],
): Marks {
  const names = [...new Set(changes.map(markOf))]
  if (principal.isAdministrator && owner !== ADMIN_OWNER) {
    return { ...direct, ...Object.fromEntries(names.map((name) => [name, now.toISOString()])) }
  }
  if (!direct || !names.some((name) => name in direct)) return direct
  const left = Object.entries(direct).filter(([name]) => !names.includes(name))
  return left.length === 0 ? undefined : Object.fromEntries(left)
}

/** Under which name a change is marked: one for all that befalls members. */
export const markOf = ({ attribute }: Pick<Change, 'attribute'>): string => attribute.replace(/^members\..*/, 'members')

/** Changes with the marks that they replace or take away, by which an undo marks again. */
export const withMarks = (direct: Marks, changes: readonly Change[]): Change[] =>
  changes.map((change) => {
    const mark = direct?.[markOf(change)]
    return mark === undefined ? change : { ...change, direct: mark }
  })

/** Marks as they were before: of each name that is told, the one it had, or none. What administrators own has none. */
export function marksBack(
  { owner, direct }: Pick<StoredResource, 'owner' | 'direct'>,
  told: ReadonlyMap<string, string | undefined>,
): Marks {
  const others = Object.entries(direct ?? {}).filter(([name]) => !told.has(name))
  const back = [...told].filter((row): row is [string, string] => row[1] !== undefined)
  const marks = owner === ADMIN_OWNER ? [] : [...others, ...back]
  return marks.length === 0 ? undefined : Object.fromEntries(marks)
}
