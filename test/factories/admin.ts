import { Trail } from '../../shared/audit/trail.ts'
import type { AdminContext } from '../../shared/resources/admin-context.ts'
import type { Db } from '../../shared/store/client.ts'
import { withDryRun } from '../../shared/store/dry-run.ts'
import { newId } from '../../shared/store/new-id.ts'

interface AdminOptions {
  account?: string
  actor?: string
  now?: Date
  isDryRun?: boolean
}

/** The context of one admin operation, as the admin Lambda would make it. */
export function adminContext(db: Db, options: AdminOptions = {}): AdminContext {
  const {
    account = 'default',
    actor = 'arn:aws:iam::000000000000:user/test',
    now = new Date(),
    isDryRun = false,
  } = options
  const eventId = newId(now)
  const trail = new Trail({
    ...{ eventId, requestId: eventId, account, time: now.toISOString(), type: 'ADMIN' },
    ...{ endpoint: 'admin/test', method: 'POST', clientIp: '127.0.0.1', actorName: actor, actorDomain: 'IAM' },
  })
  if (isDryRun) trail.dryRun()
  return { db: isDryRun ? withDryRun(db) : db, account, actor, now, trail }
}
