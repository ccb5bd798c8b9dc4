import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { roundKey } from '../../shared/store/keys.ts'
import { Failure } from '../failure.ts'
import type { Site } from './sites.ts'

/** A run that gave no sign for so long is over, however it ended. */
const SILENT_MS = 20_000
const LOCK = roundKey('failover')

/** What keeps a second run from the same regions. */
export interface Lock {
  /** Gives a sign. @throws {Failure} where another run has taken over. */
  beat(): Promise<void>
  release(): Promise<void>
}

/**
 * Takes a lock in each of some regions, in the same order whoever takes it; what is left of a run that was killed is free
 * after 20 seconds. @throws {Failure} where another run is at it.
 */
export async function takeLock(sites: readonly Site[], run: string, actor: string): Promise<Lock> {
  const ordered = [...sites].sort((one, other) => (one.name < other.name ? -1 : 1))
  const release = async () => {
    for (const site of ordered) await unlock(site, run)
  }
  try {
    for (const site of ordered) await take(site, run, actor)
  } catch (error) {
    await release()
    throw error
  }
  return {
    beat: async () => {
      for (const site of ordered) await take(site, run, actor)
    },
    release,
  }
}

async function take({ name, db }: Site, run: string, by: string): Promise<void> {
  const now = db.clock()
  const put = new PutCommand({
    TableName: db.tableName,
    Item: { ...LOCK, run, by, at: now },
    ConditionExpression: 'attribute_not_exists(pk) OR run = :run OR #at < :silent',
    ExpressionAttributeNames: { '#at': 'at' },
    ExpressionAttributeValues: { ':run': run, ':silent': now - SILENT_MS },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  })
  await db.client.send(put).catch((error: unknown) => {
    if (!(error instanceof ConditionalCheckFailedException)) throw error
    const { by: other, at } = error.Item ?? {}
    const seconds = Math.ceil((now - Number(at?.N)) / 1000)
    throw new Failure(
      `Another failover is at ${name}, by ${other?.S}, last seen ${seconds} s ago: wait for its end, or where it was killed for ${SILENT_MS / 1000} s`,
    )
  })
}

async function unlock({ db }: Site, run: string): Promise<void> {
  const remove = new DeleteCommand({
    ...{ TableName: db.tableName, Key: LOCK },
    ConditionExpression: 'run = :run',
    ExpressionAttributeValues: { ':run': run },
  })
  await db.client.send(remove).catch((error: unknown) => {
    if (!(error instanceof ConditionalCheckFailedException)) throw error
  })
}
