import type { ScimContext } from '../resources/context.ts'
import {
  presentResourceType,
  presentResourceTypes,
  presentSchema,
  presentSchemas,
  requireResourceType,
  requireSchema,
  serviceProviderConfig,
} from '../scim/discovery.ts'
import { forbidden, ScimError } from '../scim/error.ts'
import { presentList } from '../scim/list-response.ts'
import type { ApiAnswer } from './api-answer.ts'
import type { Operation } from './api-handler.ts'
import type { ApiRequest } from './api-request.ts'
import type { RouteKeyOf } from './routes.ts'

type Present = (context: ScimContext, id: string) => object

/**
 * What the discovery function does: RFC 7644 §4, and 501 for `/Me` (§3.11). Paging, sorting and projection parameters
 * are ignored, as the RFC says; writes are answered 405 and unknown paths 404 by the handler.
 */
export const discoveryOperations = {
  'GET /ServiceProviderConfig': answer(({ baseUrl, principal }) => serviceProviderConfig(baseUrl, principal)),
  'GET /ResourceTypes': answer(({ types, baseUrl }) => listOf(presentResourceTypes(types, baseUrl))),
  'GET /ResourceTypes/{id}': answer(({ types, baseUrl }, id) =>
    presentResourceType(requireResourceType(types, id), baseUrl),
  ),
  'GET /Schemas': answer(({ types, baseUrl }) => listOf(presentSchemas(types, baseUrl))),
  'GET /Schemas/{id}': answer(({ types, baseUrl }, id) => presentSchema(requireSchema(types, id), baseUrl)),
  'GET /Me': refuseMe,
  'POST /Me': refuseMe,
  'PUT /Me': refuseMe,
  'PATCH /Me': refuseMe,
  'DELETE /Me': refuseMe,
} satisfies Record<RouteKeyOf<'discovery'>, Operation<ScimContext>>

function answer(present: Present): Operation<ScimContext> {
  return async (request, context): Promise<ApiAnswer> => {
    refuseFilter(request)
    return { status: 200, body: present(context, request.params.id ?? '') }
  }
}

/** A client that filters must not mistake the whole list for its result (RFC 7644 §4). */
function refuseFilter({ query, route }: ApiRequest): void {
  if (query.filter === undefined) return
  throw forbidden(`Cannot filter ${route}: leave the filter out, the answer is short`)
}

const listOf = (resources: object[]) => presentList({ resources, totalResults: resources.length, startIndex: 1 })

async function refuseMe(): Promise<never> {
  throw new ScimError(501, undefined, 'There is no /Me: a token stands for an integration, use /Users')
}
