import { join } from 'node:path'
import { ENV, parseConfig, type Regions } from '../../shared/config.ts'
import { type Db, openDb } from '../../shared/store/client.ts'
import { ensureTable } from '../engine/create-table.ts'
import { type Engine, startEngine } from '../engine/engine.ts'
import { EngineConnection } from '../engine/engine-connection.ts'
import { LOCAL_AWS } from '../environment.ts'
import { digestFolder, engineFolder } from '../options.ts'
import { regionTable } from './region-table.ts'
import type { Replica } from './replicator.ts'

/** What a region has its data in: an engine, and a table that is reached past the replication. */
export interface Site {
  region: string
  engine: Engine
  connection: EngineConnection
  replica: Replica
  close(): Promise<void>
}

/** Where a region keeps its files: the first where a system of one region has them, which it may have been before. */
export function siteFolders(folder: string, { own, all }: Regions) {
  const home = own === all[0] ? folder : join(folder, own)
  return { data: engineFolder({ folder: home }), digests: digestFolder({ folder: home }) }
}

/** Starts the engine of a region, with its table; without a folder it keeps nothing. */
export async function openSite(regions: Regions, tableName: string, dataDir: string | undefined): Promise<Site> {
  const engine = await startEngine(dataDir === undefined ? {} : { dataDir })
  const connection = new EngineConnection(engine.endpoint)
  const close = async () => {
    connection.close()
    await engine.stop()
  }
  try {
    await ensureTable(openRegion(regions, tableName, engine.endpoint))
    const { own: region } = regions
    return { region, engine, connection, replica: regionTable(region, connection, tableName), close }
  } catch (error) {
    await close()
    throw error
  }
}

/** A region's table, as a process of that region opens it. */
export function openRegion({ own, all }: Regions, tableName: string, endpoint: string): Db {
  const env = { [ENV.tableName]: tableName, [ENV.dynamodbEndpoint]: endpoint, [ENV.regions]: all.join() }
  return openDb(parseConfig({ ...env, AWS_REGION: own }), { ...LOCAL_AWS, region: own })
}
