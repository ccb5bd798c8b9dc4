import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type BuildOptions, build } from 'esbuild'
import { ADMIN_ROUTES, type FunctionName, OPEN_ROUTES, type Route, scimRoutes } from '../shared/http/routes.ts'
import { TRACE_FILE } from '../shared/http/stack.ts'
import { RESOURCE_TYPES } from '../shared/scim/resource-types.ts'
import { leftOut, type OptionalPart } from './bundling/left-out.ts'

/** The functions that the gateway calls. */
export type LambdaName = FunctionName | 'authorizer'
/** Those that the stream, the queue and a schedule call: no request waits for them. */
export type BackgroundName = (typeof BACKGROUND_NAMES)[number]

const routes: readonly Route[] = [...scimRoutes(RESOURCE_TYPES), ...ADMIN_ROUTES, ...OPEN_ROUTES]
const namesOf = (some: readonly Route[]) => new Set(some.map((route): LambdaName => route.function))
export const LAMBDA_NAMES: readonly LambdaName[] = [...namesOf(routes), 'authorizer']
/** The functions that answer in the streaming format. */
export const STREAMING: ReadonlySet<LambdaName | BackgroundName> = namesOf(routes.filter(({ streams }) => streams))
export const BACKGROUND_NAMES = ['changes', 'worker', 'watch', 'check', 'notary'] as const

const ROOT = join(import.meta.dirname, '..')
const ALIASES = join(import.meta.dirname, 'bundling')
/** CommonJS packages inside an ES module still call `require` for built-in modules. */
const BANNER = "import{createRequire as _createRequire}from'node:module';const require=_createRequire(import.meta.url);"

/** A minified bundle and its size. */
export interface Bundle {
  path: string
  bytes: number
  gzipBytes: number
  /** Path from the root of each module of which something is left. */
  modules: readonly string[]
}

/** Where the handler of a function is written. */
export const entryOf = (name: LambdaName | BackgroundName) => join(ROOT, 'functions', name, 'handler.ts')

/**
 * How every Lambda is bundled: one minified ES module, whose map stands beside it and is not named in it, since Node would
 * read it at each start. The aliases take out what makes cold starts slow: `import` of the HTTP built-ins loads undici, and the SDK's default credentials carry every provider there is,
 * while Lambda has its credentials in the environment. `left-out.ts` takes out what is never run, also for want of what
 * the deployment is `without`.
 */
export function bundleOptions(entry: string, outfile: string, without: readonly OptionalPart[] = []): BuildOptions {
  const http = ['http', 'https', 'http2'].flatMap((name) => [
    [name, join(ALIASES, `node-${name}.cjs`)],
    [`node:${name}`, join(ALIASES, `node-${name}.cjs`)],
  ])
  return {
    entryPoints: [entry],
    outfile,
    absWorkingDir: ROOT,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    banner: { js: BANNER },
    legalComments: 'none',
    sourcemap: 'external',
    sourcesContent: false,
    logLevel: 'error',
    plugins: [leftOut(basename(dirname(entry)), without)],
    alias: {
      ...Object.fromEntries(http),
      '@aws-sdk/credential-provider-node': join(ALIASES, 'environment-credentials.ts'),
    },
  }
}

/**
 * Bundles a function into `folder` as `index.mjs`, which its handler setting `index.handler` names, with what turns its
 * stacks into ours (`shared/http/stack.ts`).
 */
export async function bundleInto(
  name: LambdaName | BackgroundName,
  folder: string,
  without: readonly OptionalPart[] = [],
): Promise<Bundle> {
  const path = join(folder, 'index.mjs')
  const { metafile } = await build({ ...bundleOptions(entryOf(name), path, without), metafile: true })
  writeFileSync(join(folder, TRACE_FILE), traceOf(`${path}.map`))
  rmSync(`${path}.map`)
  const code = readFileSync(path)
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs))
  const modules = inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([module]) => module)
  return { path, bytes: code.length, gzipBytes: gzipSync(code).length, modules }
}

/** The map with paths from the root, wherever packages are linked from: the same on every machine. */
function traceOf(path: string): string {
  const { version, sources, mappings } = JSON.parse(readFileSync(path, 'utf8'))
  const fromRoot = sources.map((source: string) =>
    relative(ROOT, join(dirname(path), source)).replace(/^.*\bnode_modules\//, 'node_modules/'),
  )
  return JSON.stringify({ version, sources: fromRoot, names: [], mappings })
}

/** Bundles a function into a folder of its own; `dispose` removes it. */
export async function bundle(
  name: LambdaName | BackgroundName,
  without: readonly OptionalPart[] = [],
): Promise<Bundle & { dispose(): void }> {
  const folder = mkdtempSync(join(tmpdir(), `rolecall-${name}-`))
  return {
    ...(await bundleInto(name, folder, without)),
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  }
}
