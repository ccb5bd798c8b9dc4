import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const MODULE = join(import.meta.dirname, '..', '..', '..', 'local', 'parent-watch.ts')
/** What the shell runs. */
const WATCHER = `import(process.env.MODULE).then(({ ancestors }) => console.log(JSON.stringify(ancestors())))`
/** A process with npm's title that runs a script as npm does, and says its own id first. */
const NPM = `process.title = 'npm start'
console.log(process.pid)
require('node:child_process').spawnSync('bash', ['-c', process.env.SCRIPT], { stdio: 'inherit' })`

function watched(script: string): { npm: number; ancestors: number[] } {
  const env = { ...process.env, MODULE, WATCHER, NODE: process.execPath, SCRIPT: script }
  const said = execFileSync(process.execPath, ['-e', NPM], { env, encoding: 'utf8' }).trim().split('\n')
  return { npm: Number(said[0]), ancestors: JSON.parse(said[1] ?? '') }
}

const RUN = '"$NODE" -e "$WATCHER"'

test('of a shell that makes way for the system nobody above npm is watched', () => {
  const { npm, ancestors } = watched(`exec ${RUN}`)
  expect(ancestors).toEqual([npm])
})

test('of a shell that stays, it and npm are watched', () => {
  const { npm, ancestors } = watched(`${RUN}; true`)
  expect(ancestors).toEqual([expect.any(Number), npm])
  expect(ancestors[0]).not.toBe(npm)
})
