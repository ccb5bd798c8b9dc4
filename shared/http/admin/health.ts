import { checkHealth } from '../../watch/health/health.ts'
import { askedForFrame, oncePerHour } from '../once-per-hour.ts'
import type { OperationsOf } from './handler.ts'
import { json } from './input.ts'

/** Who asks, and what they may count on. */
export interface WhoAmI {
  /** ARN. */
  principal: string
  account: string
  /** How long events are kept, in days. */
  retentionDays: number
}

/** Who is asking, and how things are. Whether a principal may write is the gateway's to say: it refuses the POST. */
export const healthOperations = {
  'GET /admin/health': async ({ query }, context) => {
    askedForFrame(query, context)
    return json(200, await checkHealth(context))
  },
  'GET /admin/whoami': async ({ method }, context) => {
    oncePerHour(context, { method, endpoint: 'whoami' })
    const { actor: principal, account, db } = context
    return json(200, { principal, account, retentionDays: db.eventRetentionDays } satisfies WhoAmI)
  },
  'POST /admin/whoami': async ({ method }, context) => {
    oncePerHour(context, { method, endpoint: 'whoami' })
    return { status: 204 }
  },
} satisfies OperationsOf<'admin'>
