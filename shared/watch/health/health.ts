import type { AdminContext } from '../../resources/admin-context.ts'
import { requireAccount } from '../../resources/known-names.ts'
import type { Health } from './finding.ts'
import { judgeHealth } from './judge.ts'
import { loadFacts } from './load-facts.ts'

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
