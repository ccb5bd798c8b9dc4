import { setTimeout as sleep } from 'node:timers/promises'
import { QueryCommand } from '@aws-sdk/lib-dynamodb'
import { Trail } from '../../shared/audit/trail.ts'
import type { AdminContext } from '../../shared/resources/admin-context.ts'
import { changeIntegration } from '../../shared/resources/change-integration.ts'
import { listAccounts } from '../../shared/store/accounts.ts'
import { batchWrite } from '../../shared/store/batch-write.ts'
import type { Db } from '../../shared/store/client.ts'
import { dayOf } from '../../shared/store/events/item.ts'
import { headKey, listHeads } from '../../shared/store/groups/heads.ts'
import { getIntegrations } from '../../shared/store/integrations.ts'
import { EVENT_SHARDS, eventPartition } from '../../shared/store/keys.ts'
import { newId } from '../../shared/store/new-id.ts'
import { Failure } from '../failure.ts'

const MINUTE_MS = 60_000
/** A slice of the worker ends within it. */
const LEASE_MS = 40_000
const LEASE_POLL_MS = 500

/** The request of an operator, as an administrator's would be. */
export function operatorContext(db: Db, account: string, actor: string, now: Date): AdminContext {
  const eventId = newId(now)
  const trail = new Trail({
    ...{ eventId, requestId: eventId, account, time: now.toISOString(), type: 'ADMIN' },
    ...{ endpoint: 'restore', method: 'RESTORE', clientIp: 'none', actorName: actor, actorDomain: 'IAM' },
  })
  return { db, account, actor, now, trail }
}

/** @throws {Failure} where a client changed something within the last minute and may do so again. */
export async function requireUnwritten(db: Db, now: number): Promise<void> {
  for (const account of await listAccounts(db, Number.POSITIVE_INFINITY)) {
    const open = (await getIntegrations(db, account)).filter(({ enabled }) => enabled)
    const last = open.length > 0 ? await lastChangeSince(db, account, now - MINUTE_MS) : undefined
    if (last === undefined) continue
    const names = open.map(({ name }) => name)
    const off = names.map((name) => `./rolecall integration alter ${name} --enabled false --account ${account}`)
    throw new Failure(
      `The table "${db.tableName}" is being written, last at ${last}: switch off what writes and wait a minute\n${off.join('\n')}`,
    )
  }
}

/** When a client last changed something after an instant; none where nobody did. */
async function lastChangeSince(db: Db, account: string, since: number): Promise<string | undefined> {
  const from = new Date(since).toISOString()
  const days = [...new Set([dayOf(from), dayOf(new Date(since + MINUTE_MS).toISOString())])]
  const partitions = days.flatMap((day) =>
    Array.from({ length: EVENT_SHARDS }, (_, shard) => eventPartition(account, day, shard)),
  )
  const found = await Promise.all(
    partitions.map(async (pk) => {
      const { Items = [] } = await db.client.send(
        new QueryCommand({
          TableName: db.tableName,
          KeyConditionExpression: 'pk = :pk AND sk > :from',
          FilterExpression: '#type = :scim AND (attribute_exists(changes) OR attribute_exists(packed))',
          ExpressionAttributeNames: { '#type': 'type' },
          ExpressionAttributeValues: { ':pk': pk, ':from': from, ':scim': 'SCIM' },
          ConsistentRead: true,
        }),
      )
      return Items.map(({ sk }) => String(sk).split('#')[0] ?? '')
    }),
  )
  return found.flat().sort().at(-1)
}

/** Switches every integration off, and takes away what the worker would do, once it is at nothing. */
export async function closeTable(db: Db, actor: string): Promise<void> {
  for (const account of await listAccounts(db, Number.POSITIVE_INFINITY)) {
    for (const { name, enabled } of await getIntegrations(db, account))
      if (enabled)
        await changeIntegration(operatorContext(db, account, actor, new Date(db.clock())), name, { enabled: false })
    await dropWork(db, account)
  }
}

/** @throws {Failure} where a worker goes on and on. */
async function dropWork(db: Db, account: string): Promise<void> {
  const until = db.clock() + LEASE_MS
  for (;;) {
    const heads = await listHeads(db, account)
    if (heads.every(({ lease }) => lease <= db.clock())) {
      await batchWrite(
        db,
        heads.map((head) => ({ DeleteRequest: { Key: headKey(head) } })),
      )
      return
    }
    if (db.clock() > until) throw new Failure(`A worker is still at changes of account "${account}": run it again`)
    await sleep(LEASE_POLL_MS)
  }
}
