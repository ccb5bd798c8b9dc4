import type { OutletConfig } from '../../config.ts'
import { onceEach } from './once.ts'
import type { Outlet } from './outlet.ts'

/** The outlets that are switched on; the clients of others are not even loaded. */
export async function openOutlets({ eventBus, archiveStream }: OutletConfig): Promise<Outlet[]> {
  const outlets = [
    ...(eventBus ? [(await import('./event-bus.ts')).openEventBus(eventBus)] : []),
    ...(archiveStream ? [(await import('./archive.ts')).openArchive(archiveStream)] : []),
  ]
  return outlets.map(onceEach)
}
