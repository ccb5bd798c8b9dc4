import type { IntegrationPolicy } from '../../auth/applied-policy.ts'
import type { Brake } from '../../auth/brake.ts'
import type { UnknownMembers } from '../../auth/carried.ts'
import type { LocalChanges } from '../../auth/integration-settings.ts'
import type { UserDefaults } from '../../auth/user-defaults.ts'
import type { ClientKind } from '../../scim/client-kind.ts'
import type { OwnedCounts } from '../say-owned.ts'

/** An integration as admins see it. */
export interface IntegrationView {
  name: string
  clientKind: ClientKind
  role: string
  /** The role's, whichever integration uses it. */
  privileges: readonly string[]
  enabled: boolean
  syncPassword: boolean
  unknownMembers: UnknownMembers
  brake: Brake
  /** Only while the brake is released. */
  brakeReleasedUntil?: string
  userDefaults: UserDefaults
  localChanges: LocalChanges
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

/** What is left of a brake in an hour. */
export interface BrakeHourView {
  /** So many objects, as things are. */
  limit: number
  /** Counted since the hour began: more than the limit where the brake only warns. */
  used: number
  left: number
  /** ISO 8601: when the next hour begins, and the count with it. */
  until: string
}

/** An integration, asked for by its name. */
export interface DescribedIntegration extends IntegrationView {
  /** None of a brake that is off. */
  brakeHour?: BrakeHourView
}

/** What the role of an integration owns, and which others run as it. */
export interface Holdings {
  owns: OwnedCounts
  sharedWith: readonly string[]
}

/** What went with an integration, and what stays. */
export interface DroppedIntegration extends Holdings {
  name: string
  role: string
  endedTokens: number
  /** The OAuth client that went with it, and its access tokens with that. */
  oauthClient?: string
}
