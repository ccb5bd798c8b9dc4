import { mkdirSync } from 'node:fs'
import { enableCompileCache, flushCompileCache } from 'node:module'
import { join } from 'node:path'
import { CACHE_FOLDER } from './folders.ts'

// Compiled code is kept from one start to the next, which halves the time that imports take; hence the late import.
try {
  mkdirSync(CACHE_FOLDER, { recursive: true, mode: 0o700 })
} catch {
  // A project folder that cannot be written to keeps nothing: every start is then as long as the first.
}
enableCompileCache(join(CACHE_FOLDER, 'code'))
const { start } = await import('./start.ts')

await start(process.argv.slice(2))
flushCompileCache()
