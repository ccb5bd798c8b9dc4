import * as z from 'zod/mini'
import { defaultUnknownMembers, UNKNOWN_MEMBERS } from '../auth/carried.ts'
import { BLOCK_RULE, isBlock, isSameBlock, withoutRepeated } from '../auth/network-policy.ts'
import { ADMIN_OWNER } from '../auth/principal.ts'
import { PRIVILEGES } from '../auth/privileges.ts'
import { CLIENT_KINDS, type ClientKind } from '../scim/client-kind.ts'
import { strictError } from './parse-input.ts'

const MAX_NAME = 128
const MAX_COMMENT = 256
/** Both lists together: the copy in every token must fit one read unit. */
const MAX_NETWORK_BLOCKS = 50

/** The role an integration runs as unless another is named. */
const DEFAULT_ROLES: Record<ClientKind, string> = {
  OKTA: 'OKTA_PROVISIONER',
  AZURE: 'AAD_PROVISIONER',
  GENERIC: 'GENERIC_SCIM_PROVISIONER',
}

/** Words are written in any letter case and kept in capitals. */
function inCapitals(error: string) {
  return z.pipe(
    z.string({ error }),
    z.transform((text) => text.toUpperCase()),
  )
}

const NAME_RULE = `a letter first, then letters, digits, _ and $, at most ${MAX_NAME}`
/** Names of integrations and roles: upper case, like every unquoted name in SQL. */
export const objectName = z.pipe(
  inCapitals(NAME_RULE),
  z.string().check(z.regex(new RegExp(`^[A-Z][A-Z0-9_$]{0,${MAX_NAME - 1}}$`), { error: NAME_RULE })),
)

/** A role that integrations may run as. */
export const roleName = objectName.check(
  z.refine((role) => role !== ADMIN_OWNER, {
    error: `${ADMIN_OWNER} stands for administrators, choose another role`,
  }),
)

const flag = z.boolean({ error: 'expected true or false' })
const onByDefault = z._default(flag, true)
const offByDefault = z._default(flag, false)
/** An address or a CIDR block of either family. */
export const block = z.string({ error: BLOCK_RULE }).check(z.refine(isBlock, { error: BLOCK_RULE }))
const blocks = z._default(
  z.pipe(
    z.array(block, { error: 'expected a list of addresses or CIDR blocks' }),
    z.transform((all) => withoutRepeated(all)),
  ),
  [],
)

/** Also what a changed policy must be. */
export const networkPolicy = z.strictObject({ allowed: blocks, blocked: blocks }, { error: strictError }).check(
  z.refine(({ allowed, blocked }) => allowed.length + blocked.length <= MAX_NETWORK_BLOCKS, {
    error: `a network policy has at most ${MAX_NETWORK_BLOCKS} blocks: use larger ones`,
  }),
)

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
const networkPolicyChange = z
  .strictObject({ allowed: listChange, blocked: listChange, allowEverywhere: offByDefault }, { error: strictError })
  .check(
    z.refine(({ allowed, allowEverywhere }) => !allowEverywhere || allowed.add.length + allowed.remove.length === 0, {
      error: 'allowEverywhere goes without a change of the allowed list',
    }),
  )
export type NetworkPolicyChange = z.output<typeof networkPolicyChange>

/** A point in time, with its zone. */
export const instant = z.iso.datetime({ offset: true, error: 'expected an instant such as "2026-01-31T12:00:00Z"' })

/** A note for people. */
export const comment = z
  .string({ error: 'expected text' })
  .check(z.maxLength(MAX_COMMENT, { error: `at most ${MAX_COMMENT} characters` }))

const KIND_RULE = `expected one of ${CLIENT_KINDS.join(', ')}`
/** The identity provider, in any letter case. */
const clientKind = z.pipe(inCapitals(KIND_RULE), z.enum(CLIENT_KINDS, { error: KIND_RULE }))

/** What a role may be given. */
export const privilege = z.enum(PRIVILEGES, { error: `expected ${PRIVILEGES.join(', ')}` })

const unknownMembers = z.enum(UNKNOWN_MEMBERS, { error: `expected one of ${UNKNOWN_MEMBERS.join(', ')}` })

/** What becomes of an integration that has the name already. */
const MODES = ['orReplace', 'ifNotExists'] as const
const mode = z.enum(MODES, { error: `expected one of ${MODES.join(', ')}` })

const NO_SYNC = 'an AZURE integration has no passwords to sync: leave syncPassword out'

/** What an admin says of a new integration. Unknown members are refused, so that no typing error goes unnoticed. */
export const newIntegration = z.pipe(
  z
    .strictObject(
      {
        name: objectName,
        mode: z.optional(mode),
        /** Of a replaced integration, so that its own base URL stays. */
        keepEndpointId: offByDefault,
        clientKind,
        role: z.optional(roleName),
        /** Given to the role beside what it has anyway: the default privileges, unless it exists already. */
        privileges: z._default(z.array(privilege), []),
        /** Whether a new role has the default privileges: without them it has what is named here and nothing else. */
        defaultPrivileges: onByDefault,
        monitorUsers: offByDefault,
        monitorRoles: offByDefault,
        enabled: onByDefault,
        syncPassword: offByDefault,
        unknownMembers: z.optional(unknownMembers),
        networkPolicy: z.optional(networkPolicy),
        comment: z.optional(comment),
      },
      { error: strictError },
    )
    .check(
      z.refine(({ clientKind, syncPassword }) => !(clientKind === 'AZURE' && syncPassword), {
        path: ['syncPassword'],
        error: NO_SYNC,
      }),
      z.refine(({ mode, keepEndpointId }) => !keepEndpointId || mode === 'orReplace', {
        path: ['keepEndpointId'],
        error: 'it goes with mode orReplace only',
      }),
    ),
  z.transform((input) => ({
    ...input,
    role: input.role ?? DEFAULT_ROLES[input.clientKind],
    unknownMembers: input.unknownMembers ?? defaultUnknownMembers(input.clientKind),
  })),
)

/** What an admin may change of an integration; null takes a setting away. */
export const integrationChange = z.strictObject(
  {
    clientKind: z.optional(clientKind),
    role: z.optional(roleName),
    enabled: z.optional(flag),
    syncPassword: z.optional(flag),
    unknownMembers: z.optional(unknownMembers),
    networkPolicy: z.optional(networkPolicyChange),
    comment: z.nullish(comment),
    rejectTokensIssuedBefore: z.nullish(
      z.pipe(
        instant,
        z.transform((text) => Date.parse(text)),
      ),
    ),
  },
  { error: strictError },
)

export type IntegrationInput = z.input<typeof newIntegration>
export type IntegrationChange = z.input<typeof integrationChange>
