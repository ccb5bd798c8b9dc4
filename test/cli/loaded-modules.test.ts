import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const MAIN = join(import.meta.dirname, '..', '..', 'cli', 'main.ts')
/** Writes the address of every module to file descriptor 3 as it is loaded. */
const HOOK = `data:text/javascript,${encodeURIComponent(`
  import { writeSync } from 'node:fs'
  import { registerHooks } from 'node:module'
  registerHooks({ load(url, context, next) { writeSync(3, url + '\\n'); return next(url, context) } })
`)}`

/** Runs a command line in a process of its own. @returns its exit code and the packages it loaded. */
function packagesOf(args: string[]): { code: number | null; packages: Set<string> } {
  const stdio = ['ignore', 'ignore', 'ignore', 'pipe'] as const
  const { status, output } = spawnSync(process.execPath, ['--import', HOOK, MAIN, ...args], { stdio: [...stdio] })
  const modules = String(output[3])
  expect(modules).toContain('/cli/main.ts')
  return {
    code: status,
    packages: new Set([...modules.matchAll(/node_modules\/(@[^/]+|[^/@]+)/g)].map(([, name]) => name ?? '')),
  }
}

test.each([
  [['--help'], 0],
  [['--version'], 0],
  [['event-history', '--help'], 0],
  [['completion', 'bash'], 0],
  [['event-history', '--last', 'week'], 2],
  [['integration', 'create', 'X'], 2],
])('rolecall %j loads no AWS SDK', (args, code) => {
  expect(packagesOf(args)).toEqual({ code, packages: new Set(['zod']) })
})
