import { primed } from '../../shared/http/handler-options.ts'
import { rehearse } from '../../shared/http/rehearsal.ts'
import { scimHandler } from '../../shared/http/scim-handler.ts'
import { searchOperations } from '../../shared/http/search-operations.ts'
import { SEARCH } from '../rehearsals.ts'

/** Serves the search over users and groups. */
export const handler = await primed(
  (options) => scimHandler<'search'>(options, searchOperations),
  (understudy) => rehearse(understudy, SEARCH),
)
