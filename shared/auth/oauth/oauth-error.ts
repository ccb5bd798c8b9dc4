import { ScimError } from '../../scim/error.ts'

/** What went wrong with a request for a token, in the words of RFC 6749 §5.2. */
export type OAuthErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_scope'
  | 'unauthorized_client'
  | 'unsupported_grant_type'

/** A request for a token that is refused: 401 where the client is not who it says, else 400 (RFC 6749 §5.2). */
export class OAuthError extends ScimError {
  readonly code: OAuthErrorCode

  /** `description` is for the developer of the client: printable ASCII without quotes and backslashes, nothing secret. */
  constructor(code: OAuthErrorCode, description: string, options?: ErrorOptions) {
    super(code === 'invalid_client' ? 401 : 400, undefined, description, options)
    this.code = code
  }
}
