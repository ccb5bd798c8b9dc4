import { parseConfig, parseRegion } from '../config.ts'
import { openDb } from '../store/client.ts'
import { attemptMsOf, Connection, endpointOf } from '../store/connection.ts'
import { putEvent } from '../store/events/write.ts'
import { openNoTable } from '../store/no-table.ts'
import { openDoorkeeper } from './doorkeeper.ts'
import type { ScimHandlerOptions } from './scim-handler.ts'

/**
 * Makes a Lambda with the AWS SDK, once at its cold start, and makes it ready for its first request: the connection is
 * opened, and the same Lambda on a table that is not there goes through `rehearsal`. Neither can fail a start.
 */
export async function primed<Handler>(
  make: (options: ScimHandlerOptions) => Handler,
  rehearsal: (handler: Handler) => Promise<void>,
): Promise<Handler> {
  const config = parseConfig(process.env)
  const connection = new Connection(attemptMsOf(config))
  const db = openDb(config, {}, connection)
  const handler = make({ config, db, putEvent, doorkeeper: openDoorkeeper() })
  const quiet = { ...config, requestLog: false }
  const understudy = make({ config: quiet, db: openNoTable(db), putEvent, doorkeeper: openDoorkeeper() })
  const endpoint = endpointOf(config.dynamodbEndpoint, parseRegion(process.env))
  await Promise.all([connection.open(endpoint), rehearsal(understudy)])
  return handler
}
