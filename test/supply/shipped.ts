import { build, type Metafile } from 'esbuild'
import { buildPage } from '../../console/server/bundle.ts'
import { BACKGROUND_NAMES, bundleOptions, entryOf, LAMBDA_NAMES } from '../../infra/bundling.ts'

/** Package → bytes of it, minified, in what was bundled; the name of our own code is `ours`. */
export type Parts = ReadonlyMap<string, number>

export const OURS = 'ours'

let functions: Promise<ReadonlyMap<string, Parts>> | undefined

/** What each function's bundle consists of, by the function's name; bundled once in a process. */
export function partsOfFunctions(): Promise<ReadonlyMap<string, Parts>> {
  functions ??= bundleFunctions()
  return functions
}

async function bundleFunctions(): Promise<ReadonlyMap<string, Parts>> {
  const names = [...LAMBDA_NAMES, ...BACKGROUND_NAMES]
  const partsOf = async (name: (typeof names)[number]) => {
    const options = bundleOptions(entryOf(name), 'unwritten.mjs')
    const { metafile } = await build({ ...options, metafile: true, write: false })
    return [name, sumParts(Object.entries(metafile.outputs))] as const
  }
  return new Map(await Promise.all(names.map(partsOf)))
}

/** What the console's page consists of. */
export async function partsOfPage(): Promise<Parts> {
  return sumParts(Object.entries((await buildPage()).metafile.outputs))
}

function sumParts(outputs: [path: string, output: Metafile['outputs'][string]][]): Parts {
  const parts = new Map<string, number>()
  for (const [path, { bytesInOutput }] of outputs.flatMap(([, { inputs }]) => Object.entries(inputs))) {
    const name = packageOf(path)
    if (bytesInOutput > 0) parts.set(name, (parts.get(name) ?? 0) + bytesInOutput)
  }
  return new Map([...parts].sort(([, a], [, b]) => b - a))
}

const packageOf = (path: string) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? OURS
