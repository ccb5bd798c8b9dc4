import { BRAKE_MODES, MAX_BRAKE_OBJECTS } from '../../shared/auth/brake.ts'
import { UNKNOWN_MEMBERS } from '../../shared/auth/carried.ts'
import { LOCAL_CHANGES } from '../../shared/auth/integration-settings.ts'
import { CREATE_PRIVILEGES, PRIVILEGES } from '../../shared/auth/privileges.ts'
import { SECONDARY_ROLES } from '../../shared/auth/user-defaults.ts'
import type { ChangedIntegration } from '../../shared/resources/change-integration.ts'
import type { MadeIntegration } from '../../shared/resources/create-integration.ts'
import { comment, instant, objectName, releaseSpan, roleName } from '../../shared/resources/integration-input.ts'
import { block } from '../../shared/resources/network-policy-input.ts'
import type { IntegrationView } from '../../shared/resources/present-integration.ts'
import { many } from '../../shared/resources/say-owned.ts'
import { CLIENT_KINDS } from '../../shared/scim/client-kind.ts'
import { USER_TYPES } from '../../shared/scim/schemas/snowflake-user.ts'
import { type Command, command, type FlagValues, type Session } from '../command.ts'
import { UsageError } from '../failure.ts'
import {
  choice,
  DRY_RUN,
  dryRunQuery,
  LIKE,
  oneOfWords,
  optional,
  repeated,
  someText,
  textFor,
  toggle,
  truth,
  wholeNumber,
} from '../flags.ts'
import { type ListView, showList } from '../output.ts'
import { plainJson } from '../plain-text.ts'
import { integrationDrop } from './integration-drop.ts'
import { settingLines } from './integration-view.ts'

const NAME = { name: 'NAME', help: 'the integration, in any letter case' }
const PATH = ['admin', 'integrations']

const INTEGRATION_VIEW: ListView<IntegrationView> = {
  table: [
    { header: 'NAME', get: ({ name }) => name },
    { header: 'KIND', get: ({ clientKind }) => clientKind },
    { header: 'ROLE', get: ({ role }) => role },
    { header: 'ENABLED', get: ({ enabled }) => enabled },
    { header: 'TOKENS', get: ({ liveTokens }) => liveTokens },
    { header: 'CREATED', get: ({ createdAt }) => createdAt },
    { header: 'COMMENT', get: (integration) => integration.comment },
  ],
}

const KIND_NAMES = CLIENT_KINDS.join(', ')
const KIND = {
  ...{ value: 'KIND', help: `the identity provider: ${KIND_NAMES} (required)`, choices: CLIENT_KINDS },
  schema: oneOfWords(CLIENT_KINDS, `required, one of ${KIND_NAMES}`),
}
const PRIVILEGE = {
  ...repeated('PRIVILEGE', `also give the role ${PRIVILEGES.join(', ')} (repeatable)`, oneOfWords(PRIVILEGES)),
  choices: PRIVILEGES,
}

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
const SHARED_FLAGS = {
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
}

function toShared(values: FlagValues<typeof SHARED_FLAGS>) {
  const userDefaults = {
    defaultRole: values['default-role'],
    defaultSecondaryRoles: values['default-secondary-roles'],
    type: values['user-type'],
  }
  return {
    ...(Object.values(userDefaults).some((value) => value !== undefined) && { userDefaults }),
    ...{ localChanges: values['local-changes'], silentAfterDays: values['silent-after-days'] },
  }
}

const CREATE_FLAGS = {
  ...SHARED_FLAGS,
  'or-replace': toggle('put it in the place of one of that name, whose tokens end'),
  'keep-endpoint-id': toggle('with --or-replace: its own base URL stays as it is'),
  'if-not-exists': toggle('leave one of that name as it is'),
  'dry-run': DRY_RUN,
  kind: KIND,
  role: optional(
    'ROLE',
    'the role that owns what it creates (default: the provisioner role of the kind)',
    textFor(roleName),
  ),
  'monitor-users': toggle('the role sees all users, not only its own'),
  'monitor-roles': toggle('the role sees all roles, not only its own'),
  privilege: PRIVILEGE,
  'no-default-privileges': toggle(
    `a new role gets only what is named here, not ${CREATE_PRIVILEGES.join(' and ')} as well`,
  ),
  'sync-password': toggle('store the passwords it sends; not for AZURE'),
  'unknown-members': UNKNOWN_MEMBERS_FLAG,
  ...BRAKE_FLAGS,
  disabled: toggle('answer its requests with 403 until it is enabled'),
  'network-policy': NETWORK_POLICY,
  allow: repeated('CIDR', 'allow this address or block and no other (repeatable; default: from everywhere)', block),
  block: repeated(
    'CIDR',
    'refuse this address or block (repeatable); both make a network policy that is called like it',
    block,
  ),
  comment: optional('TEXT', 'a note for people', comment),
}

