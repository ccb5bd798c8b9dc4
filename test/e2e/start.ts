import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { LocalRegion } from '../../local/regions/local-regions.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const READY_MS = 60_000

export interface Ready {
  baseUrl: string
  adminUrl: string
  consoleUrl: string
  tokens: Record<'OKTA_PROVISIONING' | 'AZURE_PROVISIONING' | 'GENERIC_PROVISIONING', string>
  withoutToken: Record<string, string>
  credentialsFile: string
  dynamodbEndpoint?: string
  pid: number
  regions?: LocalRegion[]
}

/** A started system in a process of its own. */
export interface Started {
  process: ChildProcess
  ready: Ready
  readyFile: string
  /** What it has written so far, both streams. */
  output(): string
  /** Sends a signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null }>
}

/** A fresh folder for data and ready file; `remove` deletes it. */
export function scratchFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'rolecall-e2e-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** Process id of the engine that has a data folder, as the folder's lock says. */
export function engineOf(dataDir: string): number {
  return JSON.parse(readFileSync(join(dataDir, 'lock'), 'utf8')).engine.pid
}

interface Launch {
  readyFile?: string
  /** Through npm, as people do, and not as npm does. */
  npm?: boolean
}

/** What `npm start -- <args>` runs, on any free port and with its data in `folder`; nothing is awaited. */
export function launch(folder: string, args: string[] = [], options: Launch = {}) {
  const { readyFile = join(folder, 'ready.json'), npm = false } = options
  const flags = ['--port', '0', '--data-dir', folder, '--ready-file', readyFile, ...args]
  const { DYNAMODB_ENDPOINT: _, TABLE_NAME: _table, ...env } = process.env
  const child = npm
    ? spawn('npm', ['start', '--', ...flags], { cwd: ROOT, env })
    : spawn(process.execPath, [join(ROOT, 'local', 'main.ts'), ...flags], { cwd: folder, env })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk))
  return { process: child, readyFile, output: () => said }
}

/** As {@link launch}, once requests are served. */
export async function startProcess(folder: string, args: string[] = [], options: Launch = {}): Promise<Started> {
  rmSync(options.readyFile ?? join(folder, 'ready.json'), { force: true })
  const launched = launch(folder, args, options)
  const { process: child, readyFile, output } = launched
  for (let waited = 0; !existsSync(readyFile); waited += 50) {
    if (child.exitCode !== null || waited > READY_MS) throw new Error(`It did not start:\n${output()}`)
    await sleep(50)
  }
  const ready = JSON.parse(readFileSync(readyFile, 'utf8')) as Ready
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return { code: child.exitCode, signal: child.signalCode }
    const exited = once(child, 'exit')
    child.kill(signal)
    const [code, by] = await exited
    return { code, signal: by }
  }
  return { ...launched, ready, end }
}
