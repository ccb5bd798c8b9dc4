import { randomUUID } from 'node:crypto'
import { beforeAll } from 'vitest'
import { createTable } from '../../local/engine/create-table.ts'
import { EngineConnection } from '../../local/engine/engine-connection.ts'
import { LOCAL_AWS } from '../../local/environment.ts'
import { regionTable } from '../../local/regions/region-table.ts'
import { type Direction, Replicator } from '../../local/regions/replicator.ts'
import { startWriteProxy } from '../../local/regions/write-proxy.ts'
import { type Db, openDb } from '../../shared/store/client.ts'
import { seededRandom } from '../aws/random.ts'
import { engineEndpoint, LASTING, testConfig } from './engine.ts'

/** The regions of a test: of an account without a fence the first is primary. */
export const REGIONS = ['eu-central-1', 'eu-west-1'] as const

/** One region of a test. */
export interface TestRegion {
  name: string
  /** What a process of this region has: its writes go to the other region when the test says so. */
  db: Db
  /** Where that region's table is, for what opens it by itself; all that is written there is replicated. */
  endpoint: string
  tableName: string
}

/** Two tables of the run's engine, between which nothing goes but by the test's word. */
export interface TwoRegions {
  /** `eu-central-1` */
  home: TestRegion
  /** `eu-west-1` */
  other: TestRegion
  replicator: Replicator
  /** Delivers all that is on its way and that no cut link holds back, in an order drawn by the seed. */
  replicateAll(): Promise<void>
  /** Delivers so many items of those, drawn by the seed. @returns how many there were. */
  replicateSome(count: number): Promise<number>
  /** Cuts the link one way, or either way: what is written meanwhile waits. */
  cut(direction?: Direction): void
  heal(direction?: Direction): void
  close(): Promise<void>
}

export interface TwoRegionsOptions {
  /** The same seed delivers the same in the same order. */
  seed?: number
  /** Epoch ms; by default that of the machine. */
  clock?: () => number
}

/** Two regions with an empty table each; to be closed. */
export async function startTwoRegions({ seed = 1, clock = Date.now }: TwoRegionsOptions = {}): Promise<TwoRegions> {
  const engine = new EngineConnection(engineEndpoint())
  const tables = REGIONS.map((name) => ({ name, tableName: `test-${name}-${randomUUID()}` }))
  const replicas = tables.map(({ name, tableName }) => regionTable(name, engine, tableName))
  const replicator = new Replicator(replicas, { random: seededRandom(seed) })
  const started = await Promise.all(
    tables.map(async ({ name, tableName }) => {
      const proxy = await startWriteProxy({ region: name, engine, tableName, replicator })
      const db = { ...openRegionDb(name, proxy.endpoint, tableName), clock }
      await createTable(db, LASTING)
      return { region: { name, db, endpoint: proxy.endpoint, tableName }, proxy }
    }),
  )
  const [home, other] = started.map(({ region }) => region) as [TestRegion, TestRegion]
  return {
    ...{ home, other, replicator },
    replicateAll: () => replicator.drain(),
    replicateSome: (count) => replicator.deliverSome(count),
    cut: (direction) => replicator.cut(direction),
    heal: (direction) => replicator.heal(direction),
    async close() {
      await Promise.all(started.map(({ proxy }) => proxy.close()))
      engine.close()
    },
  }
}

/** As {@link startTwoRegions}, for all tests of a file: there from the first test on, gone after the last. */
export function withTwoRegions(options: TwoRegionsOptions = {}): TwoRegions {
  const regions = {} as TwoRegions
  beforeAll(async () => {
    const { close } = Object.assign(regions, await startTwoRegions(options))
    return close
  })
  return regions
}

/** Another client of a region's table, as another process has it. */
export function openRegionDb(name: string, endpoint: string, tableName: string): Db {
  const config = { ...testConfig(tableName), dynamodbEndpoint: endpoint, regions: { own: name, all: REGIONS } }
  return openDb(config, { ...LOCAL_AWS, region: name })
}