const integrationCreate = command({
  words: 'integration create',
  summary: 'Let an identity provider in',
  operands: [{ name: 'NAME', help: 'a letter first, then letters, digits, _ and $; kept in capitals' }],
  flags: CREATE_FLAGS,
  outputs: ['table', 'json'],
  examples: [
    'rolecall integration create OKTA_PROVISIONING --kind OKTA --if-not-exists',
    'rolecall integration create HR --kind GENERIC --role HR_PROVISIONER --allow 192.0.2.0/24 --comment "HR system"',
  ],
  check: checkMode,
  run: async (session, values, name = '') => {
    const body = { name, ...toNewSettings(values) }
    const query = dryRunQuery(values['dry-run'])
    const made = await session.api.call<MadeIntegration>({ method: 'POST', path: PATH, query, body })
    await showSettings(session, made, made.changes)
    session.terminal.tell(values['dry-run'] ? `Would be ${sayMade(made)}; nothing was changed` : sayNext(session, made))
  },
})

/** @throws {UsageError} */
function checkMode(values: FlagValues<typeof CREATE_FLAGS>): void {
  if (values['or-replace'] && values['if-not-exists']) throw apart('--or-replace', '--if-not-exists')
  if (values['keep-endpoint-id'] && !values['or-replace']) {
    throw new UsageError('--keep-endpoint-id goes with --or-replace only')
  }
  const listed = (['allow', 'block'] as const).find((name) => values[name].length > 0)
  if (listed && values['network-policy'] !== undefined) throw apart('--network-policy', `--${listed}`)
}

const sayMade = ({ outcome, endedTokens = 0 }: MadeIntegration): string =>
  outcome === 'replaced' ? `replaced, ${endedTokens} of its tokens ended` : outcome

function sayNext({ hint }: Session, made: MadeIntegration): string {
  const name = made.name.toLowerCase()
  if (made.outcome === 'unchanged') {
    return `It was there already and is unchanged; to change it: ${hint(`integration alter ${name} --help`)}`
  }
  const done = made.outcome === 'replaced' ? `Replaced: ${many(made.endedTokens ?? 0, 'token')} ended. ` : ''
  return `${done}Next: ${hint(`token issue ${name}`)}`
}

function toNewSettings({ allow, block: blocked, ...values }: FlagValues<typeof CREATE_FLAGS>) {
  return {
    mode: values['or-replace'] ? 'orReplace' : values['if-not-exists'] ? 'ifNotExists' : undefined,
    keepEndpointId: values['keep-endpoint-id'] || undefined,
    ...toShared(values),
    ...{ clientKind: values.kind, role: values.role, comment: values.comment, enabled: !values.disabled },
    ...{ privileges: values.privilege, defaultPrivileges: !values['no-default-privileges'] },
    ...{ monitorUsers: values['monitor-users'], monitorRoles: values['monitor-roles'] },
    ...{ syncPassword: values['sync-password'], unknownMembers: values['unknown-members'], brake: toBrake(values) },
    networkPolicy: allow.length + blocked.length > 0 ? { allowed: allow, blocked } : values['network-policy'],
  }
}

const integrationList = command({
  words: 'integration list',
  summary: 'Show the integrations of the account',
  flags: { like: LIKE },
  examples: ['rolecall integration list', 'rolecall integration list --like "OKTA%" --output json'],
  run: async (session, { like }) => {
    const { integrations } = await session.api.call<{ integrations: IntegrationView[] }>({
      path: PATH,
      query: { like },
    })
    await showList(session, INTEGRATION_VIEW, [integrations])
    if (integrations.length > 0) return undefined
    const none = like === undefined ? 'There is none yet' : 'None has such a name'
    session.terminal.tell(`${none}: ${session.hint(`integration ${like === undefined ? 'create --help' : 'list'}`)}`)
    return undefined
  },
})

const integrationDescribe = command({
  words: 'integration describe',
  summary: 'Show every setting of one integration, and the addresses an identity provider needs',
  operands: [NAME],
  flags: {},
  outputs: ['table', 'json'],
  examples: ['rolecall integration describe OKTA_PROVISIONING'],
  run: async (session, _values, name = '') => {
    await showSettings(session, await session.api.call<IntegrationView>({ path: [...PATH, name] }))
  },
})

const UNSET = {
  comment: 'comment',
  'network-policy': 'networkPolicy',
  'reject-tokens-issued-before': 'rejectTokensIssuedBefore',
} as const
const UNSET_DEFAULTS = {
  ...{ 'default-role': 'defaultRole', 'default-secondary-roles': 'defaultSecondaryRoles', 'user-type': 'type' },
} as const
const UNSET_NAMES = [...Object.keys(UNSET), ...Object.keys(UNSET_DEFAULTS)] as (
  | keyof typeof UNSET
  | keyof typeof UNSET_DEFAULTS
)[]

