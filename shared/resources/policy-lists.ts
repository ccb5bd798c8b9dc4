import type * as z from 'zod/mini'
import type { NetworkPolicy } from '../auth/applied-policy.ts'
import { isSameBlock, withoutRepeated } from '../auth/network-policy.ts'
import { invalidValue } from '../scim/error.ts'
import { quote } from '../scim/quote.ts'
import { networkPolicy, type networkPolicyChange } from './network-policy-input.ts'
import { parseInput } from './parse-input.ts'

type ListChanges = Pick<z.output<typeof networkPolicyChange>, 'allowed' | 'blocked' | 'allowEverywhere'>

/**
 * The lists of a policy with blocks added and removed. Adding what is there is no change.
 * @throws {ScimError} 400 invalidValue when a block to remove is not there, when the last allowed one would go without
 *   `allowEverywhere`, since an empty list allows every address, or when there would be too many.
 */
export function changeLists(
  before: NetworkPolicy,
  { allowed, blocked, allowEverywhere }: ListChanges,
): { allowed: string[]; blocked: string[] } {
  const after = {
    allowed: allowEverywhere ? [] : changeList('allowed', before.allowed, allowed),
    blocked: changeList('blocked', before.blocked, blocked),
  }
  if (before.allowed.length > 0 && after.allowed.length === 0 && !allowEverywhere) {
    throw invalidValue(
      'Cannot remove every allowed block: all addresses would be allowed; if that is meant, say so with --allow-everywhere, in the API allowEverywhere',
    )
  }
  return parseInput(networkPolicy, after)
}

function changeList(
  name: keyof NetworkPolicy,
  before: readonly string[],
  { add, remove }: ListChanges['allowed'],
): string[] {
  const absent = remove.find((block) => !before.some((held) => isSameBlock(held, block)))
  if (absent !== undefined) {
    throw invalidValue(`Cannot remove ${quote(absent)}: it is not ${name}; there is ${before.join(', ') || 'none'}`)
  }
  const kept = before.filter((held) => !remove.some((block) => isSameBlock(held, block)))
  return withoutRepeated([...kept, ...add])
}
