import { groupOperations } from '../../shared/http/resource-operations.ts'
import { scimHandler } from '../../shared/http/scim-handler.ts'
import { start } from '../../shared/http/start.ts'

/** Serves `/Groups`. */
export const handler = scimHandler(start(), groupOperations)
