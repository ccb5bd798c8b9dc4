import { readFileSync } from 'node:fs'
import { build } from 'esbuild'
import { describe, expect, test } from 'vitest'
import {
  BACKGROUND_NAMES,
  type BackgroundName,
  bundle,
  bundleOptions,
  entryOf,
  LAMBDA_NAMES,
  type LambdaName,
} from '../../infra/bundling.ts'

const KB = 1024
/** Minified and gzipped, in KB (docs/performance.md): bytes do not depend on the machine, so they can gate. */
const BUDGETS: Record<LambdaName | BackgroundName, [bytes: number, gzip: number]> = {
  users: [350, 115],
  groups: [350, 115],
  'group-reads': [350, 115],
  search: [350, 115],
  bulk: [350, 115],
  events: [350, 115],
  admin: [350, 115],
  authorizer: [260, 85],
  discovery: [60, 20],
  changes: [300, 100],
  worker: [350, 115],
}

test.each([...LAMBDA_NAMES, ...BACKGROUND_NAMES])(
  'the bundle of %s is within its budget and free of what makes cold starts slow',
  async (name) => {
    const built = await bundle(name)
    const code = readFileSync(built.path, 'utf8')
    built.dispose()
    const [bytes, gzip] = BUDGETS[name]
    expect(built.bytes).toBeLessThanOrEqual(bytes * KB)
    expect(built.gzipBytes).toBeLessThanOrEqual(gzip * KB)
    // An import of these loads undici; the bundle asks process.getBuiltinModule() instead.
    expect(code).not.toMatch(/from\s*["'](?:node:)?https?2?["']/)
    expect(code).not.toContain('sourceMappingURL')
  },
)

/** The modules of ours of which something is left in a bundle. */
async function modulesOf(name: LambdaName): Promise<string[]> {
  const options = bundleOptions(entryOf(name), 'unwritten.mjs')
  const { metafile } = await build({ ...options, metafile: true, write: false })
  const [output] = Object.values(metafile.outputs)
  const parts = Object.entries(output?.inputs ?? {}).filter(([, { bytesInOutput }]) => bytesInOutput > 0)
  return parts.map(([path]) => path).filter((path) => path.startsWith('shared/'))
}

describe('a function carries no code of a type that it does not serve', () => {
  const OF_USERS = /^shared\/resources\/(users|user-groups|password)\.ts$/
  const OF_GROUPS = /^shared\/resources\/(groups?(-\w+)?|members|settled)\.ts$/

  test.each([
    ['users', OF_USERS, OF_GROUPS],
    ['groups', OF_GROUPS, OF_USERS],
  ] as const)('%s', async (name, own, foreign) => {
    const modules = await modulesOf(name)
    expect(modules.filter((path) => foreign.test(path))).toEqual([])
    expect(modules.filter((path) => own.test(path)).length).toBeGreaterThan(2)
  })

  test.each(['search', 'bulk', 'admin'] as const)('%s serves both', async (name) => {
    const modules = await modulesOf(name)
    for (const of of [OF_USERS, OF_GROUPS]) expect(modules.some((path) => of.test(path))).toBe(true)
  })
})
