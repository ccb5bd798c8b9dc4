import * as z from 'zod'
import { isBlock } from '../auth/network-policy.ts'
import { defaultUnknownMembers, UNKNOWN_MEMBERS } from '../auth/principal.ts'
import { CLIENT_KINDS, type ClientKind } from '../scim/client-kind.ts'
import { PRIVILEGES } from '../scim/resource-types.ts'
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

const NAME_RULE = `a letter first, then letters, digits, _ and $, at most ${MAX_NAME}`
/** Names of integrations and roles: upper case, like every unquoted name in SQL. */
export const objectName = z
  .string({ error: NAME_RULE })
  .transform((text) => text.toUpperCase())
  .pipe(z.string().regex(new RegExp(`^[A-Z][A-Z0-9_$]{0,${MAX_NAME - 1}}$`), { error: NAME_RULE }))

const flag = z.boolean({ error: 'expected true or false' })
const BLOCK_RULE = 'expected an address or a CIDR block such as "192.0.2.0/24" or "2001:db8::/32"'
const blocks = z.array(z.string({ error: BLOCK_RULE }).refine(isBlock, { error: BLOCK_RULE }), {
  error: 'expected a list of addresses or CIDR blocks',
})

const networkPolicy = z
  .strictObject({ allowed: blocks.default([]), blocked: blocks.default([]) }, { error: strictError })
  .refine(({ allowed, blocked }) => allowed.length + blocked.length <= MAX_NETWORK_BLOCKS, {
    error: `a network policy has at most ${MAX_NETWORK_BLOCKS} blocks: use larger ones`,
  })

const comment = z.string({ error: 'expected text' }).max(MAX_COMMENT, { error: `at most ${MAX_COMMENT} characters` })

const clientKind = z
  .string({ error: `expected one of ${CLIENT_KINDS.join(', ')}` })
  .transform((text) => text.toUpperCase())
  .pipe(z.enum(CLIENT_KINDS, { error: `expected one of ${CLIENT_KINDS.join(', ')}` }))

const unknownMembers = z.enum(UNKNOWN_MEMBERS, { error: `expected one of ${UNKNOWN_MEMBERS.join(', ')}` })

const NO_SYNC = 'an AZURE integration has no passwords to sync: leave syncPassword out'

/** What an admin says of a new integration. Unknown members are refused, so that no typing error goes unnoticed. */
export const newIntegration = z
  .strictObject(
    {
      name: objectName,
      clientKind,
      role: objectName.optional(),
      /** Given to the role; without it a new role gets createUser and createRole, and an old one keeps its own. */
      privileges: z.array(z.enum(PRIVILEGES, { error: `expected ${PRIVILEGES.join(', ')}` })).optional(),
      monitorUsers: flag.default(false),
      monitorRoles: flag.default(false),
      enabled: flag.default(true),
      syncPassword: flag.default(false),
      unknownMembers: unknownMembers.optional(),
      networkPolicy: networkPolicy.optional(),
      comment: comment.optional(),
    },
    { error: strictError },
  )
  .refine(({ clientKind, syncPassword }) => !(clientKind === 'AZURE' && syncPassword), {
    path: ['syncPassword'],
    error: NO_SYNC,
  })
  .transform((input) => ({
    ...input,
    role: input.role ?? DEFAULT_ROLES[input.clientKind],
    unknownMembers: input.unknownMembers ?? defaultUnknownMembers(input.clientKind),
  }))

/** What an admin may change of an integration; null takes a setting away. Client kind and role stay as they are. */
export const integrationChange = z.strictObject(
  {
    enabled: flag.optional(),
    syncPassword: flag.optional(),
    unknownMembers: unknownMembers.optional(),
    networkPolicy: networkPolicy.nullish(),
    comment: comment.nullish(),
    rejectTokensIssuedBefore: z.iso
      .datetime({ offset: true, error: 'expected an instant such as "2026-01-31T12:00:00Z"' })
      .transform((text) => Date.parse(text))
      .nullish(),
  },
  { error: strictError },
)

export type IntegrationInput = z.input<typeof newIntegration>
export type IntegrationChange = z.input<typeof integrationChange>
