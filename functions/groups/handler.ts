import { primed } from '../../shared/http/handler-options.ts'
import { rehearse } from '../../shared/http/rehearsal.ts'
import { resourceWrites } from '../../shared/http/resource-operations.ts'
import { scimHandler } from '../../shared/http/scim-handler.ts'
import { groups } from '../../shared/resources/groups.ts'
import { RESOURCE_TYPES } from '../../shared/scim/resource-types.ts'
import { GROUPS } from '../rehearsals.ts'

/** Serves what changes `/Groups`. */
export const handler = await primed(
  (options) => scimHandler<'groups'>(options, resourceWrites(RESOURCE_TYPES.Group, groups)),
  (understudy) => rehearse(understudy, GROUPS),
)
