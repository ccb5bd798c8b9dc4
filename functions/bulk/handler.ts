import { bulkOperations } from '../../shared/http/bulk-operations.ts'
import { handlerOptions } from '../../shared/http/handler-options.ts'
import { resourceWrites } from '../../shared/http/resource-operations.ts'
import { scimHandler } from '../../shared/http/scim-handler.ts'
import { SPECIALS } from '../../shared/resources/kinds.ts'
import { RESOURCE_TYPES } from '../../shared/scim/resource-types.ts'

const operations = Object.values(RESOURCE_TYPES).map((type) => resourceWrites(type, SPECIALS[type.name]))
const options = handlerOptions()

/** Serves `/Bulk`. */
export const handler = scimHandler<'bulk'>(options, bulkOperations(options.putEvent, Object.assign({}, ...operations)))
