import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { mapConcurrently } from '../batch.ts'
import type { Db } from '../client.ts'
import { markerKey } from '../keys.ts'
import type { Region } from './region.ts'

/** A marker is written in so many places: items arrive in no order, those of one place of the table with their neighbours. */
export const LANES = 16

/** Says that a region lives, and when, in epoch milliseconds; and which regions its deployment has, in their order. 1 write unit. */
export async function putBeat(db: Db, { own, all }: Pick<Region, 'own' | 'all'>, at: number): Promise<void> {
  await db.client.send(new PutCommand({ TableName: db.tableName, Item: { ...beatKey(own), at, regions: all } }))
}

/** The last sign of a region that has arrived in a table: epoch milliseconds; none where none ever did. 1 read unit. */
export async function getBeat(db: Db, region: string): Promise<number | undefined> {
  const at = (await readBeat(db, region))?.at
  return typeof at === 'number' ? at : undefined
}

/** The regions of the deployment as one of them knows them, the first of all first; none where it never said. 1 read unit. */
export async function getRegions(db: Db, region: string): Promise<string[] | undefined> {
  const regions = (await readBeat(db, region))?.regions
  return Array.isArray(regions) ? regions.map(String) : undefined
}

async function readBeat(db: Db, region: string): Promise<Record<string, unknown> | undefined> {
  const get = new GetCommand({ TableName: db.tableName, Key: beatKey(region), ConsistentRead: true })
  return (await db.client.send(get)).Item
}

const beatKey = (region: string) => ({ ...markerKey(region, 0), sk: 'BEAT' })

/**
 * Writes markers into a region's table, behind whatever was written there before: epoch milliseconds, or later than those that
 * another clock wrote. 16 read units, 16 write units. @returns when they say it was.
 */
export async function putMarkers(db: Db, region: string, now: number): Promise<number> {
  const before = await readLanes(db, region)
  const at = Math.max(now, ...before.map((one) => one + 1))
  await eachLane((lane) =>
    db.client.send(new PutCommand({ TableName: db.tableName, Item: { ...markerKey(region, lane), at } })),
  )
  return at
}

/**
 * When the markers of a region were written that have arrived in a table, all of them: epoch milliseconds; none where some
 * never did. 16 read units.
 */
export async function getMarkers(db: Db, region: string): Promise<number | undefined> {
  const arrived = await readLanes(db, region)
  return arrived.length < LANES ? undefined : Math.min(...arrived)
}

/** Of the lanes that have a marker. */
async function readLanes(db: Db, region: string): Promise<number[]> {
  const items = await eachLane(async (lane) => {
    const get = new GetCommand({ TableName: db.tableName, Key: markerKey(region, lane), ConsistentRead: true })
    return (await db.client.send(get)).Item
  })
  return items.flatMap((item) => (typeof item?.at === 'number' ? [item.at] : []))
}

const eachLane = <T>(run: (lane: number) => Promise<T>): Promise<T[]> =>
  mapConcurrently(
    Array.from({ length: LANES }, (_, lane) => lane),
    LANES,
    run,
  )
