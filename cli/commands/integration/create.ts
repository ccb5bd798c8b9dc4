import { CREATE_PRIVILEGES, PRIVILEGES } from '../../../shared/auth/privileges.ts'
import type { MadeIntegration } from '../../../shared/resources/create-integration.ts'
import { roleName } from '../../../shared/resources/integration-input.ts'
import { block } from '../../../shared/resources/network-policy-input.ts'
import { many } from '../../../shared/resources/say-owned.ts'
import { CLIENT_KINDS } from '../../../shared/scim/client-kind.ts'
import { command, type FlagValues, type Session } from '../../command.ts'
import { contradicting, UsageError } from '../../failure.ts'
import { DRY_RUN, dryRunQuery, oneOfWords, optional, repeated, textFor, toggle } from '../../flags.ts'
import { INTEGRATIONS_PATH } from '../../integrations.ts'
import { KIND_NAMES, SHARED_FLAGS, toShared } from './flags.ts'
import { showSettings } from './view.ts'

const KIND = {
  ...{ value: 'KIND', help: `the identity provider: ${KIND_NAMES} (required)`, choices: CLIENT_KINDS },
  schema: oneOfWords(CLIENT_KINDS, { missing: `required, one of ${KIND_NAMES}` }),
}
const PRIVILEGE = {
  ...repeated('PRIVILEGE', `also give the role ${PRIVILEGES.join(', ')} (repeatable)`, oneOfWords(PRIVILEGES)),
  choices: PRIVILEGES,
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
  disabled: toggle('answer its requests with 403 until it is enabled'),
  allow: repeated('CIDR', 'allow this address or block and no other (repeatable; default: from everywhere)', block),
  block: repeated(
    'CIDR',
    'refuse this address or block (repeatable); both make a network policy that is called like it',
    block,
  ),
}

/** Makes an integration, or puts one in the place of another. */
export const integrationCreate = command({
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
    const made = await session.api.call<MadeIntegration>({ method: 'POST', path: INTEGRATIONS_PATH, query, body })
    await showSettings(session, made, made.changes)
    session.terminal.tell(values['dry-run'] ? `Would be ${sayMade(made)}; nothing was changed` : sayNext(session, made))
  },
})

/** @throws {UsageError} */
function checkMode(values: FlagValues<typeof CREATE_FLAGS>): void {
  if (values['or-replace'] && values['if-not-exists']) throw contradicting('--or-replace', '--if-not-exists')
  if (values['keep-endpoint-id'] && !values['or-replace']) {
    throw new UsageError('--keep-endpoint-id goes with --or-replace only')
  }
  const listed = (['allow', 'block'] as const).find((name) => values[name].length > 0)
  if (listed && values['network-policy'] !== undefined) throw contradicting('--network-policy', `--${listed}`)
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
    ...{ clientKind: values.kind, role: values.role, enabled: !values.disabled },
    ...{ privileges: values.privilege, defaultPrivileges: !values['no-default-privileges'] },
    ...{ monitorUsers: values['monitor-users'], monitorRoles: values['monitor-roles'] },
    syncPassword: values['sync-password'],
    ...(allow.length + blocked.length > 0 && { networkPolicy: { allowed: allow, blocked } }),
  }
}
