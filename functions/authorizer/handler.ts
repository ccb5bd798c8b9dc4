import { parseConfig, parseRegion } from '../../shared/config.ts'
import { authorizerHandler } from '../../shared/http/authorizer-handler.ts'
import { openDb } from '../../shared/store/client.ts'

/** Decides on the bearer token of every SCIM request. */
export const handler = authorizerHandler({ db: openDb(parseConfig(process.env)), region: parseRegion(process.env) })
