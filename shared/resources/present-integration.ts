import type { Attributes } from '../scim/schema.ts'
import { type Integration, type IntegrationPolicy, liveTokens } from '../store/integrations.ts'
import type { Provisioner } from '../store/provisioners.ts'

/** An integration as admins see it. */
export interface IntegrationView {
  name: string
  clientKind: Integration['clientKind']
  role: string
  /** The role's, whichever integration uses it. */
  privileges: readonly string[]
  enabled: boolean
  syncPassword: boolean
  unknownMembers: Integration['unknownMembers']
  brake: Integration['brake']
  /** Only while the brake is released. */
  brakeReleasedUntil?: string
  userDefaults: Integration['userDefaults']
  localChanges: 'allow' | 'refuse'
  silentAfterDays: number
  /** What decides about its callers; `inherited` is the account's. */
  networkPolicy?: IntegrationPolicy
  comment?: string
  endpointId: string
  rejectTokensIssuedBefore?: string
  createdAt: string
  createdBy: string
  liveTokens: number
  /** The id of its OAuth client, where it has one; access tokens are not among the live ones. */
  oauthClient?: string
}

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
