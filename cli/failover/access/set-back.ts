import type { RestEvent } from '../../../shared/audit/rest-event.ts'
import type { Db } from '../../../shared/store/client.ts'
import { ConditionsFailed } from '../../../shared/store/transaction.ts'
import { eventsSince } from '../compare.ts'
import type { Repair, Repaired } from '../repaired.ts'
import { closingOf } from '../revocations.ts'
import { commitSetBack, type SetBack, startPlanning } from './plan.ts'
import { planClients } from './plan-clients.ts'
import { planDropped, planIntegrations } from './plan-integrations.ts'
import { planAccount, planPolicies, planRoles } from './plan-settings.ts'
import { planTokens } from './plan-tokens.ts'
import { loadAccess } from './snapshot.ts'

/** How often all is looked at again where others change it meanwhile. */
const LOOKS = 5
/** How far clocks of the tables' writers may differ. */
const CLOCKS_MS = 60_000

/** What is told of who gets in. */
export interface ToldOfAccess {
  /** In the table itself. */
  events: readonly RestEvent[]
  /** In the others: whoever was shut out there is shut out, whether that has arrived or not. */
  elsewhere: readonly RestEvent[]
}

/** What of tokens, integrations, policies, roles, OAuth clients and the account is not as its history wants it, in the order in which it is set back. */
export async function planAccess(db: Db, account: string, { events, elsewhere }: ToldOfAccess): Promise<SetBack[]> {
  const begun = db.clock()
  const closings = elsewhere.filter((event) => closingOf(event) !== undefined)
  const known = [...closings, ...events].filter(({ status }) => status < 400)
  const access = await loadAccess(db, account, known)
  // What was changed while it was read is told too, so that nothing is set back to what was before.
  const since = await eventsSince(db, account, begun - CLOCKS_MS)
  const all = new Map([...known, ...since].map((event) => [event.eventId, event]))
  const planning = startPlanning(account, new Date(db.clock()), access, [...all.values()])
  planDropped(planning)
  planAccount(planning)
  planPolicies(planning)
  planRoles(planning)
  planTokens(planning)
  planClients(planning)
  planIntegrations(planning)
  return planning.found
}

/** Sets it back, one after the other, each with its event. */
export async function repairAccess({ place, isDryRun, rows }: Repair, told: ToldOfAccess): Promise<void> {
  const { db, account } = place
  for (let attempt = 1; ; attempt++) {
    const planned = await planAccess(db, account, told)
    if (isDryRun) return void rows.push(...planned.map((one) => toAccessRow(account, one)))
    if (await carryOut(planned)) return
    if (attempt < LOOKS) continue
    const says = 'it is being changed all the time: run this again'
    return void rows.push({ ...{ account, what: 'left', type: 'ACCOUNT', id: account, name: account, says } })
  }

  function isNoted({ says, id }: SetBack): boolean {
    return rows.some((row) => row.what === 'left' && row.id === id && row.says === says)
  }

  /** False where something was not as it was read. */
  async function carryOut(planned: readonly SetBack[]): Promise<boolean> {
    for (const one of planned) {
      try {
        if (one.what !== 'left') await commitSetBack(place, one)
      } catch (error) {
        if (error instanceof ConditionsFailed) return false
        throw error
      }
      if (one.what !== 'left' || !isNoted(one)) rows.push(toAccessRow(account, one))
    }
    return true
  }
}

const toAccessRow = (account: string, { what, type, id, name, says }: SetBack): Repaired => ({
  ...{ account, what, type, id, name, says },
})
