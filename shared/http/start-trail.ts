import type { APIGatewayProxyEvent } from 'aws-lambda'
import { toQueryText } from '../audit/secrets.ts'
import type { TrailStart } from '../audit/trail.ts'
import { newId } from '../store/new-id.ts'
import type { ApiRequest } from './api-request.ts'

/** The part of a REST event that is read off the gateway's event; the address is the gateway's, never a header's. */
export function startTrail(
  event: APIGatewayProxyEvent,
  request: ApiRequest,
  now: Date,
): Omit<TrailStart, 'account' | 'type' | 'actorName' | 'actorDomain'> {
  const query = toQueryText(request.query)
  const userAgent = request.headers['user-agent']
  return {
    eventId: newId(now),
    time: now.toISOString(),
    endpoint: request.endpoint,
    method: request.method,
    clientIp: event.requestContext.identity.sourceIp,
    requestId: event.requestContext.requestId,
    ...(userAgent && { userAgent }),
    ...(query && { query }),
  }
}
