import { ENV } from '../../shared/config.ts'
import { LOCAL_AWS } from '../environment.ts'
import { startSystem } from '../system.ts'
import type { RegionSettings, RegionTold } from './region-messages.ts'

/** Runs one region in this process until the parent is gone or asks for the end. */
export async function runRegion({ regions, folder, ...settings }: RegionSettings): Promise<void> {
  const tell = (told: RegionTold) => process.send?.(told)
  const ended = new Promise((resolve) => process.once('disconnect', resolve).once('SIGTERM', resolve))
  try {
    const system = await startSystem({
      ...settings,
      aws: { ...LOCAL_AWS, region: regions.own },
      env: { [ENV.regions]: regions.all.join() },
      place: { folder, data: 'elsewhere' },
      seeded: { tokens: {}, withoutToken: {}, replaced: {} },
    })
    tell({ kind: 'ready', url: system.adminUrl })
    await ended
    await system.stop()
  } catch (error) {
    tell({ kind: 'failed', message: error instanceof Error ? error.message : String(error) })
  }
  process.exit()
}
