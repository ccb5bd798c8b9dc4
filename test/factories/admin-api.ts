import { adminHandler } from '../../shared/http/admin/handler.ts'
import { adminOperations } from '../../shared/http/admin/operations.ts'
import { adminResourceOperations } from '../../shared/http/admin/resource-operations.ts'
import type { Db } from '../../shared/store/client.ts'
import { putEvent } from '../../shared/store/events/write.ts'
import { ADMIN_ARN, apiEvent, type GivenRequest, lambdaContext } from './api-event.ts'
import { testConfig } from './engine.ts'
import type { Answer } from './resource-lambdas.ts'

const OPERATIONS = { ...adminOperations, ...adminResourceOperations }

export type AdminCall = (method: string, resource: string, given?: Partial<GivenRequest>) => Promise<Answer>

/** The admin Lambdas, called with gateway events but without a gateway. */
export function adminApi(db: Db, now: () => Date = () => new Date()): AdminCall {
  const options = { config: testConfig(db.tableName), db, putEvent, now }
  const handler = adminHandler<'admin' | 'admin-resources'>(options, OPERATIONS)
  return async (method, resource, given = {}) => {
    const event = apiEvent({ method, resource, userArn: ADMIN_ARN, ...given })
    const { statusCode: status, headers, body } = await handler(event, lambdaContext())
    return { status, headers: headers as Record<string, string>, body: body === '' ? undefined : JSON.parse(body) }
  }
}
