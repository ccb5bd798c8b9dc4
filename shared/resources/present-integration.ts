import type { Attributes } from '../scim/schema.ts'
import { type Integration, liveTokens } from '../store/integrations.ts'
import type { Provisioner } from '../store/provisioners.ts'
import type { IntegrationView } from './views/integration.ts'

export function presentIntegration(integration: Integration, role: Provisioner, now: Date): IntegrationView {
  const { networkPolicy, comment, rejectTokensIssuedBefore: rejectBefore, brake, brakeReleasedUntil } = integration
  const { name, clientKind, enabled, syncPassword, unknownMembers, endpointId, createdAt, createdBy } = integration
  const { userDefaults, localChanges = 'allow', silentAfterDays, oauthClient } = integration
  return {
    ...{ name, clientKind, role: role.role, privileges: role.privileges, enabled, syncPassword, unknownMembers },
    brake,
    ...(brakeReleasedUntil > now.getTime() && { brakeReleasedUntil: new Date(brakeReleasedUntil).toISOString() }),
    userDefaults,
    ...{ localChanges, silentAfterDays },
    ...(networkPolicy && { networkPolicy }),
    ...(comment && { comment }),
    endpointId,
    ...(rejectBefore !== undefined && { rejectTokensIssuedBefore: new Date(rejectBefore).toISOString() }),
    ...{ createdAt, createdBy, liveTokens: liveTokens(integration, now).length },
    ...(oauthClient && { oauthClient }),
  }
}

/** The settings alone, as an event compares them. */
export function toSettings(view: IntegrationView): Attributes {
  const { createdAt: _at, createdBy: _by, liveTokens: _count, ...settings } = view
  return settings as unknown as Attributes
}
