import { randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Writes a file that only its owner can read; whoever reads it meanwhile sees the old one or the new one, whole. */
export function writePrivateFile(path: string, content: unknown): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const draft = `${path}.${randomUUID()}`
  writeFileSync(draft, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 })
  renameSync(draft, path)
}

/** What {@link writePrivateFile} wrote; `undefined` when there is no such file or it cannot be read. */
export function loadPrivateFile(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

/** Removes the file if it still says what was written: another system may have put its own in its place. */
export function removePrivateFile(path: string, content: unknown): void {
  const found = loadPrivateFile(path)
  if (JSON.stringify(found) === JSON.stringify(content)) rmSync(path, { force: true })
}
