import type { AdminContext } from '../../resources/admin-context.ts'
import { getFence } from '../../store/regions/fence.ts'
import { checkHealth } from '../../watch/health/health.ts'
import { askedForFrame, oncePerHour } from '../once-per-hour.ts'
import type { WhichRegion, WhoAmI } from '../who-am-i.ts'
import type { OperationsOf } from './handler.ts'
import { json } from './input.ts'

async function whichRegion({ db, account }: AdminContext): Promise<WhichRegion | undefined> {
  if (!db.region) return undefined
  const { own, all, home } = db.region
  const { primary } = await getFence(db, account, home)
  return { own, primary, all }
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
    const region = await whichRegion(context)
    const who = { principal, account, retentionDays: db.eventRetentionDays, ...(region && { region }) }
    return json(200, who satisfies WhoAmI)
  },
  'POST /admin/whoami': async ({ method }, context) => {
    oncePerHour(context, { method, endpoint: 'whoami' })
    return { status: 204 }
  },
} satisfies OperationsOf<'admin'>
