import { once } from 'node:events'
import { join } from 'node:path'
import { isOver, spawnTied } from '../engine/tied-process.ts'
import type { RegionSettings, RegionTold } from './region-messages.ts'

/** A region that runs in a process of its own. */
export interface RegionProcess {
  /** Its own address, once requests are served there. @throws {Error} saying why it did not start. */
  ready: Promise<string>
  /** Settles when the process is gone, stopped or not. */
  ended: Promise<void>
  /** Ends it: lets it finish what it is at, or kills it at once. */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>
}

const STOP_TIMEOUT_MS = 10_000

/** Starts a region; it ends with this process, however that goes. */
export function startRegionProcess(settings: RegionSettings): RegionProcess {
  const child = spawnTied(process.execPath, [join(import.meta.dirname, 'region-main.ts')], {
    env: process.env,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const ended = once(child, 'exit').then(() => {})
  const { own } = settings.regions
  const ready = new Promise<string>((resolve, reject) => {
    child.once('message', (told: RegionTold) => {
      if (told.kind === 'ready') resolve(told.url)
      else reject(new Error(`The region ${own} did not start: ${told.message}`))
    })
    void ended.then(() => reject(new Error(`The region ${own} did not start: it ended without a word`)))
  })
  ready.catch(() => {})
  child.send(settings, () => {})
  const stop = async (signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM') => {
    if (isOver(child)) return
    child.kill(signal)
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
    await ended
    clearTimeout(timer)
  }
  return { ready, ended, stop }
}
