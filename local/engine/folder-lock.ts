import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** A folder that this process alone uses. */
export interface FolderLock {
  /** Keeps the folder taken for a child too, which may outlive us for a moment. */
  holdFor(childPid: number | undefined): void
  release(): void
}

interface Holder {
  pid: number
  /** Tells a process from a later one with the same number, where the system says it. */
  started: string | undefined
  childPid?: number
}

const CHILD_GRACE_MS = 5000

/**
 * Takes a folder; the lock of a process that is gone is taken over.
 * @throws {Error} when a living process holds it.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const path = join(folder, 'lock')
  const own: Holder = { pid: process.pid, started: startOf(process.pid) }
  const draft = `${path}.${process.pid}`
  while (!tryLink(draft, path, own)) {
    const holder = loadHolder(path)
    if (holder && isAlive(holder)) {
      throw new Error(
        `The data folder ${folder} is in use by the system with process id ${holder.pid}: stop that one, or choose --memory`,
      )
    }
    await childGone(holder?.childPid)
    discard(path, `${path}.stale.${process.pid}`, holder)
  }
  return {
    holdFor: (childPid) => {
      writeFileSync(draft, JSON.stringify({ ...own, childPid }), { mode: 0o600 })
      renameSync(draft, path)
    },
    release: () => rmSync(path, { force: true }),
  }
}

/** A link either appears whole or not at all, so no one ever reads half a lock. */
function tryLink(draft: string, path: string, own: Holder): boolean {
  writeFileSync(draft, JSON.stringify(own), { mode: 0o600 })
  try {
    linkSync(draft, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(draft, { force: true })
  }
}

/** Moves a dead lock aside; one that another process took meanwhile is put back. */
function discard(path: string, aside: string, dead: Holder | undefined): void {
  try {
    renameSync(path, aside)
  } catch {
    return
  }
  const moved = loadHolder(aside)
  if (moved && moved.pid !== dead?.pid) renameSync(aside, path)
  else rmSync(aside, { force: true })
}

function loadHolder(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder
  } catch {
    return undefined
  }
}

function isAlive(holder: Holder): boolean {
  return runs(holder.pid) && startOf(holder.pid) === holder.started
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return statOf(pid)?.[STATE] !== 'Z'
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** When the process started, in the system's own ticks. */
const startOf = (pid: number) => statOf(pid)?.[START_TIME]

/** Places in `/proc/<pid>/stat`, counted after the name. */
const STATE = 0
const START_TIME = 19

/** What Linux says of a process; other systems have no such file. */
function statOf(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined
  }
}

async function childGone(pid: number | undefined): Promise<void> {
  if (!pid) return
  for (let waited = 0; runs(pid) && waited < CHILD_GRACE_MS; waited += 50) await sleep(50)
}
