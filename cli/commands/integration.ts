import * as z from 'zod'
import { UNKNOWN_MEMBERS } from '../../shared/auth/principal.ts'
import type { IntegrationView } from '../../shared/resources/present-integration.ts'
import { CLIENT_KINDS } from '../../shared/scim/client-kind.ts'
import { PRIVILEGES } from '../../shared/scim/resource-types.ts'
import { type Command, command, type Session, truth } from '../command.ts'
import { UsageError } from '../failure.ts'
import { formatList, type ListView } from '../output.ts'
import { toLines } from '../table.ts'

const NAME = { name: 'NAME', help: 'the integration, in any letter case' }
const PATH = ['admin', 'integrations']

const VIEW: ListView<IntegrationView> = {
  table: [
    { header: 'NAME', get: ({ name }) => name },
    { header: 'KIND', get: ({ clientKind }) => clientKind },
    { header: 'ROLE', get: ({ role }) => role },
    { header: 'ENABLED', get: ({ enabled }) => enabled },
    { header: 'TOKENS', get: ({ liveTokens }) => liveTokens },
    { header: 'CREATED', get: ({ createdAt }) => createdAt },
    { header: 'COMMENT', get: ({ comment }) => comment },
  ],
}

const blocks = {
  allow: { value: 'CIDR', multiple: true, help: 'allow this address or block, and no other (repeatable)' },
  block: { value: 'CIDR', multiple: true, help: 'refuse this address or block (repeatable)' },
} as const
const blockLists = { allow: z.array(z.string()).optional(), block: z.array(z.string()).optional() }

const unknownMembers = {
  'unknown-members': { value: UNKNOWN_MEMBERS.join('|'), help: 'ids among new members that are no users (OKTA skips)' },
} as const
const unknownMembersWord = {
  'unknown-members': z.enum(UNKNOWN_MEMBERS, { error: `expected ${UNKNOWN_MEMBERS.join(' or ')}` }).optional(),
}

const KINDS = CLIENT_KINDS.join(', ')
const create = command({
  words: 'integration create',
  summary: 'Let an identity provider in',
  operands: [{ name: 'NAME', help: 'a letter first, then letters, digits, _ and $; kept in capitals' }],
  flags: {
    kind: { value: 'KIND', help: `the identity provider: ${KINDS} (required)` },
    role: { value: 'ROLE', help: 'the role that owns what it creates (default: the provisioner role of the kind)' },
    'monitor-users': { help: 'the role sees all users, not only its own' },
    'monitor-roles': { help: 'the role sees all roles, not only its own' },
    privilege: { value: 'PRIVILEGE', multiple: true, help: `give the role ${PRIVILEGES.join(', ')} (repeatable)` },
    'sync-password': { help: 'store the passwords it sends; not for AZURE' },
    ...unknownMembers,
    disabled: { help: 'answer its requests with 403 until it is enabled' },
    ...blocks,
    comment: { value: 'TEXT', help: 'a note for people' },
  },
  outputs: ['table', 'json'],
  examples: [
    'rolecall integration create OKTA_PROVISIONING --kind OKTA',
    'rolecall integration create HR --kind GENERIC --role HR_PROVISIONER --allow 192.0.2.0/24 --comment "HR system"',
  ],
  schema: z.object({
    kind: z.string({ error: `required, one of ${KINDS}` }),
    role: z.string().optional(),
    'monitor-users': z.boolean().optional(),
    'monitor-roles': z.boolean().optional(),
    privilege: z.array(z.string()).optional(),
    'sync-password': z.boolean().optional(),
    disabled: z.boolean().optional(),
    comment: z.string().optional(),
    ...unknownMembersWord,
    ...blockLists,
  }),
  run: async (session, flags, name) => {
    const { kind: clientKind, role, privilege: privileges, disabled, comment, ...rest } = flags
    const monitor = { monitorUsers: rest['monitor-users'], monitorRoles: rest['monitor-roles'] }
    const syncPassword = rest['sync-password']
    const settings = { syncPassword, unknownMembers: rest['unknown-members'] }
    const enabled = disabled ? false : undefined
    const networkPolicy = toNetworkPolicy(rest)
    const body = { name, clientKind, role, privileges, ...monitor, enabled, ...settings, networkPolicy, comment }
    show(session, await session.api.call<IntegrationView>({ method: 'POST', path: PATH, body }))
    session.terminal.tell(`Next: ${session.hint(`token issue ${name}`)}`)
  },
})

const list = command({
  words: 'integration list',
  summary: 'Show all integrations of the account',
  flags: {},
  examples: ['rolecall integration list', 'rolecall integration list --output json'],
  schema: z.object({}),
  run: async ({ api, terminal, output }) => {
    const { integrations } = await api.call<{ integrations: IntegrationView[] }>({ path: PATH })
    terminal.print(formatList(integrations, VIEW, output))
    if (integrations.length === 0) terminal.tell('There is none yet: rolecall integration create --help')
  },
})

