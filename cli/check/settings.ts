import { CREATE_PRIVILEGES } from '../../shared/auth/privileges.ts'
import { CLIENT_REQUESTS_PER_SECOND } from '../../shared/http/time-limits.ts'
import type { IntegrationView } from '../../shared/resources/views/integration.ts'
import { mistakeOf, obstaclesOf } from '../../shared/setup/base-url.ts'
import type { Session } from '../command.ts'
import { type Finding, judged } from './finding.ts'

/** What is wrong with the base URL that was pasted, or with the integration's own for such a provider. */
export function judgeBaseUrl({ api }: Session, view: IntegrationView, pasted: string | undefined): Finding[] {
  const check = 'Base URL'
  const right = [`${api.url}/scim/v2`, `${api.url}/scim/v2/${view.endpointId}`] as const
  const text = pasted ?? right[0]
  const wrong = mistakeOf({ text, right, kind: view.clientKind })
  const finding = judged(check, wrong, text, `paste ${right[0]}`)
  if (wrong) return [finding]
  return [
    finding,
    ...obstaclesOf({ text, kind: view.clientKind }).map((says): Finding => ({ check, result: 'note', says })),
  ]
}

/** Switched off, fenced in, or without a privilege that its requests need. */
export function judgeSettings(
  { hint }: Session,
  { name, role, enabled, privileges, networkPolicy }: IntegrationView,
): Finding[] {
  const lacks = lackingPrivileges(privileges)
  return [
    judged(
      'Integration',
      enabled ? undefined : 'It is disabled: every request is answered 403',
      'It is enabled',
      hint(`integration alter ${name} --enabled true`),
    ),
    judged(
      'Privileges',
      lacks.length > 0 ? `Its role ${role} lacks ${lacks.join(' and ')}: creates are answered 403` : undefined,
      `Its role ${role} has ${privileges.join(', ')}`,
      hint(`provisioner grant ${role} ${lacks.join(',')}`),
    ),
    ...(networkPolicy ? [judgePolicy(networkPolicy)] : []),
  ]
}

/** What a provider's requests need, and a role has not. */
export const lackingPrivileges = (privileges: readonly string[]): string[] =>
  CREATE_PRIVILEGES.filter((privilege) => !privileges.includes(privilege))

function judgePolicy({ allowed, blocked }: NonNullable<IntegrationView['networkPolicy']>): Finding {
  const says = [
    `Only callers from ${allowed.join(', ') || 'everywhere'} are let in`,
    ...(blocked.length > 0 ? [`, and none from ${blocked.join(', ')}`] : []),
    '. The provider must be among them; who is refused stands in the event history',
  ]
  return { check: 'Network policy', result: 'note', says: says.join('') }
}

/** How long a first sync takes at least: each user is looked up, then created. */
export function judgePace(users: number): Finding {
  const minutes = Math.ceil((users * 2) / CLIENT_REQUESTS_PER_SECOND / 60)
  const says = `${CLIENT_REQUESTS_PER_SECOND} requests a second unless the deployment says otherwise, above that 429 with Retry-After: ${users} users take ${minutes} min at least`
  return { check: 'Pace', result: 'note', says }
}
