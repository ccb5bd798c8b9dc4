import { setTimeout as sleep } from 'node:timers/promises'
import { Trail } from '../../shared/audit/trail.ts'
import type { AdminContext } from '../../shared/resources/admin-context.ts'
import { changeIntegration } from '../../shared/resources/change-integration.ts'
import { listAccounts } from '../../shared/store/accounts.ts'
import type { Db } from '../../shared/store/client.ts'
import { type Head, headKey, listHeads, WORKER } from '../../shared/store/groups/heads.ts'
import { releaseHead } from '../../shared/store/groups/slices.ts'
import { getIntegrations, type Integration } from '../../shared/store/integrations.ts'
import { newId } from '../../shared/store/new-id.ts'
import { updateIf } from '../../shared/store/update-if.ts'
import { Failure } from '../failure.ts'

/** A slice of the worker ends within it. */
const LEASE_MS = 40_000
const LEASE_POLL_MS = 500
/** No worker has a head for as long as an hour, and a restore has it for a year. */
const PARKED_AT_LEAST_MS = 3_600_000
const PARKED_MS = 365 * 86_400_000

/** An integration of an account. */
export type IntegrationName = Pick<Integration, 'account' | 'name'>

/** The request of an operator, as an administrator's would be. */
export function operatorContext(db: Db, account: string, actor: string, now: Date): AdminContext {
  const eventId = newId(now)
  const trail = new Trail({
    ...{ eventId, requestId: eventId, account, time: now.toISOString(), type: 'ADMIN' },
    ...{ endpoint: 'restore', method: 'RESTORE', clientIp: 'none', actorName: actor, actorDomain: 'IAM' },
  })
  return { db, account, actor, now, trail }
}

/** The integrations of all accounts that are on. */
export async function listOpen(db: Db): Promise<IntegrationName[]> {
  const accounts = await listAccounts(db, Number.POSITIVE_INFINITY)
  const found = await Promise.all(accounts.map((account) => getIntegrations(db, account)))
  return found.flat().flatMap(({ account, name, enabled }) => (enabled ? [{ account, name }] : []))
}

/** Switches integrations on or off. */
export async function switchAll(db: Db, names: readonly IntegrationName[], enabled: boolean, actor: string) {
  for (const { account, name } of names)
    await changeIntegration(operatorContext(db, account, actor, new Date(db.clock())), name, { enabled })
}

/** Switches every integration off, and keeps the worker from what waits, once it is at nothing. */
export async function closeTable(db: Db, actor: string): Promise<void> {
  await switchAll(db, await listOpen(db), false, actor)
  for (const account of await listAccounts(db, Number.POSITIVE_INFINITY)) await parkWork(db, account)
}

const isParked = ({ lease }: Head, now: number): boolean => lease > now + PARKED_AT_LEAST_MS

/** What waits stays there as somebody's who never comes: it can be let go on. @throws {Failure} where a worker goes on and on. */
async function parkWork(db: Db, account: string): Promise<void> {
  const until = db.clock() + LEASE_MS
  for (;;) {
    const heads = (await listHeads(db, account)).filter((head) => !isParked(head, db.clock()))
    const parked = await Promise.all(heads.map((head) => park(db, head)))
    if (parked.every(Boolean)) return
    if (db.clock() > until) throw new Failure(`A worker is still at changes of account "${account}": run it again`)
    await sleep(LEASE_POLL_MS)
  }
}

/** Takes a head as a worker does, so that nothing a slice before is late with is written; false where one is at it. */
const park = (db: Db, head: Head): Promise<boolean> =>
  updateIf(db, {
    Key: headKey(head),
    UpdateExpression: 'SET epoch = epoch + :one, lease = :lease, writer = :writer',
    ConditionExpression: 'attribute_exists(pk) AND lease <= :now',
    ExpressionAttributeValues: {
      ...{ ':one': 1, ':lease': db.clock() + PARKED_MS, ':now': db.clock(), ':writer': WORKER },
    },
  })

/** Lets the worker go on with what waits: the schedule finds it within a minute. @returns how much waits. */
export async function unparkAll(db: Db): Promise<number> {
  let count = 0
  for (const account of await listAccounts(db, Number.POSITIVE_INFINITY)) {
    const parked = (await listHeads(db, account)).filter((head) => isParked(head, db.clock()))
    for (const head of parked) await releaseHead(db, head)
    count += parked.length
  }
  return count
}
