import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { mapConcurrently } from '../batch.ts'
import type { Db } from '../client.ts'
import { markerKey } from '../keys.ts'

/** A marker is written in so many places: items arrive in no order, those of one place of the table with their neighbours. */
export const LANES = 16

/** Says that a region lives, and when: epoch milliseconds. 1 write unit. */
export async function putBeat(db: Db, region: string, at: number): Promise<void> {
  await db.client.send(new PutCommand({ TableName: db.tableName, Item: { ...beatKey(region), at } }))
}

/** The last sign of a region that has arrived in a table: epoch milliseconds; none where none ever did. 1 read unit. */
export async function getBeat(db: Db, region: string): Promise<number | undefined> {
  const get = new GetCommand({ TableName: db.tableName, Key: beatKey(region), ConsistentRead: true })
  const at = (await db.client.send(get)).Item?.at
  return typeof at === 'number' ? at : undefined
}

const beatKey = (region: string) => ({ ...markerKey(region, 0), sk: 'BEAT' })

/** Writes markers into a region's table, behind whatever was written there before: epoch milliseconds. 16 write units. */
export async function putMarkers(db: Db, region: string, at: number): Promise<void> {
  await eachLane((lane) =>
    db.client.send(new PutCommand({ TableName: db.tableName, Item: { ...markerKey(region, lane), at } })),
  )
}

/**
 * When the markers of a region were written that have arrived in a table, all of them: epoch milliseconds; none where some
 * never did. 16 read units.
 */
export async function getMarkers(db: Db, region: string): Promise<number | undefined> {
  const arrived = await eachLane(async (lane) => {
    const get = new GetCommand({ TableName: db.tableName, Key: markerKey(region, lane), ConsistentRead: true })
    return Number((await db.client.send(get)).Item?.at ?? Number.NaN)
  })
  const oldest = Math.min(...arrived)
  return Number.isNaN(oldest) ? undefined : oldest
}

const eachLane = <T>(run: (lane: number) => Promise<T>): Promise<T[]> =>
  mapConcurrently(
    Array.from({ length: LANES }, (_, lane) => lane),
    LANES,
    run,
  )
