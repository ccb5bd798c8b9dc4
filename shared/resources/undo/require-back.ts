import type { Attributes } from '../../scim/schema.ts'
import type { StoredResource } from '../../store/resource-item.ts'
import { Refused } from './refused.ts'
import { setAttributesBack } from './set-back.ts'
import type { How, Target } from './target.ts'

/** The attributes an object had. @throws {Refused} */
export function requireBack(
  { kind: { type }, net }: Target,
  { attributes: now }: Pick<StoredResource, 'attributes'>,
  { force }: Pick<How, 'force'>,
): Attributes {
  const { attributes, changedSince, hidden } = setAttributesBack(type, now, net.effect, force)
  if (changedSince.length > 0) throw new Refused(`changed again since: ${changedSince.join(', ')}`)
  if (hidden.length > 0 && !force) throw new Refused(`the history hides what was in ${hidden.join(', ')}`)
  return attributes
}
