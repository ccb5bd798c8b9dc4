import { spawnSync } from 'node:child_process'
import { closeSync, existsSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const MAIN = join(import.meta.dirname, '..', '..', 'cli', 'main.ts')

// Only Linux has this device, on which every write finds the disk full.
test.runIf(existsSync('/dev/full')).each([[['--help']], [['completion', 'bash']]])(
  'output that cannot be written, of %j, is one sentence and exit code 1',
  (args) => {
    const full = openSync('/dev/full', 'w')
    const { status, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
    })
    closeSync(full)
    expect([status, stderr]).toEqual([1, 'The output cannot be written: ENOSPC: no space left on device, write\n'])
  },
)
