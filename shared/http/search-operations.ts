import type { ScimContext } from '../resources/context.ts'
import { kindsOf } from '../resources/kinds.ts'
import { searchAll } from '../resources/list.ts'
import { MAX_BODY_BYTES } from '../scim/limits.ts'
import type { Operation } from './api-handler.ts'
import { parseSearchRequest } from './list-input.ts'
import { found } from './resource-operations.ts'
import type { RouteKeyOf } from './routes.ts'

/** The search at the root, over all types. */
export const searchOperations = {
  'POST /.search': async (request, context) =>
    found(await searchAll(context, kindsOf(context.types), parseSearchRequest(request.parseBody(MAX_BODY_BYTES)))),
} satisfies Record<RouteKeyOf<'search'>, Operation<ScimContext>>
