import { parseAwsConfig, parseConfig } from '../../shared/config.ts'
import { discoveryOperations } from '../../shared/http/discovery-operations.ts'
import { scimHandler } from '../../shared/http/scim-handler.ts'
import { lightPutEvent, openLightDb } from '../../shared/store/light-client.ts'

const config = parseConfig(process.env)
const putEvent = lightPutEvent(config, parseAwsConfig(process.env))

/** Serves what describes the service (RFC 7644 §4), `/Me`, and every path nobody else serves. */
export const handler = scimHandler<'discovery'>({ config, db: openLightDb(config), putEvent }, discoveryOperations)
