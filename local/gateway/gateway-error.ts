import type { RawAnswer } from './http-message.ts'
import type { GatewayModel } from './template.ts'

/** API Gateway's response types, as far as this gateway answers with them. */
export type ResponseType =
  | 'UNAUTHORIZED'
  | 'ACCESS_DENIED'
  | 'MISSING_AUTHENTICATION_TOKEN'
  | 'INVALID_SIGNATURE'
  | 'EXPIRED_TOKEN'
  | 'INVALID_API_KEY'
  | 'THROTTLED'
  | 'BAD_REQUEST_PARAMETERS'
  | 'REQUEST_TOO_LARGE'
  | 'AUTHORIZER_FAILURE'
  | 'AUTHORIZER_CONFIGURATION_ERROR'
  | 'INTEGRATION_FAILURE'
  | 'INTEGRATION_TIMEOUT'
  | 'DEFAULT_4XX'
  | 'DEFAULT_5XX'

/** The gateway refuses a request, or cannot serve it, before or after its function. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError'
  readonly type: ResponseType
  /** Says it better than the template, where the deployed gateway never gets to this error. */
  readonly detail: string | undefined

  constructor(type: ResponseType, { detail, ...options }: ErrorOptions & { detail?: string } = {}) {
    super(type, options)
    this.type = type
    this.detail = detail
  }
}

/** The answer the template defines for an error. @throws {Error} when it defines none, and API Gateway's own would show. */
export function presentGatewayError(
  model: GatewayModel,
  { type, detail }: Pick<GatewayError, 'type'> & { detail?: string | undefined },
  requestId: string,
): RawAnswer<string> {
  const response = model.responses.get(type)
  if (!response) throw new Error(`The template has no gateway response ${type}`)
  const body = response.template.replaceAll('$context.requestId', requestId)
  return {
    status: response.status,
    headers: [['Content-Type', response.contentType], ...Object.entries(response.headers)],
    body: detail === undefined ? body : JSON.stringify({ ...JSON.parse(body), detail }),
  }
}
