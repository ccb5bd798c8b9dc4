import { parseAwsConfig, parseConfig } from '../../shared/config.ts'
import { discoveryOperations } from '../../shared/http/discovery-operations.ts'
import { rehearse } from '../../shared/http/rehearsal.ts'
import { scimHandler } from '../../shared/http/scim-handler.ts'
import { Connection, endpointOf } from '../../shared/store/connection.ts'
import { lightTable, openLightDb } from '../../shared/store/light-client.ts'
import { useNoter } from '../../shared/store/token-use.ts'
import { DISCOVERY } from '../rehearsals.ts'

const config = parseConfig(process.env)
const aws = parseAwsConfig(process.env)
const connection = new Connection()
const { putEvent, putUse } = lightTable(config, aws, connection)
// What it tells is the same for everybody, so nobody is refused whom the gateway lets in.
const doorkeeper = { refuse: async () => {}, noteUse: useNoter(putUse) }
const options = { config, db: openLightDb(config), putEvent, doorkeeper }
const silence = { putEvent: async () => 200, doorkeeper: { ...doorkeeper, noteUse: async () => {} } }
const silent = { ...options, ...silence, config: { ...config, requestLog: false } }

/** Serves what describes the service (RFC 7644 §4), `/Me`, and every path nobody else serves. */
export const handler = scimHandler<'discovery'>(options, discoveryOperations)

await Promise.all([
  connection.open(endpointOf(config.dynamodbEndpoint, aws.region)),
  rehearse(scimHandler<'discovery'>(silent, discoveryOperations), DISCOVERY),
])
