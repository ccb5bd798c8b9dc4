import { bulkOperations } from '../../shared/http/bulk-operations.ts'
import { handlerOptions } from '../../shared/http/handler-options.ts'
import { resourceWrites } from '../../shared/http/resource-operations.ts'
import { scimHandler } from '../../shared/http/scim-handler.ts'
import { groups } from '../../shared/resources/groups.ts'
import type { Special } from '../../shared/resources/special.ts'
import { users } from '../../shared/resources/users.ts'
import { RESOURCE_TYPES } from '../../shared/scim/resource-types.ts'

const SPECIAL: Record<keyof typeof RESOURCE_TYPES, Special> = { User: users, Group: groups }
const operations = Object.values(RESOURCE_TYPES).map((type) => resourceWrites(type, SPECIAL[type.name]))
const options = handlerOptions()

/** Serves `/Bulk`. */
export const handler = scimHandler<'bulk'>(options, bulkOperations(options.putEvent, Object.assign({}, ...operations)))
