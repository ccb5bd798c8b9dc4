import type { APIGatewayProxyEvent } from 'aws-lambda'
import { Trail } from '../audit/trail.ts'
import { type Principal, parsePrincipal } from '../auth/principal.ts'
import type { ScimContext } from '../resources/context.ts'
import { notFound, unauthorized } from '../scim/error.ts'
import { quote } from '../scim/quote.ts'
import { resourceTypes } from '../scim/resource-types.ts'
import { withDeadline } from '../store/deadline.ts'
import type { Transport } from './api-answer.ts'
import {
  type ApiKind,
  apiHandler,
  type Beside,
  type Call,
  emptySegmentHint,
  type HandlerOptions,
  type Operation,
} from './api-handler.ts'
import type { ApiRequest } from './api-request.ts'
import type { Doorkeeper } from './doorkeeper.ts'
import { log } from './log.ts'
import { type FunctionName, isChange, type RouteKeyOf, SCIM_BASE, scimRoutes } from './routes.ts'
import { startTrail } from './start-trail.ts'

export interface ScimHandlerOptions extends HandlerOptions {
  doorkeeper: Doorkeeper
  /** The resource types as a kind of client sees them. */
  types?: typeof resourceTypes
}

/**
 * A Lambda of the SCIM API: bearer token, checked by the authorizer; operations keyed by method and route. `Name` has
 * to be written: without it the operations of every function are asked for. Answers are sent as a whole, unless a
 * transport says otherwise.
 */
export function scimHandler<Name extends FunctionName>(
  options: ScimHandlerOptions,
  operations: Record<RouteKeyOf<Name>, Operation<ScimContext>>,
  transport?: Transport,
) {
  const { types = resourceTypes, doorkeeper } = options
  const kind: ApiKind<Principal, ScimContext> = {
    routes: scimRoutes(types('GENERIC')),
    identify: (event, request, at) => {
      const caller = parsePrincipal(event.requestContext.authorizer)
      const { account, integration: actorDomain, role: actorName, tokenId } = caller
      const start = startTrail(event, request, at)
      const trail = new Trail({ ...start, type: 'SCIM', account, actorName, actorDomain, tokenId })
      return { caller, whose: { account, integration: actorDomain }, trail }
    },
    admit: (call) => admit(call, { ...options, types }),
    attend: (call) => attend(call, doorkeeper),
  }
  return apiHandler(options, kind, operations, transport)
}

/** What notes that a token is used is given up then: no request waits longer for it. */
const NOTE_MS = 1000

/** Both begin with the request: beside its own reads they take no time. */
function attend({ caller, request, event, now, db, report }: Call<Principal>, doorkeeper: Doorkeeper): Beside {
  const { sourceIp } = event.requestContext.identity
  const brief = withDeadline(db, Math.min(db.deadline, db.clock() + NOTE_MS))
  const admitted = doorkeeper.refuse(db, caller, now, isChange(request))
  // Awaited where it matters.
  admitted.catch(() => {})
  return { admitted, done: doorkeeper.noteUse(brief, caller, sourceIp, now).catch(report) }
}

/** A cached policy may outlive its token: expiry is checked again, by this Lambda's clock. */
function admit(
  call: Call<Principal>,
  { config, types }: Required<Pick<ScimHandlerOptions, 'config' | 'types'>>,
): ScimContext {
  const { caller, request, event, now, db, trail, report } = call
  const { account, integration } = caller
  const { requestId } = event.requestContext
  if (now.getTime() >= caller.tokenExpiresAt) throw expired(caller)
  const endpointId = event.pathParameters?.endpointId
  if (endpointId !== undefined && endpointId !== caller.endpointId) {
    throw ENDPOINT_ID.test(endpointId) ? foreignEndpoint() : unknownEndpoint(request)
  }
  const baseUrl = config.publicBaseUrl ?? gatewayBaseUrl(event)
  return {
    db,
    principal: caller,
    now,
    baseUrl,
    types: types(caller.clientKind),
    trail,
    measure: (name) => log('INFO', 'brake', { requestId, account, integration }, { [name]: 1 }),
    report,
  }
}

const expired = ({ tokenExpiresAt }: Principal) =>
  unauthorized(`The token has expired, at ${new Date(tokenExpiresAt).toISOString()}: issue a new one`)

const ENDPOINT_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

const foreignEndpoint = () =>
  notFound('There is no such endpoint for this token: use the base URL of its own integration')

/** Below the base the gateway takes any name for an endpoint id; what is none was meant to be an endpoint. */
const unknownEndpoint = ({ endpoint }: ApiRequest) =>
  notFound(
    `There is no endpoint ${quote(endpoint)}: use /Users, /Groups or another of SCIM's, in these letters${emptySegmentHint(endpoint)}`,
  )

/** Built from what the gateway says of itself, never from a header of the client. */
function gatewayBaseUrl({ requestContext }: APIGatewayProxyEvent): string {
  const { domainName, path } = requestContext
  const end = path.indexOf(SCIM_BASE)
  return `https://${domainName}${path.slice(0, Math.max(0, end))}${SCIM_BASE}`
}
