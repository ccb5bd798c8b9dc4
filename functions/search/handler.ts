import { searchOperations } from '../../shared/http/resource-operations.ts'
import { scimHandler } from '../../shared/http/scim-handler.ts'
import { start } from '../../shared/http/start.ts'

/** Serves the search over users and groups. */
export const handler = scimHandler<'search'>(start(), searchOperations)
