import { parseConfig } from '../../shared/config.ts'
import { eventsHandler } from '../../shared/http/events-handler.ts'
import { openDb } from '../../shared/store/client.ts'
import { putEvent } from '../../shared/store/events/write.ts'

const config = parseConfig(process.env)

/** Answers auditors, through the gateway and by invocation. */
export const handler = eventsHandler({ config, db: openDb(config), putEvent })
