import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { Failure } from './failure.ts'

/** A file made before its secret is, so that no secret is lost for want of a place. */
export interface SecretFile {
  write(text: string): void
  /** Takes the file away again when nothing was written. */
  close(): void
}

/** Makes a new file that only its owner can read. @throws {Failure} when it exists or cannot be made. */
export function reserveSecretFile(path: string): SecretFile {
  const descriptor = open(path)
  let written = false
  return {
    write: (text) => {
      writeSync(descriptor, text)
      written = true
    },
    close: () => {
      closeSync(descriptor)
      if (!written) rmSync(path, { force: true })
    },
  }
}

function open(path: string): number {
  try {
    return openSync(path, 'wx', 0o600)
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    if (code === 'EEXIST') throw new Failure(`The file ${path} exists: nothing is overwritten, name another`, { cause })
    throw new Failure(`Cannot make the file ${path}: ${message}`, { cause })
  }
}
