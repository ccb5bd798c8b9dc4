import { readConfig, readRegion } from '../../shared/config.ts'
import { authorizerHandler } from '../../shared/http/authorizer-handler.ts'
import { openDb } from '../../shared/store/client.ts'

/** Decides on the bearer token of every SCIM request. */
export const handler = authorizerHandler({ db: openDb(readConfig(process.env)), region: readRegion(process.env) })
