import { BRAKE_MODES, MAX_BRAKE_OBJECTS } from '../../../shared/auth/brake.ts'
import { UNKNOWN_MEMBERS } from '../../../shared/auth/carried.ts'
import { LOCAL_CHANGES } from '../../../shared/auth/integration-settings.ts'
import { SECONDARY_ROLES } from '../../../shared/auth/user-defaults.ts'
import { comment, objectName } from '../../../shared/resources/integration-input.ts'
import { CLIENT_KINDS } from '../../../shared/scim/client-kind.ts'
import { USER_TYPES } from '../../../shared/scim/schemas/snowflake-user.ts'
import type { FlagValues } from '../../command.ts'
import { choice, optional, someText, textFor, wholeNumber } from '../../flags.ts'

export const NAME = { name: 'NAME', help: 'the integration, in any letter case' }
/** The kinds of clients, for sentences. */
export const KIND_NAMES = CLIENT_KINDS.join(', ')

const UNKNOWN_MEMBERS_FLAG = choice(
  'WORD',
  `what to do with new members who are no users: ${UNKNOWN_MEMBERS.join(' or ')} (default: OKTA skips them)`,
  UNKNOWN_MEMBERS,
)

const BRAKE_FLAGS = {
  brake: choice(
    'WORD',
    `past its limit of deactivations, deletions and lost memberships: ${BRAKE_MODES.join(', ')} (default: warn)`,
    BRAKE_MODES,
  ),
  'brake-objects': optional(
    'N',
    'that limit in an hour (default: 25); the larger one holds',
    wholeNumber(0, MAX_BRAKE_OBJECTS),
  ),
  'brake-share': optional('P', 'the same in percent of what its role owns (default: 10)', wholeNumber(0, 100)),
}

/** What is said of the brake, if anything. */
function toBrake(values: FlagValues<typeof BRAKE_FLAGS>) {
  const { brake: mode, 'brake-objects': objects, 'brake-share': share } = values
  return [mode, objects, share].some((value) => value !== undefined) ? { mode, objects, share } : undefined
}

const NETWORK_POLICY = optional(
  'NAME',
  'the network policy for its callers (default: the account has one, or none)',
  textFor(objectName),
)

/** Settings that are given at `create` and at `alter` alike. */
export const SHARED_FLAGS = {
  'default-role': optional('ROLE', 'the default role of new users for whom the client sends none', someText),
  'default-secondary-roles': choice('WORD', `their secondary roles: ${SECONDARY_ROLES.join(' or ')}`, SECONDARY_ROLES),
  'user-type': choice('TYPE', `the kind of user they are: ${USER_TYPES.join(', ')}`, USER_TYPES),
  'local-changes': choice(
    'WORD',
    `whether administrators may change what its role owns: ${LOCAL_CHANGES.join(' or ')} (default: allow)`,
    LOCAL_CHANGES,
  ),
  'silent-after-days': optional(
    'N',
    'days without a request after which it counts as silent; 0 is never',
    wholeNumber(0, 365),
  ),
  'unknown-members': UNKNOWN_MEMBERS_FLAG,
  ...BRAKE_FLAGS,
  'network-policy': NETWORK_POLICY,
  comment: optional('TEXT', 'a note for people', comment),
}

export function toShared(values: FlagValues<typeof SHARED_FLAGS>) {
  const userDefaults = {
    defaultRole: values['default-role'],
    defaultSecondaryRoles: values['default-secondary-roles'],
    type: values['user-type'],
  }
  return {
    ...(Object.values(userDefaults).some((value) => value !== undefined) && { userDefaults }),
    ...{ localChanges: values['local-changes'], silentAfterDays: values['silent-after-days'] },
    ...{ unknownMembers: values['unknown-members'], brake: toBrake(values), comment: values.comment },
    networkPolicy: values['network-policy'],
  }
}
