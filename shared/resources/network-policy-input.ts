import * as z from 'zod/mini'
import { POLICY_MODES } from '../auth/applied-policy.ts'
import { toNetworkBlock } from '../auth/network-block.ts'
import { BLOCK_RULE, isBlock, isSameBlock, withoutRepeated } from '../auth/network-policy.ts'
import { comment, objectName, offByDefault } from './name-input.ts'
import { strictError } from './parse-input.ts'

/** Both lists together: the copy in every token must fit one read unit. */
const MAX_NETWORK_BLOCKS = 50

/** An address or a CIDR block of either family, without an address in it that says nothing. */
export const block = z.pipe(
  z.string({ error: BLOCK_RULE }).check(z.refine(isBlock, { error: BLOCK_RULE })),
  z.transform(toNetworkBlock),
)
const blocks = z._default(
  z.pipe(
    z.array(block, { error: 'expected a list of addresses or CIDR blocks' }),
    z.transform((all) => withoutRepeated(all)),
  ),
  [],
)

const isSmall = z.refine<{ allowed: string[]; blocked: string[] }>(
  ({ allowed, blocked }) => allowed.length + blocked.length <= MAX_NETWORK_BLOCKS,
  { error: `a network policy has at most ${MAX_NETWORK_BLOCKS} blocks: use larger ones` },
)

/** The lists of a policy; also what those of a changed one must be. */
export const networkPolicy = z.strictObject({ allowed: blocks, blocked: blocks }, { error: strictError }).check(isSmall)

const policyMode = z.enum(POLICY_MODES, { error: `expected one of ${POLICY_MODES.join(', ')}` })

/** What an admin says of a new policy. */
export const newNetworkPolicy = z
  .strictObject(
    {
      name: objectName,
      mode: z._default(policyMode, 'enforce'),
      allowed: blocks,
      blocked: blocks,
      comment: z.optional(comment),
    },
    { error: strictError },
  )
  .check(isSmall)

const listChangeError: typeof strictError = (issue) =>
  issue.code === 'unrecognized_keys' ? strictError(issue) : 'expected { "add": [...], "remove": [...] }'
const listChange = z._default(
  z.strictObject({ add: blocks, remove: blocks }, { error: listChangeError }).check(
    z.refine(({ add, remove }) => !add.some((added) => remove.some((removed) => isSameBlock(added, removed))), {
      error: 'the same block cannot be added and removed',
    }),
  ),
  { add: [], remove: [] },
)

/**
 * What to add to the lists of a policy and what to remove, so that nobody undoes what another has just changed. All
 * addresses are allowed only where that is said: `allowEverywhere` empties the allowed list.
 */
export const networkPolicyChange = z
  .strictObject(
    {
      mode: z.optional(policyMode),
      allowed: listChange,
      blocked: listChange,
      allowEverywhere: offByDefault,
      comment: z.nullish(comment),
    },
    { error: strictError },
  )
  .check(
    z.refine(({ allowed, allowEverywhere }) => !allowEverywhere || allowed.add.length + allowed.remove.length === 0, {
      error: 'allowEverywhere goes without a change of the allowed list',
    }),
  )

export type NetworkPolicyInput = z.input<typeof newNetworkPolicy>
export type NetworkPolicyChange = z.input<typeof networkPolicyChange>
