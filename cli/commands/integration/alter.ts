import type { ChangedIntegration } from '../../../shared/resources/change-integration.ts'
import { instant, roleName } from '../../../shared/resources/integration-input.ts'
import { CLIENT_KINDS } from '../../../shared/scim/client-kind.ts'
import { ALL_SO_ALREADY } from '../../before-after.ts'
import { command, type ExitCode, type FlagValues, type Session } from '../../command.ts'
import { contradicting, UsageError } from '../../failure.ts'
import { choice, DRY_RUN, dryRunQuery, oneOfWords, optional, repeated, textFor, toggle, truth } from '../../flags.ts'
import { integrationPath } from '../../integrations.ts'
import { KIND_NAMES, NAME, SHARED_FLAGS, toShared } from './flags.ts'
import { emptyThen, foretellTransfer } from './hand-over.ts'
import { showSettings } from './view.ts'

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
  'transfer-objects': toggle(
    'with --role: hand over what the role before owns to it first; the integration is disabled meanwhile',
  ),
  'leave-objects': toggle('with --role: leave what the role before owns, also where no integration could change it'),
  enabled: truth('a disabled integration is answered 403'),
  'sync-password': truth('store the passwords it sends; not for AZURE'),
  'reject-tokens-issued-before': optional('INSTANT', 'refuse older tokens, such as 2026-01-31T12:00:00Z', instant),
  unset: {
    ...repeated('SETTING', `take away ${UNSET_NAMES.join(', ')} (repeatable)`, oneOfWords(UNSET_NAMES)),
    choices: UNSET_NAMES,
  },
  'dry-run': DRY_RUN,
}
type SetValues = FlagValues<typeof SET_FLAGS>

/** Changes settings of an integration. */
export const integrationAlter = command({
  words: 'integration alter',
  summary: 'Change settings of an integration, shown before and after; they hold within a minute',
  operands: [NAME],
  flags: SET_FLAGS,
  outputs: ['table', 'json'],
  examples: [
    'rolecall integration alter OKTA_PROVISIONING --enabled false --dry-run',
    'rolecall integration alter HR --role HR_PROVISIONER --transfer-objects',
    'rolecall integration alter HR --unset network-policy --unset comment',
  ],
  check: checkContradictions,
  run: (session, values, name = '') =>
    values['transfer-objects'] ? alterEmptied(session, values, name) : alterNow(session, values, name),
})

/** @throws {UsageError} when nothing is to be changed, or when two options would undo each other. */
function checkContradictions(values: SetValues): void {
  const given = (name: keyof SetValues) => [values[name] ?? []].flat().some((value) => value !== false)
  const setAndUnset = values.unset.find(given)
  if (setAndUnset) throw contradicting(`--${setAndUnset}`, `--unset ${setAndUnset}`)
  if (Object.values(toChange(values)).every((value) => value === undefined)) {
    throw new UsageError('Name a setting to change')
  }
  const { 'transfer-objects': isHandedOver, 'leave-objects': isLeft } = values
  if (isHandedOver && isLeft) throw contradicting('--transfer-objects', '--leave-objects')
  if ((isHandedOver || isLeft) && values.role === undefined) {
    throw new UsageError(`--${isLeft ? 'leave' : 'transfer'}-objects goes with --role only`)
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
    ...{ clientKind: values.kind, role: values.role, leaveObjects: values['leave-objects'] || undefined },
    ...{ enabled: values.enabled, syncPassword: values['sync-password'] },
    rejectTokensIssuedBefore: values['reject-tokens-issued-before'],
    ...taken(UNSET),
  }
}

const send = ({ api }: Session, name: string, body: object, isDryRun: boolean) =>
  api.call<ChangedIntegration>({ method: 'PATCH', path: integrationPath(name), query: dryRunQuery(isDryRun), body })

async function alterNow(session: Session, values: SetValues, name: string): Promise<undefined> {
  const { changes, notice, ...view } = await send(session, name, toChange(values), values['dry-run'])
  await showSettings(session, view, changes)
  if (notice) session.terminal.tell(notice)
  if (changes.length === 0) session.terminal.tell(ALL_SO_ALREADY)
  else if (values['dry-run']) session.terminal.tell('Nothing was changed')
}

/** Changes an integration that runs as another role from now on, which has all that the role before owned. */
async function alterEmptied(session: Session, values: SetValues, name: string): Promise<ExitCode> {
  const change = { ...toChange(values), leaveObjects: true }
  // What is refused at all is refused before anything is changed.
  const { changes, role } = await send(session, name, change, true)
  if (!changes.some(({ attribute }) => attribute === 'role')) return alterNow(session, values, name)
  if (values['dry-run']) {
    const refused = await foretellTransfer(session, name, role)
    session.terminal.tell(`Then ${name.toUpperCase()} would run as ${role}`)
    return refused || undefined
  }
  return emptyThen(session, { name, to: role, again: 'with --enabled true ' }, async ({ enabled }) => {
    const after = await send(session, name, { ...change, enabled: values.enabled ?? enabled }, false)
    session.terminal.tell(`${after.name} runs as ${after.role}`)
    return undefined
  })
}
