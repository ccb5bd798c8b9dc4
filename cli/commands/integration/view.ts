import { plainJson } from '../../../shared/audit/plain-text.ts'
import type { ChangedIntegration } from '../../../shared/resources/change-integration.ts'
import type { DescribedIntegration } from '../../../shared/resources/views/integration.ts'
import { changedLines } from '../../before-after.ts'
import type { Session } from '../../command.ts'

/** An integration with the addresses an identity provider needs. */
type Settings = DescribedIntegration & Record<'baseUrl' | 'ownBaseUrl', string>

/** Shows every setting in a line of its own; one that has changed as `before → after`. */
export async function showSettings(
  { api, terminal, output }: Session,
  view: DescribedIntegration,
  changes?: ChangedIntegration['changes'],
): Promise<void> {
  const addresses = { baseUrl: `${api.url}/scim/v2`, ownBaseUrl: `${api.url}/scim/v2/${view.endpointId}` }
  const settings: Settings = { ...view, ...addresses }
  const asJson = () => plainJson({ ...settings, ...(changes && { changes }) }, 2)
  await terminal.write(`${output === 'json' ? asJson() : changedLines(settings, changes, toMembers)}\n`)
}

const brakeOf = ({ brake: { mode, objects, share } }: Settings): string =>
  mode === 'off' ? mode : `${mode} past ${objects} objects an hour, or ${share} %`

const sayHour = ({ limit, used, left, until }: NonNullable<Settings['brakeHour']>): string =>
  `${used} of ${limit} objects, ${left} left until ${until}`

const sayPolicy = ({ name = 'lists of its own', mode, inherited }: NonNullable<Settings['networkPolicy']>): string =>
  `${name}${inherited ? ", the account's" : ''}${mode === 'observe' ? ', only observing' : ''}`

const sayDefaults = (defaults: Settings['userDefaults']): string =>
  Object.entries(defaults)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')

function toMembers(view: Settings): [string, string | undefined][] {
  const { networkPolicy: policy } = view
  return [
    ['Name', view.name],
    ['Kind', view.clientKind],
    ['Role', view.role],
    ['Privileges', view.privileges.join(', ')],
    ['Enabled', String(view.enabled)],
    ['Sync password', String(view.syncPassword)],
    ['Unknown members', view.unknownMembers],
    ['Brake', brakeOf(view)],
    ['Brake this hour', view.brakeHour && sayHour(view.brakeHour)],
    ['Brake released until', view.brakeReleasedUntil],
    ['New users get', sayDefaults(view.userDefaults)],
    ['Local changes', view.localChanges],
    ['Silent after', view.silentAfterDays === 0 ? 'never' : `${view.silentAfterDays} days`],
    ['Network policy', policy && sayPolicy(policy)],
    ['Allowed from', policy?.allowed.join(', ') || 'everywhere'],
    ['Blocked from', policy?.blocked.join(', ')],
    ['Comment', view.comment],
    ['Rejects tokens before', view.rejectTokensIssuedBefore],
    ['Base URL', view.baseUrl],
    ['Own base URL', view.ownBaseUrl],
    ['Live tokens', String(view.liveTokens)],
    ['OAuth client', view.oauthClient],
    ['Created', `${view.createdAt} by ${view.createdBy}`],
  ]
}
