import { bulkOperations } from '../../shared/http/bulk-operations.ts'
import { primed } from '../../shared/http/handler-options.ts'
import { rehearse } from '../../shared/http/rehearsal.ts'
import { resourceWrites } from '../../shared/http/resource-operations.ts'
import { scimHandler } from '../../shared/http/scim-handler.ts'
import { SPECIALS } from '../../shared/resources/kinds.ts'
import { RESOURCE_TYPES } from '../../shared/scim/resource-types.ts'
import { BULK } from '../rehearsals.ts'

const operations = Object.values(RESOURCE_TYPES).map((type) => resourceWrites(type, SPECIALS[type.name]))

/** Serves `/Bulk`. */
export const handler = await primed(
  (options) => scimHandler<'bulk'>(options, bulkOperations(options.putEvent, Object.assign({}, ...operations))),
  (understudy) => rehearse(understudy, BULK),
)
