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
  const names = [...new Set(changes.map(({ attribute }) => attribute.replace(/^members\..*/, 'members')))]
  if (principal.isAdministrator && owner !== ADMIN_OWNER) {
    return { ...direct, ...Object.fromEntries(names.map((name) => [name, now.toISOString()])) }
  }
  if (!direct || !names.some((name) => name in direct)) return direct
  const left = Object.entries(direct).filter(([name]) => !names.includes(name))
  return left.length === 0 ? undefined : Object.fromEntries(left)
}
