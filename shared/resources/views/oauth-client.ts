import type { Change } from '../../audit/rest-event.ts'
import type { Trust } from '../../auth/oauth/trust.ts'
import type { LastUse } from './token.ts'

/** An integration's OAuth client as admins see it. */
export interface OAuthClientView {
  clientId: string
  integration: string
  /** When each secret was made, and when it ends where that is known. */
  secrets: readonly { createdAt: string; endsAt?: string }[]
  keys?: readonly Readonly<Record<string, unknown>>[]
  jwksUri?: string
  trusts: readonly Trust[]
  createdAt: string
  createdBy: string
}

/** A client, and when it was used last. */
export type UsedOAuthClient = OAuthClientView & LastUse

/** A client with a secret at its birth: the one time its text is shown. */
export interface NewSecret extends OAuthClientView {
  clientSecret: string
}

/** A client after a change, and what the change did: nothing where everything was so already. */
export interface ChangedOAuth extends OAuthClientView {
  changes: readonly Change[]
}
