import type { Brake } from '../../../shared/auth/brake.ts'
import type { ClientKind } from '../../../shared/scim/client-kind.ts'

/**
 * What pages read of the service's answers. The service's own types need Node, so these stand beside them; that they
 * agree is what `test/unit/console/wire.test.ts` holds.
 */

/** An integration, of `GET /admin/integrations`. */
export interface IntegrationView {
  name: string
  clientKind: ClientKind
  role: string
  privileges: readonly string[]
  enabled: boolean
  syncPassword: boolean
  unknownMembers: string
  brake: Brake
  brakeReleasedUntil?: string
  userDefaults: Readonly<Record<string, string | undefined>>
  localChanges: string
  silentAfterDays: number
  networkPolicy?: {
    name?: string | undefined
    mode: string
    allowed: readonly string[]
    blocked: readonly string[]
    inherited?: true | undefined
  }
  comment?: string
  endpointId: string
  rejectTokensIssuedBefore?: string
  createdAt: string
  createdBy: string
  liveTokens: number
  oauthClient?: string
}

/** A token the one time its text is shown. */
export interface IssuedToken {
  token: string
  tokenId: string
  integration: string
  name: string
  expiresAt: string
}

/** A token in a list. */
export interface ListedToken {
  tokenId: string
  name: string
  integration: string
  createdBy: string
  createdAt: string
  expiresAt: string
  revokedAt?: string
  rotatedTo?: string
  status: 'live' | 'expired' | 'revoked' | 'rejected'
  daysLeft: number
  lastUsedAt?: string
  usedFrom: readonly { address: string; since: string; lastUsedAt: string }[]
}

/** How an integration's OAuth client proves who it is. */
export interface OAuthClientView {
  clientId: string
  secrets: readonly { createdAt: string; endsAt?: string }[]
  keys?: readonly Readonly<Record<string, unknown>>[]
  jwksUri?: string
  trusts: readonly { issuer: string; subject: string }[]
  lastUsedAt?: string
}

/** What went with an integration that was dropped, or would go. */
export interface DroppedIntegration {
  name: string
  role: string
  endedTokens: number
  oauthClient?: string
  owns: { users: number; roles: number }
  sharedWith: readonly string[]
}

/** A network policy that integrations may have. */
export interface NetworkPolicyView {
  name: string
  mode: string
}

/** Something that asks for an administrator. */
export interface HealthFinding {
  kind:
    | ('unfinished-work' | 'token-ends' | 'no-token' | 'silent' | 'disabled-called' | 'expired-token')
    | ('refused-tokens' | 'address-refused' | 'brake' | 'failed' | 'busy' | 'conflicts' | 'denied' | 'changed-by-hand')
  severity: 'attention' | 'problem'
  since?: string
  count?: number
  integration?: string
  message: string
  command: string
}

/** The health of an account. */
export interface Health {
  checkedAt: string
  findings: readonly HealthFinding[]
}

/** A step of the look at everything that an account has. */
export interface InvariantStep {
  violations: readonly { type: string; id: string; name?: string; message: string }[]
  checked: number
  changedByHand: number
  part: { name: string; number: number; of: number }
  next?: string
}
