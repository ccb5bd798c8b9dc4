import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { DeleteCommand, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { roundKey } from '../../shared/store/keys.ts'
import type { Action } from '../../shared/store/transaction.ts'
import { Failure } from '../failure.ts'
import type { Operation, Site } from './sites.ts'

/** A run is over that gave no sign for so long, as the one that waits for it counts. */
const SILENT_MS = 20_000
const LOOK_MS = 5_000
/** A run gives a sign so often, whatever it waits for: more often than others look. */
const SIGN_MS = 4_000
/** Without a sign for so long a run puts no fence any more: less than others wait. */
const FRESH_MS = 10_000
/** Each region's own in its own table: what is replicated of another's says nothing. */
const lockKey = ({ name }: Site) => roundKey('failover', name)

/** What keeps a second run from the same regions. */
export interface Lock {
  /** Gives a sign in all of them. @throws {Failure} where another run has taken over. */
  beat(): Promise<void>
  /** Holds in a region's table while the lock there is this run's. @throws {Failure} where it gave no sign for too long. */
  holds(site: Site): Action
  release(): Promise<void>
}

/** What another run left, or has. */
interface Found {
  run: string
  by: string
  /** Counts its signs: clocks of two machines say nothing of each other. */
  sign: number
}

/**
 * Takes a lock in each of some regions, in the same order whoever takes it. One of a run that gives no sign while it is
 * watched for 20 seconds was left by one that was killed. @throws {Failure} where another run is at it.
 */
export async function takeLock(operation: Operation, sites: readonly Site[], run: string): Promise<Lock> {
  const ordered = [...sites].sort((one, other) => (one.name < other.name ? -1 : 1))
  let seenAt = performance.now()
  const beat = async () => {
    const now = performance.now()
    for (const site of ordered) await giveSign(site, run)
    seenAt = now
  }
  // What takes long, as comparing does, gives signs too. Whether the lock is lost each write finds out by itself.
  const endSigns = operation.steadily(SIGN_MS, () => void beat().catch(() => {}))
  const release = async () => {
    endSigns()
    // What is left of it is free in twenty seconds.
    for (const site of ordered) await unlock(site, run).catch(() => {})
  }
  try {
    for (const site of ordered) await take(operation, site, run)
    await beat()
  } catch (error) {
    await release()
    throw error
  }
  return {
    beat,
    holds: (site) => {
      if (performance.now() - seenAt > FRESH_MS) throw new Failure(`${STOPPED}: run it again`)
      return { ConditionCheck: { Key: lockKey(site), ...IS_OURS, ExpressionAttributeValues: { ':run': run } } }
    },
    release,
  }
}

const IS_OURS = { ConditionExpression: 'run = :run' }
const STOPPED = 'This failover stood still for too long, and another one may have gone on with it'
/** What is said where it has. */
export const TAKEN_OVER = `${STOPPED}: see rolecall failover status`

async function take(operation: Operation, site: Site, run: string): Promise<void> {
  const found = await put(operation, site, run)
  if (!found) return
  operation.progress(`${found.by} began a failover of ${site.name}: whether it lives is watched for 20 seconds`)
  for (let waited = 0; waited < SILENT_MS; waited += LOOK_MS) {
    await operation.pause(LOOK_MS)
    const now = await look(site)
    if (now && (now.run !== found.run || now.sign !== found.sign)) throw isTaken(site, now)
    if (!now) break
  }
  if (await put(operation, site, run, found)) throw isTaken(site, found)
}

const isTaken = ({ name }: Site, { by }: Found): Failure =>
  new Failure(`Another failover is at ${name}, by ${by}, and goes on: wait for its end`)

/** Takes it where it is free, or still as it was found. @returns who has it, where somebody does. */
async function put(
  { actor }: Operation,
  site: Site,
  run: string,
  { run: other, sign }: Partial<Found> = {},
): Promise<Found | undefined> {
  const left = other === undefined ? {} : { ':other': other, ':sign': sign }
  const command = new PutCommand({
    TableName: site.db.tableName,
    Item: { ...lockKey(site), run, by: actor, sign: 0 },
    ConditionExpression: `attribute_not_exists(pk) OR run = :run${other === undefined ? '' : ' OR (run = :other AND sign = :sign)'}`,
    ExpressionAttributeValues: { ':run': run, ...left },
  })
  try {
    await site.db.client.send(command)
    return undefined
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error
    return (await look(site)) ?? { run: '', by: 'somebody', sign: -1 }
  }
}

async function look(site: Site): Promise<Found | undefined> {
  const get = new GetCommand({ TableName: site.db.tableName, Key: lockKey(site), ConsistentRead: true })
  const { Item } = await site.db.client.send(get)
  return Item && { run: String(Item.run), by: String(Item.by), sign: Number(Item.sign) }
}

/** Who is moving a region, or was when he was killed. 1 read unit. */
export const lockedBy = async (site: Site): Promise<string | undefined> => (await look(site))?.by

async function giveSign(site: Site, run: string): Promise<void> {
  const update = new UpdateCommand({
    ...{ TableName: site.db.tableName, Key: lockKey(site), UpdateExpression: 'ADD sign :one', ...IS_OURS },
    ExpressionAttributeValues: { ':run': run, ':one': 1 },
  })
  await site.db.client.send(update).catch((error: unknown) => {
    if (error instanceof ConditionalCheckFailedException) throw new Failure(TAKEN_OVER, { cause: error })
    // Beside a fence that is put there just now, which asks for the lock.
    if (!(error instanceof Error && error.name === 'TransactionConflictException')) throw error
  })
}

async function unlock(site: Site, run: string): Promise<void> {
  const remove = new DeleteCommand({
    ...{ TableName: site.db.tableName, Key: lockKey(site), ...IS_OURS },
    ExpressionAttributeValues: { ':run': run },
  })
  await site.db.client.send(remove)
}
