import type { APIGatewayProxyEvent } from 'aws-lambda'
import { SCOPE } from '../../auth/oauth/token-request.ts'
import { ALGORITHMS } from '../../auth/oauth/trust.ts'
import type { Config } from '../../config.ts'
import { SCIM_BASE } from '../routes.ts'

/** Where a client asks for a token. */
export const TOKEN_PATH = '/oauth2/token'

/** The address of the service, without a slash at its end: what the SCIM base begins with, and the issuer. */
export function serviceUrl({ publicBaseUrl }: Pick<Config, 'publicBaseUrl'>, event: APIGatewayProxyEvent): string {
  if (publicBaseUrl !== undefined) return publicBaseUrl.slice(0, -SCIM_BASE.length)
  const { domainName, path } = event.requestContext
  return `https://${domainName}${path.slice(0, Math.max(0, path.indexOf(event.resource)))}`
}

/** What clients may know of the token endpoint without asking anybody (RFC 8414 §2). */
export const metadata = (issuer: string) => ({
  issuer,
  token_endpoint: `${issuer}${TOKEN_PATH}`,
  token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
  token_endpoint_auth_signing_alg_values_supported: ALGORITHMS,
  grant_types_supported: ['client_credentials'],
  response_types_supported: [],
  scopes_supported: [SCOPE],
})
