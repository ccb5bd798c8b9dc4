import type { RawAnswer } from './http-message.ts'
import type { GatewayModel } from './template.ts'

/** API Gateway's response types, as far as this gateway answers with them. */
export type ResponseType =
  | 'UNAUTHORIZED'
  | 'ACCESS_DENIED'
  | 'MISSING_AUTHENTICATION_TOKEN'
  | 'INVALID_SIGNATURE'
  | 'EXPIRED_TOKEN'
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

  constructor(type: ResponseType, options?: ErrorOptions) {
    super(type, options)
    this.type = type
  }
}

/** The answer the template defines for an error, or for its class where it defines none. */
export function presentGatewayError(model: GatewayModel, type: ResponseType, requestId: string): RawAnswer {
  const fallback = type.startsWith('DEFAULT_4') ? 'DEFAULT_4XX' : 'DEFAULT_5XX'
  const response = model.responses.get(type) ?? model.responses.get(fallback)
  if (!response) throw new Error(`The template has no gateway response ${type}`)
  return {
    status: response.status,
    headers: [['Content-Type', response.contentType], ...Object.entries(response.headers)],
    body: response.template.replaceAll('$context.requestId', requestId),
  }
}
