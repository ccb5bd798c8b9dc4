import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as z from 'zod'
import { createPrivateFile } from '../private-file.ts'
import { identify, isRunning, type ProcessIdentity } from './process-identity.ts'

/** A folder that this process alone uses. */
export interface FolderLock {
  /** Keeps the folder taken for as long as the engine writes there, should it outlive us. */
  holdFor(enginePid: number): void
  release(): void
}

const processIdentity = z.object({ pid: z.int().positive(), started: z.string().optional() })
const lockFile = processIdentity.extend({ engine: processIdentity.optional() })
type Holder = z.output<typeof lockFile>

const ENGINE_GRACE_MS = 5000

/**
 * Takes a folder. The lock of a process that is gone is taken over, once its engine is gone too: a survivor is ended.
 * @throws {Error} when a living process holds the folder, or may hold it.
 */
export async function lockFolder(folder: string, engineGraceMs = ENGINE_GRACE_MS): Promise<FolderLock> {
  const path = join(folder, 'lock')
  const own = identify(process.pid)
  const draft = `${path}.${process.pid}`
  while (!createPrivateFile(path, own)) {
    const holder = loadHolder(path)
    if (!holder) continue
    if (isRunning(toIdentity(holder))) throw inUse(folder, `the system with process id ${holder.pid}`)
    await endEngine(folder, holder, engineGraceMs)
    discard(path, `${path}.stale.${process.pid}`, holder)
  }
  return {
    holdFor: (enginePid) => {
      writeFileSync(draft, JSON.stringify({ ...own, engine: identify(enginePid) }), { mode: 0o600 })
      renameSync(draft, path)
    },
    release: () => rmSync(path, { force: true }),
  }
}

const inUse = (folder: string, by: string) =>
  new Error(`The data folder ${folder} is in use by ${by}: stop that one, or choose --memory`)

/** Moves a dead lock aside; one that another process took meanwhile is put back. */
function discard(path: string, aside: string, dead: Holder): void {
  try {
    renameSync(path, aside)
  } catch {
    return
  }
  if (loadHolder(aside)?.pid === dead.pid) rmSync(aside, { force: true })
  else renameSync(aside, path)
}

/** Who has the folder; `undefined` when it was released meanwhile. @throws {Error} when the lock does not tell. */
function loadHolder(path: string): Holder | undefined {
  try {
    return lockFile.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new Error(
      `The lock file ${path} cannot be read, so its folder counts as in use: remove the file if no system runs there`,
      { cause },
    )
  }
}

/** Ends the engine of a holder that is gone; where it may be another process by now, it is only waited for. */
async function endEngine(folder: string, { engine }: Holder, graceMs: number): Promise<void> {
  if (!engine) return
  const survivor = toIdentity(engine)
  if (survivor.started !== undefined && isRunning(survivor)) process.kill(survivor.pid, 'SIGKILL')
  for (let waited = 0; isRunning(survivor); waited += 50) {
    if (waited >= graceMs) throw inUse(folder, `the engine with process id ${survivor.pid}, whose system is gone`)
    await sleep(50)
  }
}

const toIdentity = ({ pid, started }: Pick<Holder, 'pid' | 'started'>): ProcessIdentity => ({ pid, started })
