import { plainJson } from '../../shared/audit/plain-text.ts'
import { POLICY_MODES } from '../../shared/auth/applied-policy.ts'
import { isSameBlock } from '../../shared/auth/network-policy.ts'
import { comment } from '../../shared/resources/name-input.ts'
import { block } from '../../shared/resources/network-policy-input.ts'
import type { ChangedPolicy, NetworkPolicyView } from '../../shared/resources/views/network-policy.ts'
import { ALL_SO_ALREADY, changedLines } from '../before-after.ts'
import { type Command, command, type FlagValues, type Session } from '../command.ts'
import { dropCommand } from '../drop-command.ts'
import { contradicting, UsageError } from '../failure.ts'
import { choice, DRY_RUN, dryRunQuery, LIKE, optional, repeated, toggle } from '../flags.ts'
import { type ListView, showList } from '../output.ts'

const POLICIES = ['admin', 'network-policies']
const POLICY = { name: 'NAME', help: 'the network policy, in any letter case' }

const POLICY_VIEW: ListView<NetworkPolicyView> = {
  table: [
    { header: 'NAME', get: ({ name }) => name },
    { header: 'MODE', get: ({ mode }) => mode },
    { header: 'ALLOWED', get: ({ allowed }) => allowed.join(', ') || 'everywhere' },
    { header: 'BLOCKED', get: ({ blocked }) => blocked.join(', ') },
    { header: 'ATTACHED TO', get: (policy) => attachedTo(policy) },
    { header: 'COMMENT', get: (policy) => policy.comment },
  ],
}

const attachedTo = ({ account, integrations }: NetworkPolicyView): string =>
  [...(account ? ['the account'] : []), ...integrations].join(', ')

const MODE = choice(
  'MODE',
  `${POLICY_MODES.join(' or ')}: refuse whom it does not allow, or let in and count (default: enforce)`,
  POLICY_MODES,
)

const CREATE_POLICY_FLAGS = {
  mode: MODE,
  allow: repeated('CIDR', 'allow this address or block and no other (repeatable; default: from everywhere)', block),
  block: repeated('CIDR', 'refuse this address or block (repeatable)', block),
  comment: optional('TEXT', 'a note for people', comment),
}

const policyCreate = command({
  words: 'network-policy create',
  summary: 'Say from which addresses an integration or an account may be used',
  operands: [{ name: 'NAME', help: 'a letter first, then letters, digits, _ and $; kept in capitals' }],
  flags: CREATE_POLICY_FLAGS,
  outputs: ['table', 'json'],
  examples: ['rolecall network-policy create OFFICE --allow 192.0.2.0/24 --allow 2001:db8::/32 --mode observe'],
  run: async (session, { allow: allowed, block: blocked, mode, comment: note }, name = '') => {
    const body = { name, mode, allowed, blocked, comment: note }
    await showPolicy(session, await session.api.call<NetworkPolicyView>({ method: 'POST', path: POLICIES, body }))
    session.terminal.tell(`Next: ${session.hint(`integration alter NAME --network-policy ${name}`)}`)
  },
})

const policyList = command({
  words: 'network-policy list',
  summary: 'Show the network policies of the account, and what they are attached to',
  flags: { like: LIKE },
  examples: ['rolecall network-policy list', 'rolecall network-policy list --like "O%" --output csv'],
  run: async (session, { like }) => {
    const call = { path: POLICIES, query: { like } }
    const { networkPolicies } = await session.api.call<{ networkPolicies: NetworkPolicyView[] }>(call)
    await showList(session, POLICY_VIEW, [networkPolicies])
  },
})

const policyDescribe = command({
  words: 'network-policy describe',
  summary: 'Show one network policy and what it is attached to',
  operands: [POLICY],
  flags: {},
  outputs: ['table', 'json'],
  examples: ['rolecall network-policy describe OFFICE'],
  run: async (session, _values, name = '') => {
    await showPolicy(session, await session.api.call<NetworkPolicyView>({ path: [...POLICIES, name] }))
  },
})

