import { listAccounts } from '../../shared/store/accounts.ts'
import type { Db } from '../../shared/store/client.ts'
import { getIntegrations } from '../../shared/store/integrations.ts'
import { Failure } from '../failure.ts'
import { putRestoreMark, type RestoreMark } from './mark.ts'
import type { Tables } from './tables.ts'
import { listWritesSince, MINUTE_MS, sayWrite } from './written.ts'

/** Writes that one sentence names. */
const MAX_NAMED = 5

/** @throws {Failure} where a client changed something within the last minute and may do so again. */
export async function requireUnwritten(db: Db, now: number): Promise<void> {
  for (const account of await listAccounts(db, Number.POSITIVE_INFINITY)) {
    const open = (await getIntegrations(db, account)).filter(({ enabled }) => enabled)
    const writes = open.length > 0 ? await listWritesSince(db, [account], now - MINUTE_MS) : []
    const last = writes.findLast(({ type }) => type === 'SCIM')
    if (last === undefined) continue
    const names = open.map(({ name }) => name)
    const off = names.map((name) => `./rolecall integration alter ${name} --enabled false --account ${account}`)
    throw new Failure(
      `The table "${db.tableName}" is being written, last at ${last.time}: switch off what writes and wait a minute\n${off.join('\n')}`,
    )
  }
}

/** @throws {Failure} where somebody changed something since the plan was made, which nobody saw in it. */
export async function requirePlanned(tables: Tables, plannedAt: number): Promise<void> {
  const writes = await listWritesSince(tables.live, await accountsOfBoth(tables), plannedAt)
  if (writes.length === 0) return
  const when = new Date(plannedAt).toISOString()
  throw new Failure(
    `The table "${tables.live.tableName}" was written since the plan of ${when}: make the plan anew\n${nameSome(writes)}`,
  )
}

/** From when on nobody else may write, and what was told of the minute before by then. */
export async function beginWatch(tables: Tables, watchedFrom: number) {
  const writes = await listWritesSince(tables.live, await accountsOfBoth(tables), watchedFrom - MINUTE_MS)
  return {
    watchedFrom,
    before: writes.filter(({ time }) => Date.parse(time) < watchedFrom).map(({ eventId }) => eventId),
  }
}

/**
 * Looks whether the restore was alone since it began: what an administrator writes behind the copy's back may be half of it.
 * What was late counts too: it has the time of its request.
 * @throws {Failure} naming who wrote; run again, the restore begins anew.
 */
export async function requireAlone(tables: Tables, mark: RestoreMark): Promise<void> {
  const { live } = tables
  const found = await listWritesSince(live, await accountsOfBoth(tables), mark.watchedFrom - MINUTE_MS)
  const writes = found.filter(({ eventId }) => !mark.before.includes(eventId))
  if (writes.length === 0) return
  await putRestoreMark(live, { ...mark, ...(await beginWatch(tables, live.clock())), step: 'close' })
  throw new Failure(
    `The table "${live.tableName}" was written while it was restored: see that nobody changes anything, and run the same command again, which undoes this too; whoever did it does it again afterwards\n${nameSome(writes)}`,
  )
}

async function accountsOfBoth({ live, restored }: Tables): Promise<string[]> {
  const found = await Promise.all([live, restored].map((db) => listAccounts(db, Number.POSITIVE_INFINITY)))
  return [...new Set(found.flat())]
}

function nameSome(writes: Parameters<typeof sayWrite>[0][]): string {
  const left = writes.length - MAX_NAMED
  return [...writes.slice(0, MAX_NAMED).map(sayWrite), ...(left > 0 ? [`and ${left} more`] : [])].join('\n')
}
