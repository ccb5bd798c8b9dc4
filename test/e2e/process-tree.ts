import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** Everything a process has started, directly or not. */
export function descendantsOf(pid: number): number[] {
  const parents = readParents()
  const children = [...parents].filter(([, parent]) => parent === pid).map(([child]) => child)
  return children.flatMap((child) => [child, ...descendantsOf(child)])
}

/** Waits until none of the processes runs, at most `timeoutMs`; returns those that still do. */
export async function untilGone(pids: readonly number[], timeoutMs: number): Promise<number[]> {
  for (let waited = 0; waited < timeoutMs && pids.some(runs); waited += 50) await sleep(50)
  return pids.filter(runs)
}

function runs(pid: number): boolean {
  return readParents().has(pid)
}

/** Process id → parent's, for every process that is not a zombie. */
function readParents(): Map<number, number> {
  if (!existsSync('/proc/self/stat')) return readPs()
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc').filter((one) => /^\d+$/.test(one))) {
    const [state, parent] = readStat(name)
    if (state && state !== 'Z') parents.set(Number(name), Number(parent))
  }
  return parents
}

/** State and parent: the fields after the command's closing parenthesis. */
function readStat(pid: string): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return []
  }
}

function readPs(): Map<number, number> {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
  return new Map(stdout.split('\n').map((line) => line.trim().split(/\s+/).map(Number) as [number, number]))
}
