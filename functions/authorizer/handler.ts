import { parseDeploymentName, parseRegion } from '../../shared/config.ts'
import { authorizerHandler, rehearseAuthorizer } from '../../shared/http/authorizer-handler.ts'
import { primed } from '../../shared/http/handler-options.ts'

/** Decides on the bearer token of every SCIM request. */
export const handler = await primed(
  ({ config, db }) =>
    authorizerHandler({
      ...{ db, region: parseRegion(process.env), deployment: parseDeploymentName(process.env) },
      isQuiet: !config.requestLog,
    }),
  rehearseAuthorizer,
)