const ALTER_POLICY_FLAGS = {
  mode: choice('MODE', `${POLICY_MODES.join(' or ')}`, POLICY_MODES),
  'allow-add': repeated(
    'CIDR',
    'also allow this address or block; the first one shuts out all others (repeatable)',
    block,
  ),
  'allow-remove': repeated('CIDR', 'allow this one no longer; the last one goes with --allow-everywhere only', block),
  'allow-everywhere': toggle('allow every address that is not blocked'),
  'block-add': repeated('CIDR', 'also refuse this address or block, even if it is allowed (repeatable)', block),
  'block-remove': repeated('CIDR', 'refuse this one no longer (repeatable)', block),
  comment: optional('TEXT', 'a note for people; an empty one takes it away', comment),
  'dry-run': DRY_RUN,
}
type PolicyValues = FlagValues<typeof ALTER_POLICY_FLAGS>

const policyAlter = command({
  words: 'network-policy alter',
  summary: 'Change a network policy for all it is attached to; it holds within a minute',
  operands: [POLICY],
  flags: ALTER_POLICY_FLAGS,
  outputs: ['table', 'json'],
  examples: [
    'rolecall network-policy alter OFFICE --mode enforce --dry-run',
    'rolecall network-policy alter OFFICE --allow-add 198.51.100.0/24 --block-add 198.51.100.66',
    'rolecall network-policy alter OFFICE --allow-everywhere',
  ],
  check: checkPolicyChange,
  run: async (session, values, name = '') => {
    const query = dryRunQuery(values['dry-run'])
    const call = { method: 'PATCH' as const, path: [...POLICIES, name], query, body: toPolicyChange(values) }
    const changed = await session.api.call<ChangedPolicy>(call)
    await showPolicy(session, changed)
    session.terminal.tell(saySpread(changed, values['dry-run']))
  },
})

function saySpread({ changes, spreadTo }: ChangedPolicy, isDryRun: boolean): string {
  if (changes.length + spreadTo.length === 0) return ALL_SO_ALREADY
  const whom = spreadTo.join(', ') || 'no integration'
  return isDryRun ? `It would be so for ${whom}; nothing was changed` : `It is so for ${whom}, within a minute`
}

/** @throws {UsageError} when nothing is to be changed, or when two options would undo each other. */
function checkPolicyChange(values: PolicyValues): void {
  const everywhere = values['allow-everywhere']
  const listed = everywhere && (['allow-add', 'allow-remove'] as const).find((name) => values[name].length > 0)
  if (listed) throw contradicting('--allow-everywhere', `--${listed}`)
  for (const list of ['allow', 'block'] as const) {
    const both = values[`${list}-add`].find((add) => values[`${list}-remove`].some((gone) => isSameBlock(add, gone)))
    if (both) throw contradicting(`--${list}-add ${both}`, `--${list}-remove ${both}`)
  }
  const { 'dry-run': _, ...named } = values
  const isGiven = (value: unknown) => (Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false)
  if (!Object.values(named).some(isGiven)) throw new UsageError('Name a setting to change')
}

const toPolicyChange = (values: PolicyValues): object => ({
  mode: values.mode,
  allowed: { add: values['allow-add'], remove: values['allow-remove'] },
  blocked: { add: values['block-add'], remove: values['block-remove'] },
  allowEverywhere: values['allow-everywhere'],
  comment: values.comment === '' ? null : values.comment,
})

const policyDrop = dropCommand({
  words: 'network-policy drop',
  summary: 'Take a network policy away that is attached to nothing',
  ...{ operand: POLICY, path: POLICIES, example: 'OFFICE' },
})

async function showPolicy({ terminal, output }: Session, view: NetworkPolicyView | ChangedPolicy): Promise<void> {
  const changes = 'changes' in view ? view.changes : []
  const lines = () => changedLines(view, changes, policyMembers)
  await terminal.write(`${output === 'json' ? plainJson(view, 2) : lines()}\n`)
  if (view.pending) {
    terminal.tell(`Not so yet for ${view.pending.join(', ')}: the same change again finishes it`)
  }
}

const policyMembers = (view: NetworkPolicyView): [string, string | undefined][] => [
  ['Name', view.name],
  ['Mode', view.mode],
  ['Allowed from', view.allowed.join(', ') || 'everywhere'],
  ['Blocked from', view.blocked.join(', ')],
  ['Attached to', attachedTo(view) || 'nothing'],
  ['Comment', view.comment],
  ['Created', `${view.createdAt} by ${view.createdBy}`],
]

/** Network policies. */
export const networkPolicyCommands: Command[] = [policyCreate, policyList, policyDescribe, policyAlter, policyDrop]
