import { spawnSync } from 'node:child_process'
import type { Step } from './plan.ts'

export interface Cdk {
  /** The file of the command, run by Node. */
  cdk: string
  cwd: string
}

/** A diff of everything is some MB. */
const MAX_BYTES = 256 * 1024 ** 2

/** Takes one step after the other, to the first that fails or may not be followed. @returns the exit code. */
export function runSteps(steps: readonly Step[], cdk: Cdk): number {
  for (const step of steps) {
    const stopped = step.mayNotSay ? look(step, cdk) : act(step, cdk)
    if (!stopped) continue
    if (stopped.says !== undefined) process.stderr.write(`${stopped.says}\n`)
    return stopped.status
  }
  return 0
}

type Stopped = { status: number; says: string | undefined } | undefined

function act({ args, otherwise, unless }: Step, cdk: Cdk): Stopped {
  const { status } = spawnSync(process.execPath, [cdk.cdk, ...args], { cwd: cdk.cwd, stdio: 'inherit' })
  if (status === 0) return undefined
  const isExplained = unless !== undefined && read(unless.args, cdk).status === 0
  return { status: status ?? 1, says: isExplained ? unless.says : otherwise }
}

function look({ args, otherwise, mayNotSay }: Step, cdk: Cdk): Stopped {
  const { status, text } = read(args, cdk)
  if (mayNotSay?.line.test(text)) return { status: 1, says: mayNotSay.says }
  if (status === 0) return undefined
  process.stderr.write(text)
  return { status: status ?? 1, says: otherwise }
}

/** All that it says; who is asked for a code is asked all the same. */
function read(args: readonly string[], { cdk, cwd }: Cdk): { status: number | null; text: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cdk, ...args], {
    ...{ cwd, encoding: 'utf8', maxBuffer: MAX_BYTES, env: { ...process.env, NO_COLOR: '1' } },
    stdio: ['inherit', 'pipe', 'pipe'],
  })
  return { status, text: `${stdout}${stderr}` }
}
