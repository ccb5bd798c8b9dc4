import type { ScimContext } from '../resources/context.ts'
import { listResources } from '../resources/list.ts'
import { loadResource } from '../resources/load.ts'
import type { Conditional } from '../resources/precondition.ts'
import type { Kind, Special } from '../resources/special.ts'
import { createResource, patchResource, removeResource, replaceResource, type Target } from '../resources/write.ts'
import { MAX_BODY_BYTES, MAX_MEMBERSHIP_BODY_BYTES } from '../scim/limits.ts'
import { type Projection, parseProjection } from '../scim/project.ts'
import { hasMembers, type Json, type ResourceType } from '../scim/schema.ts'
import { created, fitting, noContent, ok, okUnlessMatch } from './answers.ts'
import type { ApiAnswer } from './api-answer.ts'
import type { Operation } from './api-handler.ts'
import type { ApiRequest } from './api-request.ts'
import { parseListParameters, parseSearchRequest } from './list-input.ts'
import { type EndpointRouteKey, type ResourceRouteKey, withEndpoint } from './routes.ts'

export type ScimOperations = Record<string, Operation<ScimContext>>
type ResourceOperation = (request: ApiRequest, context: ScimContext, kind: Kind) => Promise<ApiAnswer>

/** What a client does with resources of any type (RFC 7644 §3.2). */
const OPERATIONS: Record<ResourceRouteKey, ResourceOperation> = {
  'GET /{type}': async ({ query }, context, kind) =>
    found(await listResources(context, kind, parseListParameters(query))),
  'POST /{type}/.search': async (request, context, kind) =>
    found(await listResources(context, kind, parseSearchRequest(request.parseBody(MAX_BODY_BYTES)))),
  'POST /{type}': async (request, context, kind) =>
    created(fitting(await createResource(context, kind, bodyOf(request, kind), projectionOf(request, kind)))),
  'GET /{type}/{id}': async (request, context, kind) => {
    const presented = await loadResource(context, kind, idOf(request), projectionOf(request, kind))
    return okUnlessMatch(presented, request.headers['if-none-match'])
  },
  'PUT /{type}/{id}': async (request, context, kind) =>
    ok(fitting(await replaceResource(context, kind, bodyOf(request, kind), targetOf(request, kind)))),
  'PATCH /{type}/{id}': async (request, context, kind) => {
    const { presented, empty } = await patchResource(context, kind, bodyOf(request, kind), targetOf(request, kind))
    return empty ? noContent(presented) : ok(fitting(presented))
  },
  'DELETE /{type}/{id}': async (request, context, kind) => {
    await removeResource(context, kind, conditionalOf(request))
    return noContent()
  },
}

/** The operations of a resource type, as the caller's kind of client sees it, with what is special about it. */
export function resourceOperations<E extends string>(
  entry: ResourceType & { endpoint: E },
  special: Special = {},
): Record<EndpointRouteKey<E>, Operation<ScimContext>> {
  const kindOf = ({ types }: ScimContext): Kind => ({ type: types[entry.name] ?? entry, special })
  const rows = Object.entries(OPERATIONS).map(([key, run]): [string, Operation<ScimContext>] => [
    withEndpoint(key, entry),
    (request, context) => run(request, context, kindOf(context)),
  ])
  return Object.fromEntries(rows) as Record<EndpointRouteKey<E>, Operation<ScimContext>>
}

/** The answer to a list or a search. */
export const found = (body: object): ApiAnswer => ({ status: 200, body })

const idOf = (request: ApiRequest): string => request.params.id ?? ''

const bodyOf = (request: ApiRequest, { type }: Kind): Json =>
  request.parseBody(hasMembers(type) ? MAX_MEMBERSHIP_BODY_BYTES : MAX_BODY_BYTES)

function projectionOf(request: ApiRequest, { type }: Kind): Projection {
  const { attributes, excludedAttributes } = parseListParameters(request.query)
  return parseProjection(type, { attributes, excludedAttributes })
}

/** Which resource to change, and under which conditions (RFC 9110 §13.1). */
const conditionalOf = (request: ApiRequest): Conditional => ({
  id: idOf(request),
  ifMatch: request.headers['if-match'],
  ifNoneMatch: request.headers['if-none-match'],
})

const targetOf = (request: ApiRequest, kind: Kind): Target => ({
  ...conditionalOf(request),
  projection: projectionOf(request, kind),
})
