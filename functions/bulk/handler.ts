import { bulkOperations } from '../../shared/http/bulk-operations.ts'
import { scimHandler } from '../../shared/http/scim-handler.ts'
import { start } from '../../shared/http/start.ts'

const options = start()

/** Serves `/Bulk`. */
export const handler = scimHandler(options, bulkOperations(options.putEvent))
