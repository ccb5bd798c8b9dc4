#!/usr/bin/env node
// Plain JavaScript for Node 18 and later: installs what is missing, then runs the CLI under the project's own Node.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const ownNode = join(root, 'node_modules', '.bin', 'node')

// Its words go to stderr: stdout belongs to the command, whose output may be captured.
const ensured = spawnSync(process.execPath, [join(root, 'tools', 'ensure-deps.mjs')], { stdio: ['ignore', 2, 2] })
if (ensured.status !== 0) process.exit(ensured.status ?? 1)

const node = existsSync(ownNode) ? ownNode : process.execPath
const child = spawn(node, [join(root, 'cli', 'main.ts'), ...process.argv.slice(2)], { stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('error', (error) => {
  console.error(`Cannot run ${node}: ${error.message}`)
  process.exit(1)
})
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)))
