import * as z from 'zod/mini'
import { alterBrake, BRAKE_MODES, DEFAULT_BRAKE, MAX_BRAKE_OBJECTS } from '../auth/brake.ts'
import { defaultUnknownMembers, UNKNOWN_MEMBERS } from '../auth/carried.ts'
import { LOCAL_CHANGES, SILENT_AFTER_DAYS } from '../auth/integration-settings.ts'
import { ADMIN_OWNER } from '../auth/principal.ts'
import { PRIVILEGES } from '../auth/privileges.ts'
import { DEFAULT_ROLES, RULING_ROLES } from '../auth/role-names.ts'
import { DAY_MS, parseSpan, SPAN_RULE } from '../auth/span.ts'
import { SECONDARY_ROLES } from '../auth/user-defaults.ts'
import { CLIENT_KINDS } from '../scim/client-kind.ts'
import { USER_TYPES } from '../scim/schemas/snowflake-user.ts'
import { comment, flag, inCapitals, objectName, offByDefault } from './name-input.ts'
import { networkPolicy } from './network-policy-input.ts'
import { strictError } from './parse-input.ts'

export { comment, objectName } from './name-input.ts'

const MAX_SILENT_DAYS = 365

/** A role that integrations may run as. */
export const roleName = objectName.check(
  z.refine((role) => role !== ADMIN_OWNER, {
    error: `${ADMIN_OWNER} stands for administrators, choose another role`,
  }),
  z.refine((role) => !RULING_ROLES.some((ruling) => ruling === role), {
    error: ({ input }) => `${input} decides over other roles, choose another role`,
  }),
)

const onByDefault = z._default(flag, true)
/** A point in time, with its zone. */
export const instant = z.iso.datetime({ offset: true, error: 'expected an instant such as "2026-01-31T12:00:00Z"' })

const KIND_RULE = `expected one of ${CLIENT_KINDS.join(', ')}`
/** The identity provider, in any letter case. */
const clientKind = z.pipe(inCapitals(KIND_RULE), z.enum(CLIENT_KINDS, { error: KIND_RULE }))

/** What a role may be given. */
export const privilege = z.enum(PRIVILEGES, { error: `expected ${PRIVILEGES.join(', ')}` })

const unknownMembers = z.enum(UNKNOWN_MEMBERS, { error: `expected one of ${UNKNOWN_MEMBERS.join(', ')}` })

function wholeNumber(max: number) {
  const error = `expected a whole number from 0 to ${max}`
  return z.int({ error }).check(z.minimum(0, { error }), z.maximum(max, { error }))
}

const RELEASE_RULE = `${SPAN_RULE}, at most 24h: for longer, change the brake's mode`
const isRelease = (span: string): boolean => (parseSpan(span) ?? Number.POSITIVE_INFINITY) <= DAY_MS
/** How long a brake may be released. */
export const releaseSpan = z.string({ error: RELEASE_RULE }).check(z.refine(isRelease, { error: RELEASE_RULE }))

/** What is named of a brake; the rest stays as it is. */
const brake = z.strictObject(
  {
    mode: z.optional(z.enum(BRAKE_MODES, { error: `expected one of ${BRAKE_MODES.join(', ')}` })),
    objects: z.optional(wholeNumber(MAX_BRAKE_OBJECTS)),
    share: z.optional(wholeNumber(100)),
  },
  { error: strictError },
)

const DEFAULT_RULE = 'expected 1 to 255 characters'
const defaultText = z.string({ error: DEFAULT_RULE }).check(z.regex(/^[^\p{C}]{1,255}$/u, { error: DEFAULT_RULE }))
const secondaryRoles = z.enum(SECONDARY_ROLES, { error: `expected one of ${SECONDARY_ROLES.join(', ')}` })
const userType = z.enum(USER_TYPES, { error: `expected one of ${USER_TYPES.join(', ')}` })
/** What new users get where the client sends nothing for it. */
const userDefaults = z.strictObject(
  {
    defaultRole: z.optional(defaultText),
    defaultSecondaryRoles: z.optional(secondaryRoles),
    type: z.optional(userType),
  },
  { error: strictError },
)
/** What is named of it; null takes one away. */
const userDefaultsChange = z.strictObject(
  { defaultRole: z.nullish(defaultText), defaultSecondaryRoles: z.nullish(secondaryRoles), type: z.nullish(userType) },
  { error: strictError },
)
const localChanges = z.enum(LOCAL_CHANGES, { error: `expected one of ${LOCAL_CHANGES.join(', ')}` })

const DAYS_RULE = `expected whole days from 0, which is never, to ${MAX_SILENT_DAYS}`
const silentAfterDays = z
  .int({ error: DAYS_RULE })
  .check(z.minimum(0, { error: DAYS_RULE }), z.maximum(MAX_SILENT_DAYS, { error: DAYS_RULE }))

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
        brake: z.optional(brake),
        userDefaults: z._default(userDefaults, {}),
        localChanges: z.optional(localChanges),
        silentAfterDays: z._default(silentAfterDays, SILENT_AFTER_DAYS),
        /** The name of one, or the lists of a new one that is called like the integration. */
        networkPolicy: z.optional(z.union([objectName, networkPolicy])),
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
    brake: alterBrake(DEFAULT_BRAKE, input.brake),
    brakeReleasedUntil: 0,
  })),
)

/** What an admin may change of an integration; null takes a setting away. */
export const integrationChange = z.strictObject(
  {
    clientKind: z.optional(clientKind),
    role: z.optional(roleName),
    /** With another role: what the one before owns may be left, though no integration could change it any more. */
    leaveObjects: offByDefault,
    enabled: z.optional(flag),
    syncPassword: z.optional(flag),
    unknownMembers: z.optional(unknownMembers),
    brake: z.optional(brake),
    brakeReleasedUntil: z.optional(
      z.pipe(
        z.nullable(instant),
        z.transform((text) => (text === null ? 0 : Date.parse(text))),
      ),
    ),
    userDefaults: z.optional(userDefaultsChange),
    localChanges: z.optional(localChanges),
    silentAfterDays: z.optional(silentAfterDays),
    networkPolicy: z.nullish(objectName),
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
