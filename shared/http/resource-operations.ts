import type { ScimContext } from '../resources/context.ts'
import { listResources } from '../resources/list.ts'
import { loadResource } from '../resources/load.ts'
import type { Conditional } from '../resources/precondition.ts'
import type { Kind, Special } from '../resources/special.ts'
import {
  type Changed,
  createResource,
  patchResource,
  removeResource,
  replaceResource,
  type Target,
} from '../resources/write.ts'
import { MAX_BODY_BYTES, MAX_MEMBERSHIP_BODY_BYTES } from '../scim/limits.ts'
import { type Projection, parseProjection } from '../scim/project.ts'
import { hasMembers, type Json, type ResourceType } from '../scim/schema.ts'
import { created, fitting, noContent, ok, okUnlessMatch } from './answers.ts'
import type { ApiAnswer } from './api-answer.ts'
import type { Operation } from './api-handler.ts'
import type { ApiRequest } from './api-request.ts'
import { parseListParameters, parseSearchRequest } from './list-input.ts'
import {
  type EndpointRouteKey,
  type ReadRouteKey,
  type ResourceRouteKey,
  type WriteRouteKey,
  withEndpoint,
} from './routes.ts'

export type ScimOperations = Record<string, Operation<ScimContext>>
type ResourceOperation = (request: ApiRequest, context: ScimContext, kind: Kind) => Promise<ApiAnswer>

/** How a client reads resources of any type (RFC 7644 §3.4). */
const READS: Record<ReadRouteKey, ResourceOperation> = {
  'GET /{type}': async ({ query }, context, kind) =>
    found(await listResources(context, kind, parseListParameters(query))),
  'POST /{type}/.search': async (request, context, kind) =>
    found(await listResources(context, kind, parseSearchRequest(request.parseBody(MAX_BODY_BYTES)))),
  'GET /{type}/{id}': async (request, context, kind) => {
    const known = request.headers['if-none-match']
    const presented = await loadResource(context, kind, idOf(request), projectionOf(request, kind), known)
    return okUnlessMatch(presented, known)
  },
}

/** How it changes them (RFC 7644 §3.3, §3.5, §3.6). */
const WRITES: Record<WriteRouteKey, ResourceOperation> = {
  'POST /{type}': async (request, context, kind) =>
    created(fitting(await createResource(context, kind, bodyOf(request, kind), projectionOf(request, kind)))),
  'PUT /{type}/{id}': async (request, context, kind) =>
    changed(await replaceResource(context, kind, bodyOf(request, kind), targetOf(request, kind))),
  'PATCH /{type}/{id}': async (request, context, kind) =>
    changed(await patchResource(context, kind, bodyOf(request, kind), targetOf(request, kind))),
  'DELETE /{type}/{id}': async (request, context, kind) => {
    await removeResource(context, kind, conditionalOf(request))
    return noContent()
  },
}

type Operations<E extends string, Key> = Record<EndpointRouteKey<E, Key>, Operation<ScimContext>>
type Endpoint<E extends string> = ResourceType & { endpoint: E }

/** What reads resources of a type, as the caller's kind of client sees it. */
export const resourceReads = <E extends string>(
  entry: Endpoint<E>,
  special: Special = {},
): Operations<E, ReadRouteKey> => operationsOf(READS, entry, special)

/** What changes them, with what is special about the type. */
export const resourceWrites = <E extends string>(
  entry: Endpoint<E>,
  special: Special = {},
): Operations<E, WriteRouteKey> => operationsOf(WRITES, entry, special)

/** Both, for a type that one function serves. */
export const resourceOperations = <E extends string>(
  entry: Endpoint<E>,
  special: Special = {},
): Operations<E, ResourceRouteKey> => ({ ...resourceReads(entry, special), ...resourceWrites(entry, special) })

function operationsOf<E extends string, Key extends ResourceRouteKey>(
  operations: Record<Key, ResourceOperation>,
  entry: Endpoint<E>,
  special: Special,
): Operations<E, Key> {
  const kindOf = ({ types }: ScimContext): Kind => ({ type: types[entry.name] ?? entry, special })
  const rows = Object.entries<ResourceOperation>(operations).map(([key, run]): [string, Operation<ScimContext>] => [
    withEndpoint(key, entry),
    (request, context) => run(request, context, kindOf(context)),
  ])
  return Object.fromEntries(rows) as Operations<E, Key>
}

const changed = ({ presented, empty }: Changed): ApiAnswer =>
  presented && !empty ? ok(fitting(presented)) : noContent(presented)

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