const describe = command({
  words: 'integration describe',
  summary: 'Show every setting of one integration, and the addresses an identity provider needs',
  operands: [NAME],
  flags: {},
  outputs: ['table', 'json'],
  examples: ['rolecall integration describe OKTA_PROVISIONING'],
  schema: z.object({}),
  run: async (session, _flags, name) => {
    show(session, await session.api.call<IntegrationView>({ path: [...PATH, name as string] }))
  },
})

const UNSET = {
  'network-policy': 'networkPolicy',
  comment: 'comment',
  'reject-tokens-issued-before': 'rejectTokensIssuedBefore',
} as const
const UNSET_NAMES = Object.keys(UNSET) as (keyof typeof UNSET)[]

const set = command({
  words: 'integration set',
  summary: 'Change settings of an integration; they hold within a minute',
  operands: [NAME],
  flags: {
    enabled: { value: 'true|false', help: 'a disabled integration is answered 403' },
    'sync-password': { value: 'true|false', help: 'store the passwords it sends; not for AZURE' },
    ...unknownMembers,
    ...blocks,
    comment: { value: 'TEXT', help: 'a note for people' },
    'reject-tokens-issued-before': { value: 'INSTANT', help: 'refuse older tokens, such as 2026-01-31T12:00:00Z' },
    unset: { value: 'SETTING', multiple: true, help: `take away ${UNSET_NAMES.join(', ')} (repeatable)` },
  },
  outputs: ['table', 'json'],
  examples: [
    'rolecall integration set OKTA_PROVISIONING --enabled false',
    'rolecall integration set HR --allow 192.0.2.0/24 --block 192.0.2.66',
    'rolecall integration set HR --unset network-policy',
  ],
  schema: z.object({
    enabled: truth.optional(),
    'sync-password': truth.optional(),
    ...unknownMembersWord,
    comment: z.string().optional(),
    'reject-tokens-issued-before': z.string().optional(),
    unset: z.array(z.enum(UNSET_NAMES, { error: `expected ${UNSET_NAMES.join(', ')}` })).default([]),
    ...blockLists,
  }),
  run: async (session, flags, name) => {
    const { enabled, comment, unset, 'sync-password': syncPassword, ...rest } = flags
    const networkPolicy = toNetworkPolicy(rest)
    const rejectTokensIssuedBefore = rest['reject-tokens-issued-before']
    const given = {
      enabled,
      syncPassword,
      unknownMembers: rest['unknown-members'],
      networkPolicy,
      comment,
      rejectTokensIssuedBefore,
    }
    const removed = Object.fromEntries(unset.map((setting) => [UNSET[setting], null]))
    const body = { ...given, ...removed }
    if (Object.values(body).every((value) => value === undefined)) throw new UsageError('Name a setting to change')
    show(session, await session.api.call<IntegrationView>({ method: 'PATCH', path: [...PATH, name as string], body }))
  },
})

export const integrationCommands: Command[] = [create, list, describe, set]

function toNetworkPolicy({ allow, block }: { allow?: string[] | undefined; block?: string[] | undefined }) {
  return allow || block ? { allowed: allow ?? [], blocked: block ?? [] } : undefined
}

function show({ api, terminal, output }: Session, view: IntegrationView): void {
  const addresses = { baseUrl: `${api.url}/scim/v2`, ownBaseUrl: `${api.url}/scim/v2/${view.endpointId}` }
  const asJson = () => JSON.stringify({ ...view, ...addresses }, null, 2)
  terminal.print(output === 'json' ? asJson() : toText(view, addresses))
}

function toText(view: IntegrationView, { baseUrl, ownBaseUrl }: Record<'baseUrl' | 'ownBaseUrl', string>): string {
  const { networkPolicy: policy } = view
  return toLines([
    ['Name', view.name],
    ['Kind', view.clientKind],
    ['Role', view.role],
    ['Privileges', view.privileges.join(', ')],
    ['Enabled', view.enabled],
    ['Sync password', view.syncPassword],
    ['Unknown members', view.unknownMembers],
    ['Allowed from', policy?.allowed.join(', ') || 'everywhere'],
    ['Blocked from', policy?.blocked.join(', ')],
    ['Comment', view.comment],
    ['Rejects tokens before', view.rejectTokensIssuedBefore],
    ['Base URL', baseUrl],
    ['Own base URL', ownBaseUrl],
    ['Live tokens', view.liveTokens],
    ['Created', `${view.createdAt} by ${view.createdBy}`],
  ])
}
