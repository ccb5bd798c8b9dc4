import { handlerOptions } from '../../shared/http/handler-options.ts'
import { resourceWrites } from '../../shared/http/resource-operations.ts'
import { scimHandler } from '../../shared/http/scim-handler.ts'
import { groups } from '../../shared/resources/groups.ts'
import { RESOURCE_TYPES } from '../../shared/scim/resource-types.ts'

/** Serves what changes `/Groups`. */
export const handler = scimHandler<'groups'>(handlerOptions(), resourceWrites(RESOURCE_TYPES.Group, groups))
