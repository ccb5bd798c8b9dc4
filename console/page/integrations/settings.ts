import { BRAKE_MODES, MAX_BRAKE_OBJECTS } from '../../../shared/auth/brake.ts'
import { UNKNOWN_MEMBERS } from '../../../shared/auth/carried.ts'
import { LOCAL_CHANGES } from '../../../shared/auth/integration-settings.ts'
import { SECONDARY_ROLES } from '../../../shared/auth/user-defaults.ts'
import type { IntegrationView } from '../../../shared/resources/views/integration.ts'
import { CLIENT_KINDS } from '../../../shared/scim/client-kind.ts'
import { USER_TYPES } from '../../../shared/scim/schemas/snowflake-user.ts'
import { option } from '../../command-line.ts'

type Form = { is: 'words'; words: readonly string[] } | { is: 'number'; max: number } | { is: 'text' } | { is: 'truth' }

/** One value of an integration, by the option of `integration alter` that sets it. */
export interface SettingField {
  flag: string
  label: string
  /** Where it stands in the integration, and in a change. */
  path: readonly string[]
  form: Form
  /** Whether it can be taken away. */
  mayLack?: true
}

/** What is changed together. */
export interface Setting {
  title: string
  fields: readonly SettingField[]
  text: (view: IntegrationView) => string
}

const words = (list: readonly string[]): Form => ({ is: 'words', words: list })
const TRUTH: Form = { is: 'truth' }
const yes = (value: boolean): string => (value ? 'Yes' : 'No')
const one = (title: string, text: Setting['text'], field: Omit<SettingField, 'label'>): Setting => ({
  ...{ title, text },
  fields: [{ label: title, ...field }],
})

/** The limit of a brake in words. */
export const brakeText = ({ brake: { mode, objects, share } }: Pick<IntegrationView, 'brake'>): string =>
  mode === 'off'
    ? 'Off: nothing is counted'
    : `${mode === 'stop' ? 'Stops' : 'Warns'} past ${objects.toLocaleString('en-US')} objects an hour, or ${share} %`

const defaultsText = ({ userDefaults }: IntegrationView): string =>
  Object.entries(userDefaults)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ') || 'nothing of ours'

export const BRAKE: Setting = {
  title: 'Brake',
  text: brakeText,
  fields: [
    { flag: 'brake', label: 'Past the limit', path: ['brake', 'mode'], form: words(BRAKE_MODES) },
    {
      ...{ flag: 'brake-objects', label: 'Objects an hour', path: ['brake', 'objects'] },
      form: { is: 'number', max: MAX_BRAKE_OBJECTS },
    },
    {
      ...{ flag: 'brake-share', label: 'Or percent of what its role owns', path: ['brake', 'share'] },
      form: { is: 'number', max: 100 },
    },
  ],
}

/** Everything that `integration alter` changes, but for brake and network policy, which have a place of their own. */
export const SETTINGS: readonly Setting[] = [
  one('Enabled', (view) => yes(view.enabled), { flag: 'enabled', path: ['enabled'], form: TRUTH }),
  one('Kind', (view) => view.clientKind, { flag: 'kind', path: ['clientKind'], form: words(CLIENT_KINDS) }),
  one('Runs as role', (view) => view.role, { flag: 'role', path: ['role'], form: { is: 'text' } }),
  {
    title: 'New users get',
    text: defaultsText,
    fields: [
      {
        ...{ flag: 'default-role', label: 'Default role', path: ['userDefaults', 'defaultRole'] },
        ...{ form: { is: 'text' }, mayLack: true },
      },
      {
        ...{ flag: 'default-secondary-roles', label: 'Secondary roles' },
        path: ['userDefaults', 'defaultSecondaryRoles'],
        ...{ form: words(SECONDARY_ROLES), mayLack: true },
      },
      {
        ...{ flag: 'user-type', label: 'Type', path: ['userDefaults', 'type'] },
        ...{ form: words(USER_TYPES), mayLack: true },
      },
    ],
  },
  one('Unknown members', (view) => (view.unknownMembers === 'skip' ? 'Are skipped' : 'Are refused'), {
    flag: 'unknown-members',
    path: ['unknownMembers'],
    form: words(UNKNOWN_MEMBERS),
  }),
  one('Changes by hand', (view) => (view.localChanges === 'allow' ? 'Are allowed' : 'Are refused'), {
    flag: 'local-changes',
    path: ['localChanges'],
    form: words(LOCAL_CHANGES),
  }),
  one('Stores passwords', (view) => yes(view.syncPassword), {
    flag: 'sync-password',
    path: ['syncPassword'],
    form: TRUTH,
  }),
  one(
    'Silent after',
    ({ silentAfterDays: days }) => (days === 0 ? 'Never' : `${days} ${days === 1 ? 'day' : 'days'}`),
    { flag: 'silent-after-days', path: ['silentAfterDays'], form: { is: 'number', max: 365 } },
  ),
  one('Rejects tokens issued before', (view) => view.rejectTokensIssuedBefore ?? 'None', {
    ...{ flag: 'reject-tokens-issued-before', path: ['rejectTokensIssuedBefore'], form: { is: 'text' }, mayLack: true },
  }),
  one('Comment', (view) => view.comment ?? 'None', {
    ...{ flag: 'comment', path: ['comment'], form: { is: 'text' }, mayLack: true },
  }),
]

/** A field as it is typed: of now. */
export function typedOf(view: IntegrationView, { path }: SettingField): string {
  const value = path.reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], view)
  return value === undefined ? '' : String(value)
}

/** What is asked for, as the route takes it and as the command does. */
export interface AlterRequest {
  body: Readonly<Record<string, unknown>>
  words: readonly string[]
}

/** Of fields only those that say something else than is so; undefined where none does. */
export function alterRequest(
  view: IntegrationView,
  fields: readonly SettingField[],
  typed: Readonly<Record<string, string>>,
): AlterRequest | undefined {
  const changed = fields.filter((field) => (typed[field.flag] ?? typedOf(view, field)).trim() !== typedOf(view, field))
  if (changed.length === 0) return undefined
  const textOf = (field: SettingField) => (typed[field.flag] ?? '').trim()
  const isGone = (field: SettingField) => field.mayLack === true && textOf(field) === ''
  const options = changed.flatMap((field) =>
    isGone(field) ? ['--unset', field.flag] : option(field.flag, textOf(field)),
  )
  let body: Record<string, unknown> = {}
  for (const field of changed)
    body = withValue(body, field.path, isGone(field) ? null : parseTyped(field, textOf(field)))
  return { body, words: ['integration', 'alter', view.name, ...options] }
}

function withValue(
  body: Record<string, unknown>,
  [first = '', ...rest]: readonly string[],
  value: unknown,
): Record<string, unknown> {
  const inner = (body[first] ?? {}) as Record<string, unknown>
  return { ...body, [first]: rest.length === 0 ? value : withValue(inner, rest, value) }
}

/** What is no number is sent as it is: the service says what it expected. */
function parseTyped({ form }: SettingField, text: string): unknown {
  if (form.is === 'truth') return text === 'true'
  return form.is === 'number' && /^\d+$/.test(text) ? Number(text) : text
}
