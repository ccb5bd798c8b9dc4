import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { BACKGROUND_NAMES, type BackgroundName, bundle, LAMBDA_NAMES, type LambdaName } from '../../infra/bundling.ts'

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
