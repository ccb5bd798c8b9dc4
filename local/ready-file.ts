import { rmSync } from 'node:fs'
import { removePrivateFile, writePrivateFile } from './private-file.ts'

/**
 * Removes what an earlier run left there: it would tell whoever waits for the file the wrong address.
 * @throws {Error} naming the option and the path, when no file can be there.
 */
export const clearReadyFile = (path: string): void => naming(path, () => rmSync(path, { force: true }))

/** Tells whoever waits for the file what is ready. @returns what takes it back. @throws {Error} as {@link clearReadyFile}. */
export function writeReadyFile(path: string, ready: object): () => void {
  naming(path, () => writePrivateFile(path, ready))
  return () => removePrivateFile(path, ready)
}

function naming(path: string, act: () => void): void {
  try {
    act()
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new Error(`--ready-file ${JSON.stringify(path)}: no file can be written there (${code})`, { cause })
  }
}
