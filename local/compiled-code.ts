import { mkdirSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { CACHE_FOLDER } from './folders.ts'

/**
 * Keeps what is compiled from here on for the next process, which halves the time that imports take: hence whoever calls
 * it imports the rest late. A project folder that cannot be written to keeps nothing; every start is then as long as the
 * first.
 */
export function keepCompiledCode(): void {
  try {
    mkdirSync(CACHE_FOLDER, { recursive: true, mode: 0o700 })
  } catch {
    return
  }
  enableCompileCache(join(CACHE_FOLDER, 'code'))
}
