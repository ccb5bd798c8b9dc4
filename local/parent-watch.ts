import { readFileSync } from 'node:fs'

const CHECK_MS = 250
/** npm runs a shell, and the shell runs us, unless it makes way for us as bash does. */
const GENERATIONS = 2
/** How npm and its like are called, by their title or as Node's script. */
const NPM = /^(?:\S*\/)?(?:npm|pnpm|yarn)\b/

/**
 * Calls `stop` once the npm that started this process is gone: when it is killed, neither it nor its shell pass the
 * signal on. Processes that were started otherwise are left alone.
 */
export function watchParent(stop: () => void, env: Record<string, string | undefined> = process.env): void {
  if (env.npm_lifecycle_event !== 'start') return
  const before = ancestors().join()
  const timer = setInterval(() => {
    if (ancestors().join() === before) return
    clearInterval(timer)
    stop()
  }, CHECK_MS)
  timer.unref()
}

/** Parent and grandparent; just the parent where that is npm, or where the system does not tell more. */
export function ancestors(): number[] {
  const found = [process.ppid]
  while (found.length < GENERATIONS) {
    const last = found.at(-1) ?? 0
    const parent = isNpm(last) ? undefined : parentOf(last)
    if (parent === undefined) break
    found.push(parent)
  }
  return found
}

function isNpm(pid: number): boolean {
  try {
    const [program = '', script = ''] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
    return NPM.test(program) || NPM.test(script)
  } catch {
    return false
  }
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return undefined
  }
}
