import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'

/**
 * Starts a program that ends when this process is gone, however it went. It leads a process group of its own, since
 * Ctrl-C reaches everything in ours: when it stops is decided here. By default it has nothing of our environment but
 * the path, and is heard on standard error only.
 */
export function spawnTied(
  command: string,
  args: readonly string[],
  options: Pick<SpawnOptions, 'env' | 'stdio' | 'serialization'> = {},
): ChildProcess {
  const [file = command, ...rest] = [...kernelTie(), command, ...args]
  const defaults: SpawnOptions = { env: { PATH: process.env.PATH }, stdio: ['ignore', 'ignore', 'pipe'] }
  const child = spawn(file, rest, { ...defaults, ...options, detached: true })
  if (file === command) guard(child)
  return child
}

/**
 * What to write before a command so that Linux itself kills it with its parent. The shell looks whether the parent
 * went before that was agreed. Empty where the system has no such thing.
 */
function kernelTie(): string[] {
  const shell = ['sh', '-c', '[ "$PPID" = "$0" ] && exec "$@"', String(process.pid)]
  const tie = ['setpriv', '--pdeathsig', 'KILL', ...shell]
  const [file = '', ...rest] = tie
  const { status } = spawnSync(file, [...rest, 'true'], { stdio: 'ignore' })
  return status === 0 ? tie : []
}

/** A small process that outlives us for as long as it takes to kill the child; a new one takes over if it is killed. */
function guard(child: ChildProcess): void {
  if (child.pid === undefined || isOver(child)) return
  const script = join(import.meta.dirname, 'guard.mjs')
  const watcher = spawn(process.execPath, [script, String(child.pid)], {
    env: {},
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  const dismiss = () => watcher.kill('SIGKILL')
  child.once('exit', dismiss)
  watcher.once('exit', () => {
    child.off('exit', dismiss)
    guard(child)
  })
}

/** Whether a child has ended, by itself or by a signal. */
export const isOver = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null
