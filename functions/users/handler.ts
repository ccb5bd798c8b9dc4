import { handlerOptions } from '../../shared/http/handler-options.ts'
import { resourceOperations } from '../../shared/http/resource-operations.ts'
import { scimHandler } from '../../shared/http/scim-handler.ts'
import { users } from '../../shared/resources/users.ts'
import { RESOURCE_TYPES } from '../../shared/scim/resource-types.ts'

/** Serves `/Users`. */
export const handler = scimHandler<'users'>(handlerOptions(), resourceOperations(RESOURCE_TYPES.User, users))
