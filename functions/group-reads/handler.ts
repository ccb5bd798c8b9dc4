import { handlerOptions } from '../../shared/http/handler-options.ts'
import { resourceReads } from '../../shared/http/resource-operations.ts'
import { scimHandler } from '../../shared/http/scim-handler.ts'
import { STREAMED } from '../../shared/http/streamed.ts'
import { groupMembers } from '../../shared/resources/members.ts'
import { RESOURCE_TYPES } from '../../shared/scim/resource-types.ts'

const operations = resourceReads(RESOURCE_TYPES.Group, { derived: groupMembers })

/** Serves what reads `/Groups`: there is no largest group, so its answers are streamed. */
export const handler = scimHandler<'group-reads'>(handlerOptions(), operations, STREAMED)
