import { primed } from '../../shared/http/handler-options.ts'
import { rehearse } from '../../shared/http/rehearsal.ts'
import { resourceReads } from '../../shared/http/resource-operations.ts'
import { scimHandler } from '../../shared/http/scim-handler.ts'
import { STREAMED } from '../../shared/http/streamed.ts'
import { groupMembers } from '../../shared/resources/members.ts'
import { RESOURCE_TYPES } from '../../shared/scim/resource-types.ts'
import { GROUP_READS } from '../rehearsals.ts'

const operations = resourceReads(RESOURCE_TYPES.Group, { derived: groupMembers })

// Only Lambda has streams to send to, so what is rehearsed is sent as a whole.
const { streamed } = await primed(
  (options) => ({
    streamed: scimHandler<'group-reads'>(options, operations, STREAMED),
    whole: scimHandler<'group-reads'>(options, operations),
  }),
  ({ whole }) => rehearse(whole, GROUP_READS),
)

/** Serves what reads `/Groups`: there is no largest group, so its answers are streamed. */
export const handler = streamed
