import { readFileSync } from 'node:fs'

/** One process of this machine, told from a later one with the same number. */
export interface ProcessIdentity {
  pid: number
  /** When it started, in the system's own ticks; only Linux tells. */
  started: string | undefined
}

export const identify = (pid: number): ProcessIdentity => ({ pid, started: statOf(pid)?.[START_TIME] })

/** Whether that very process still runs; where that cannot be told, whether one with its number does. */
export function isRunning({ pid, started }: ProcessIdentity): boolean {
  return runs(pid) && (started === undefined || identify(pid).started === started)
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return statOf(pid)?.[STATE] !== 'Z'
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Places in `/proc/<pid>/stat`, counted after the name. */
const STATE = 0
const START_TIME = 19

function statOf(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined
  }
}
