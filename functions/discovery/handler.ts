import { parseAwsConfig, parseConfig } from '../../shared/config.ts'
import { discoveryOperations } from '../../shared/http/discovery-operations.ts'
import { rehearse } from '../../shared/http/rehearsal.ts'
import { scimHandler } from '../../shared/http/scim-handler.ts'
import { Connection, endpointOf } from '../../shared/store/connection.ts'
import { lightPutEvent, openLightDb } from '../../shared/store/light-client.ts'
import { REHEARSALS } from '../rehearsals.ts'

const config = parseConfig(process.env)
const aws = parseAwsConfig(process.env)
const connection = new Connection()
const options = { config, db: openLightDb(config), putEvent: lightPutEvent(config, aws, connection) }
const silent = { ...options, config: { ...config, requestLog: false }, putEvent: async () => 200 }

/** Serves what describes the service (RFC 7644 §4), `/Me`, and every path nobody else serves. */
export const handler = scimHandler<'discovery'>(options, discoveryOperations)

await Promise.all([
  connection.open(endpointOf(config.dynamodbEndpoint, aws.region)),
  rehearse(scimHandler<'discovery'>(silent, discoveryOperations), REHEARSALS.discovery),
])
