import type { APIGatewayProxyEvent } from 'aws-lambda'
import type { TrailStart } from '../audit/trail.ts'
import { newId } from '../store/new-id.ts'
import type { ApiRequest } from './api-request.ts'

const MAX_USER_AGENT = 256
const MAX_QUERY = 512

/** The part of a REST event that is read off the gateway's event; the address is the gateway's, never a header's. */
export function startTrail(
  event: APIGatewayProxyEvent,
  request: ApiRequest,
  now: Date,
): Omit<TrailStart, 'account' | 'type' | 'actorName' | 'actorDomain'> {
  const query = new URLSearchParams(request.query).toString()
  const userAgent = request.headers['user-agent']
  return {
    eventId: newId(now),
    time: now.toISOString(),
    endpoint: request.endpoint,
    method: request.method,
    clientIp: event.requestContext.identity.sourceIp,
    requestId: event.requestContext.requestId,
    ...(userAgent && { userAgent: userAgent.slice(0, MAX_USER_AGENT) }),
    ...(query && { query: decodeURIComponent(query.replaceAll('+', ' ')).slice(0, MAX_QUERY) }),
  }
}
