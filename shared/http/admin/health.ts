import { checkHealth } from '../../watch/health/health.ts'
import { oncePerHour } from '../once-per-hour.ts'
import type { OperationsOf } from './handler.ts'
import { json } from './input.ts'

/** Who is asking, and how things are. Whether a principal may write is the gateway's to say: it refuses the POST. */
export const healthOperations = {
  'GET /admin/health': async (_request, context) => json(200, await checkHealth(context)),
  'GET /admin/whoami': async ({ method }, context) => {
    oncePerHour(context, { method, endpoint: 'whoami' })
    return json(200, { principal: context.actor, account: context.account })
  },
  'POST /admin/whoami': async ({ method }, context) => {
    oncePerHour(context, { method, endpoint: 'whoami' })
    return { status: 204 }
  },
} satisfies OperationsOf<'admin'>
