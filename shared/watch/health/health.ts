import type { AdminContext } from '../../resources/admin-context.ts'
import { requireAccount } from '../../resources/known-names.ts'
import type { HealthFinding } from './finding.ts'
import { judgeHealth } from './judge.ts'
import { loadFacts } from './load-facts.ts'

/** The health of an account. */
export interface Health {
  /** ISO 8601. */
  checkedAt: string
  /** What asks for an administrator, the worst first; none where all is well. */
  findings: HealthFinding[]
  /** Roles with changes that wait for the worker, and deleted users whom it has not taken out of every role. */
  unfinished: { roles: number; deletedUsers: number }
  /** Which part of the history was looked at: the last day, or as much of it as the latest 2,000 events. */
  history: { since: string; events: number }
}

/** Looks at an account, and changes nothing. @throws {ScimError} 404 for the account. */
export async function checkHealth(context: Pick<AdminContext, 'db' | 'account' | 'now' | 'trail'>): Promise<Health> {
  const { db, account, now, trail } = context
  await requireAccount({ db, account })
  const facts = await loadFacts(db, account, now)
  const findings = judgeHealth(facts)
  trail.counted(findings.length)
  const count = (kind: 'GROUP' | 'USER') => facts.work.filter((one) => one.kind === kind).length
  return {
    ...{ checkedAt: now.toISOString(), findings },
    unfinished: { roles: count('GROUP'), deletedUsers: count('USER') },
    history: { since: new Date(facts.history.since).toISOString(), events: facts.history.events.length },
  }
}
