import { primed } from '../../shared/http/handler-options.ts'
import { rehearse } from '../../shared/http/rehearsal.ts'
import { resourceOperations } from '../../shared/http/resource-operations.ts'
import { scimHandler } from '../../shared/http/scim-handler.ts'
import { users } from '../../shared/resources/users.ts'
import { RESOURCE_TYPES } from '../../shared/scim/resource-types.ts'
import { USERS } from '../rehearsals.ts'

/** Serves `/Users`. */
export const handler = await primed(
  (options) => scimHandler<'users'>(options, resourceOperations(RESOURCE_TYPES.User, users)),
  (understudy) => rehearse(understudy, USERS),
)
