import type { ScimContext } from '../resources/context.ts'
import { createGroup, deleteGroup, patchGroup, replaceGroup } from '../resources/groups.ts'
import { listResources, searchAll } from '../resources/list.ts'
import { loadResource } from '../resources/load.ts'
import { checkIfNoneMatch } from '../resources/precondition.ts'
import { createUser, deleteUser, patchUser, replaceUser } from '../resources/users.ts'
import { MAX_BODY_BYTES, MAX_MEMBERSHIP_BODY_BYTES } from '../scim/limits.ts'
import { type Projection, parseProjection } from '../scim/project.ts'
import type { ResourceName } from '../store/keys.ts'
import { created, fitting, noContent, ok, okUnlessMatch } from './answers.ts'
import type { ApiAnswer } from './api-answer.ts'
import type { Operation } from './api-handler.ts'
import type { ApiRequest } from './api-request.ts'
import { parseListParameters, parseSearchRequest } from './list-input.ts'

export type ScimOperations = Record<string, Operation<ScimContext>>

/** What both types do alike (RFC 7644 §3.4). */
function commonOperations(type: ResourceName, endpoint: '/Users' | '/Groups'): ScimOperations {
  return {
    [`GET ${endpoint}`]: async (request, context) => list(context, type, request),
    [`POST ${endpoint}/.search`]: async (request, context) => {
      const search = parseSearchRequest(request.parseBody(MAX_BODY_BYTES))
      return { status: 200, body: await listResources(context, type, search) }
    },
    [`GET ${endpoint}/{id}`]: async (request, context) => {
      const presented = await loadResource(context, type, idOf(request), projectionOf(request, context, type))
      return okUnlessMatch(presented, request.headers['if-none-match'])
    },
  }
}

async function list(context: ScimContext, type: ResourceName, request: ApiRequest): Promise<ApiAnswer> {
  return { status: 200, body: await listResources(context, type, parseListParameters(request.query)) }
}

const CHANGE = /^(?:PUT|PATCH|DELETE) /

/** Precedes every change of a resource by its `If-None-Match`. */
function unlessMatched(type: ResourceName, operations: ScimOperations): ScimOperations {
  const guarded = Object.entries(operations).map(([key, operation]): [string, Operation<ScimContext>] => {
    if (!CHANGE.test(key)) return [key, operation]
    const guard: Operation<ScimContext> = async (request, context) => {
      await checkIfNoneMatch(context, type, idOf(request), request.headers['if-none-match'])
      return operation(request, context)
    }
    return [key, guard]
  })
  return Object.fromEntries(guarded)
}

/** The operations of `/Users`. */
export const userOperations: ScimOperations = unlessMatched('User', {
  ...commonOperations('User', '/Users'),
  'POST /Users': async (request, context) =>
    created(await createUser(context, request.parseBody(MAX_BODY_BYTES), projectionOf(request, context, 'User'))),
  'PUT /Users/{id}': async (request, context) =>
    ok(
      await replaceUser(context, idOf(request), request.parseBody(MAX_BODY_BYTES), optionsOf(request, context, 'User')),
    ),
  'PATCH /Users/{id}': async (request, context) =>
    ok(await patchUser(context, idOf(request), request.parseBody(MAX_BODY_BYTES), optionsOf(request, context, 'User'))),
  'DELETE /Users/{id}': async (request, context) => {
    await deleteUser(context, idOf(request), request.headers['if-match'])
    return noContent()
  },
})

/** The operations of `/Groups`. */
export const groupOperations: ScimOperations = unlessMatched('Group', {
  ...commonOperations('Group', '/Groups'),
  'POST /Groups': async (request, context) => {
    const body = request.parseBody(MAX_MEMBERSHIP_BODY_BYTES)
    return created(fitting(await createGroup(context, body, projectionOf(request, context, 'Group'))))
  },
  'PUT /Groups/{id}': async (request, context) => {
    const body = request.parseBody(MAX_MEMBERSHIP_BODY_BYTES)
    return ok(fitting(await replaceGroup(context, idOf(request), body, optionsOf(request, context, 'Group'))))
  },
  'PATCH /Groups/{id}': async (request, context) => {
    const body = request.parseBody(MAX_MEMBERSHIP_BODY_BYTES)
    const options = optionsOf(request, context, 'Group')
    const projected = options.projection.mode !== 'default'
    const { presented, empty } = await patchGroup(context, idOf(request), body, { ...options, projected })
    return empty ? noContent(presented) : ok(fitting(presented))
  },
  'DELETE /Groups/{id}': async (request, context) => {
    await deleteGroup(context, idOf(request), request.headers['if-match'])
    return noContent()
  },
})

/** The search at the root, over users and groups. */
export const searchOperations: ScimOperations = {
  'POST /.search': async (request, context) => ({
    status: 200,
    body: await searchAll(context, parseSearchRequest(request.parseBody(MAX_BODY_BYTES))),
  }),
}

const idOf = (request: ApiRequest): string => request.params.id ?? ''

function projectionOf(request: ApiRequest, { types }: ScimContext, type: ResourceName): Projection {
  const { attributes, excludedAttributes } = parseListParameters(request.query)
  return parseProjection(types[type], { attributes, excludedAttributes })
}

function optionsOf(request: ApiRequest, context: ScimContext, type: ResourceName) {
  return { projection: projectionOf(request, context, type), ifMatch: request.headers['if-match'] }
}
