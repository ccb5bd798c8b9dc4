import type { Principal } from '../../shared/auth/principal.ts'
import type { Config } from '../../shared/config.ts'
import { SCIM_BASE } from '../../shared/http/routes.ts'
import type { Db } from '../../shared/store/client.ts'
import { putEvent } from '../../shared/store/events/write.ts'
import { apiEvent, type GivenRequest, lambdaContext } from '../factories/api-event.ts'
import { idleDoorkeeper } from '../factories/doorkeeper.ts'
import { resourceLambdas } from '../factories/resource-lambdas.ts'
import { PRODUCT_OPERATIONS } from '../factories/scim-api.ts'

/** Sends one request to `/Users...` or `/Groups...`; answers its body. @throws {Error} unless it succeeds. */
export type Send = (request: Omit<GivenRequest, 'principal'>) => Promise<Answer>
// biome-ignore lint/suspicious/noExplicitAny: bodies of every shape
type Answer = any

/**
 * The resource Lambdas of one caller, the authorizer's answer being cached; what `doorkeeper` does is not measured with
 * each operation, since it is done once in two seconds and once a minute.
 */
export function scimClient(config: Config, db: Db, principal: Principal, doorkeeper = idleDoorkeeper()): Send {
  const serve = resourceLambdas({ config, db, putEvent, doorkeeper }, PRODUCT_OPERATIONS)
  return async ({ resource, ...given }) => {
    const event = apiEvent({ ...given, resource: SCIM_BASE + resource, principal })
    const { status, body } = await serve(event, lambdaContext())
    if (status >= 400) throw new Error(`${given.method} ${resource}: ${status} ${JSON.stringify(body)}`)
    return body
  }
}
