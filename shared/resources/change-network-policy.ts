import { isSameBlock, type NetworkPolicy, withoutRepeated } from '../auth/network-policy.ts'
import { invalidValue } from '../scim/error.ts'
import { quote } from '../scim/quote.ts'
import { type NetworkPolicyChange, networkPolicy } from './integration-input.ts'
import { parseInput } from './parse-input.ts'

const NO_POLICY: NetworkPolicy = { allowed: [], blocked: [] }

/**
 * A policy with blocks added and removed; none where both lists are empty. Adding what is there is no change.
 * @throws {ScimError} 400 invalidValue when a block to remove is not there, when the last allowed one would go without
 *   `allowEverywhere`, since an empty list allows every address, or when there would be too many.
 */
export function changeNetworkPolicy(
  before: NetworkPolicy = NO_POLICY,
  { allowed, blocked, allowEverywhere }: NetworkPolicyChange,
): NetworkPolicy | undefined {
  const after = {
    allowed: allowEverywhere ? [] : changeList('allowed', before.allowed, allowed),
    blocked: changeList('blocked', before.blocked, blocked),
  }
  if (before.allowed.length > 0 && after.allowed.length === 0 && !allowEverywhere) {
    throw invalidValue(
      'Cannot remove every allowed block: all addresses would be allowed; if that is meant, say allowEverywhere',
    )
  }
  return after.allowed.length + after.blocked.length === 0 ? undefined : parseInput(networkPolicy, after)
}

function changeList(
  name: keyof NetworkPolicy,
  before: readonly string[],
  { add, remove }: NetworkPolicyChange['allowed'],
): string[] {
  const absent = remove.find((block) => !before.some((held) => isSameBlock(held, block)))
  if (absent !== undefined) {
    throw invalidValue(`Cannot remove ${quote(absent)}: it is not ${name}; there is ${before.join(', ') || 'none'}`)
  }
  const kept = before.filter((held) => !remove.some((block) => isSameBlock(held, block)))
  return withoutRepeated([...kept, ...add])
}
