import { bulkOperations } from '../../shared/http/bulk-operations.ts'
import { primed } from '../../shared/http/handler-options.ts'
import { rehearse } from '../../shared/http/rehearsal.ts'
import { resourceOperations } from '../../shared/http/resource-operations.ts'
import { scimHandler } from '../../shared/http/scim-handler.ts'
import { groups } from '../../shared/resources/groups.ts'
import type { Special } from '../../shared/resources/special.ts'
import { users } from '../../shared/resources/users.ts'
import { RESOURCE_TYPES } from '../../shared/scim/resource-types.ts'
import { REHEARSALS } from '../rehearsals.ts'

const SPECIAL: Record<keyof typeof RESOURCE_TYPES, Special> = { User: users, Group: groups }
const operations = Object.values(RESOURCE_TYPES).map((type) => resourceOperations(type, SPECIAL[type.name]))

/** Serves `/Bulk`. */
export const handler = await primed(
  (options) => scimHandler<'bulk'>(options, bulkOperations(options.putEvent, Object.assign({}, ...operations))),
  (understudy) => rehearse(understudy, REHEARSALS.bulk),
)
