import { randomUUID } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Writes JSON to a file that only its owner can read. */
export function writePrivateFile(path: string, content: unknown): void {
  writePrivateBytes(path, toText(content))
}

/** Writes a file that only its owner can read; whoever reads it meanwhile sees the old one or the new one, whole. */
export function writePrivateBytes(path: string, content: string | Uint8Array): void {
  const draft = draftFor(path, content)
  try {
    renameSync(draft, path)
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  }
}

/** As {@link writePrivateFile}, but leaves a file that is there alone. @returns whether it was written. */
export function createPrivateFile(path: string, content: unknown): boolean {
  const draft = draftFor(path, toText(content))
  try {
    linkSync(draft, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(draft, { force: true })
  }
}

const toText = (content: unknown) => `${JSON.stringify(content, null, 2)}\n`

function draftFor(path: string, content: string | Uint8Array): string {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const draft = `${path}.${randomUUID()}`
  writeFileSync(draft, content, { mode: 0o600 })
  return draft
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
