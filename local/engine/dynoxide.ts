import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { EngineProgram } from './engine.ts'

/** Dynoxide: DynamoDB's wire protocol over SQLite, in one binary that npm has for each platform. */
export const DYNOXIDE: EngineProgram = {
  command: (port, dataDir) => {
    const storage = dataDir ? ['--db-path', join(dataDir, 'dynoxide.db')] : []
    return [binaryFor(process.platform, process.arch), '--host', '127.0.0.1', '--port', String(port), ...storage]
  },
  readyLine: (port) => `Dynoxide listening on http://127.0.0.1:${port}`,
  portLost: /already in use/,
}

const PACKAGES = join(import.meta.dirname, '..', '..', 'node_modules', '@dynoxide')

/** The binary that npm has installed for a platform. @throws {Error} when there is none. */
export function binaryFor(platform: string, arch: string): string {
  const path = join(PACKAGES, `${platform}-${arch}`, platform === 'win32' ? 'dynoxide.exe' : 'dynoxide')
  if (existsSync(path)) return path
  throw new Error(`The local engine is not installed for ${platform}-${arch}: name another one in DYNAMODB_ENDPOINT`)
}
