import { handlerOptions } from '../../shared/http/handler-options.ts'
import { scimHandler } from '../../shared/http/scim-handler.ts'
import { searchOperations } from '../../shared/http/search-operations.ts'

/** Serves the search over users and groups. */
export const handler = scimHandler<'search'>(handlerOptions(), searchOperations)
