import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import type { ObjectStore } from './object-store.ts'

/** Objects as files of a folder, which only their owner can read. */
export class FolderStore implements ObjectStore {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  async get(key: string): Promise<string | undefined> {
    return unless('ENOENT', () => readFile(join(this.#folder, key), 'utf8'))
  }

  async putNew(key: string, text: string): Promise<boolean> {
    const path = join(this.#folder, key)
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const written = async () => {
      await writeFile(path, text, { flag: 'wx', mode: 0o600 })
      return true
    }
    return (await unless('EEXIST', written)) ?? false
  }

  async list(prefix: string, { after = '', limit = Number.POSITIVE_INFINITY } = {}): Promise<string[]> {
    const names = (await unless('ENOENT', () => readdir(join(this.#folder, prefix), { recursive: true }))) ?? []
    const keys = names.map((name) => `${prefix}${name.split(sep).join('/')}`)
    return keys
      .filter((key) => key > after && key.endsWith('.json'))
      .sort()
      .slice(0, limit)
  }
}

/** Nothing where it fails for this reason. */
async function unless<T>(reason: string, run: () => Promise<T>): Promise<T | undefined> {
  try {
    return await run()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === reason) return undefined
    throw error
  }
}
