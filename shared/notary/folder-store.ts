import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { KeptObject, ObjectStore } from './object-store.ts'

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
    const keys: string[] = []
    for await (const key of this.#walk(prefix, after)) {
      if (keys.length >= limit) break
      keys.push(key)
    }
    return keys
  }

  async listKept(prefix: string, range = {}): Promise<KeptObject[]> {
    return (await this.list(prefix, range)).map((key) => ({ key, versions: 1, first: undefined }))
  }

  /** Names in their order; folders whose names all come before are not looked into. */
  async *#walk(folder: string, after: string): AsyncGenerator<string> {
    const found = await unless('ENOENT', () => readdir(join(this.#folder, folder), { withFileTypes: true }))
    const names = (found ?? []).map((entry) => `${folder}${entry.name}${entry.isDirectory() ? '/' : ''}`).sort()
    for (const name of names) {
      if (name.endsWith('/') && name >= after.slice(0, name.length)) yield* this.#walk(name, after)
      else if (name.endsWith('.json') && name > after) yield name
    }
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