const SET_FLAGS = {
  ...SHARED_FLAGS,
  kind: choice('KIND', `the identity provider: ${KIND_NAMES}`, CLIENT_KINDS),
  role: optional(
    'ROLE',
    'the role it runs as from now on, one there is; objects stay with the role before',
    textFor(roleName),
  ),
  enabled: truth('a disabled integration is answered 403'),
  'sync-password': truth('store the passwords it sends; not for AZURE'),
  'unknown-members': UNKNOWN_MEMBERS_FLAG,
  ...BRAKE_FLAGS,
  'network-policy': NETWORK_POLICY,
  comment: optional('TEXT', 'a note for people', comment),
  'reject-tokens-issued-before': optional('INSTANT', 'refuse older tokens, such as 2026-01-31T12:00:00Z', instant),
  unset: {
    ...repeated('SETTING', `take away ${UNSET_NAMES.join(', ')} (repeatable)`, oneOfWords(UNSET_NAMES)),
    choices: UNSET_NAMES,
  },
  'dry-run': DRY_RUN,
}
type SetValues = FlagValues<typeof SET_FLAGS>

const integrationAlter = command({
  words: 'integration alter',
  summary: 'Change settings of an integration, shown before and after; they hold within a minute',
  operands: [NAME],
  flags: SET_FLAGS,
  outputs: ['table', 'json'],
  examples: [
    'rolecall integration alter OKTA_PROVISIONING --enabled false',
    'rolecall integration alter HR --role HR_PROVISIONER --network-policy OFFICE',
    'rolecall integration alter HR --unset network-policy --unset comment',
  ],
  check: checkContradictions,
  run: async (session, values, name = '') => {
    const query = dryRunQuery(values['dry-run'])
    const call = { method: 'PATCH' as const, path: [...PATH, name], query, body: toChange(values) }
    const { changes, notice, ...view } = await session.api.call<ChangedIntegration>(call)
    await showSettings(session, view, changes)
    if (notice) session.terminal.tell(notice)
    if (changes.length === 0) session.terminal.tell('Nothing has changed: all of it was so already')
    else if (values['dry-run']) session.terminal.tell('It would be so; nothing was changed')
  },
})

const apart = (one: string, other: string) =>
  new UsageError(`${one} and ${other} contradict each other: give one of them`)

/** @throws {UsageError} when nothing is to be changed, or when two options would undo each other. */
function checkContradictions(values: SetValues): void {
  const given = (name: keyof SetValues) => [values[name] ?? []].flat().some((value) => value !== false)
  const setAndUnset = values.unset.find(given)
  if (setAndUnset) throw apart(`--${setAndUnset}`, `--unset ${setAndUnset}`)
  if (Object.values(toChange(values)).every((value) => value === undefined)) {
    throw new UsageError('Name a setting to change')
  }
}

function toChange(values: SetValues): object {
  const { userDefaults, ...shared } = toShared(values)
  const taken = (names: Readonly<Record<string, string>>) =>
    Object.fromEntries(values.unset.flatMap((option) => (names[option] ? [[names[option], null]] : [])))
  const defaults = { ...userDefaults, ...taken(UNSET_DEFAULTS) }
  return {
    ...shared,
    ...(Object.keys(defaults).length > 0 && { userDefaults: defaults }),
    ...{ clientKind: values.kind, role: values.role },
    ...{ enabled: values.enabled, syncPassword: values['sync-password'], comment: values.comment },
    unknownMembers: values['unknown-members'],
    brake: toBrake(values),
    networkPolicy: values['network-policy'],
    rejectTokensIssuedBefore: values['reject-tokens-issued-before'],
    ...taken(UNSET),
  }
}

const integrationRelease = command({
  words: 'integration release',
  summary: 'Let mass changes of an integration pass its brake for a time; holds within a minute',
  operands: [NAME],
  flags: {
    for: optional('SPAN', 'how long, at most 24h: 30m, 1h', textFor(releaseSpan)),
    end: toggle('take a release back'),
    'dry-run': DRY_RUN,
  },
  outputs: ['table', 'json'],
  examples: ['rolecall integration release OKTA_PROVISIONING --for 1h'],
  check: ({ for: span, end }) => {
    if ((span === undefined) === end) return
    throw new UsageError(end ? '--for and --end contradict each other: give one of them' : 'Name a time: --for 1h')
  },
  run: async (session, { for: span = null, 'dry-run': isDryRun }, name = '') => {
    const call = { method: 'POST' as const, path: [...PATH, name, 'release'], body: { for: span } }
    const { changes, ...view } = await session.api.call<ChangedIntegration>({ ...call, query: dryRunQuery(isDryRun) })
    await showSettings(session, view, changes)
    if (isDryRun) session.terminal.tell('It would be so; nothing was changed')
  },
})

export const integrationCommands: Command[] = [
  integrationCreate,
  integrationList,
  integrationDescribe,
  integrationAlter,
  integrationDrop,
  integrationRelease,
]

async function showSettings(
  { api, terminal, output }: Session,
  view: IntegrationView,
  changes?: ChangedIntegration['changes'],
): Promise<void> {
  const addresses = { baseUrl: `${api.url}/scim/v2`, ownBaseUrl: `${api.url}/scim/v2/${view.endpointId}` }
  const asJson = () => plainJson({ ...view, ...addresses, ...(changes && { changes }) }, 2)
  await terminal.write(`${output === 'json' ? asJson() : settingLines({ ...view, ...addresses }, changes)}\n`)
}
