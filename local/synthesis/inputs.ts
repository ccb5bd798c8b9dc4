import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

const ROOT = join(import.meta.dirname, '..', '..')
/** npm's own note of what is installed: it stands for every file of every package. */
const INSTALLED = join('node_modules', '.package-lock.json')

/** Files of the project, by their path from its root, each with the digest of its content. */
export type Inputs = ReadonlyMap<string, string>

/** Takes down the files something is made from, each as it is at that moment. */
export class InputRecorder {
  readonly #digests = new Map<string, string | undefined>([[INSTALLED, fileDigest(INSTALLED)]])

  /** Files of packages are left out: npm's note covers them. */
  add(file: string): void {
    const path = relative(ROOT, file)
    if (!path.startsWith('node_modules') && !this.#digests.has(path)) this.#digests.set(path, fileDigest(path))
  }

  /** All of them; `undefined` where one is missing or was changed meanwhile: then nothing may be kept. */
  finish(): Inputs | undefined {
    const inputs = new Map([...this.#digests].map(([path, digest]) => [path, digest ?? '']))
    return areUnchanged(inputs) ? inputs : undefined
  }
}

/** Whether every file still says what it said. */
export const areUnchanged = (inputs: Inputs): boolean =>
  [...inputs].every(([path, digest]) => fileDigest(path) === digest)

function fileDigest(path: string): string | undefined {
  try {
    return createHash('sha256')
      .update(readFileSync(join(ROOT, path)))
      .digest('hex')
  } catch {
    return undefined
  }
}
