import { globSync, readFileSync } from 'node:fs'
import { dirname, join, matchesGlob, normalize } from 'node:path'
import { describe, expect, test } from 'vitest'
import { SYSTEM, TABLE } from '../../vitest.config.ts'

const ROOT = join(import.meta.dirname, '..', '..')

/** Rooms, and the rooms each may import from besides itself (docs/architecture.md). */
const SHARED = [
  ...['config', 'scim', 'setup', 'drift', 'auth', 'audit', 'store', 'resources', 'worker', 'watch', 'notary', 'http'],
]
const INFRA = [
  ...['shared/http/metric.ts', 'shared/http/stack.ts'],
  ...['shared/config.ts', 'shared/store/table.ts', 'shared/http/routes.ts', 'shared/http/time-limits.ts'],
  ...['shared/scim/resource-types.ts', 'shared/auth/authorizer-cache.ts', 'shared/auth/client-key.ts'],
  ...['shared/auth/network-block.ts'],
  ...['shared/audit/archive-row.ts', 'shared/audit/queries.ts'],
]
const upTo = (room: string) => SHARED.slice(0, SHARED.indexOf(room)).map((name) => `shared/${name}`)
const ROOMS: Record<string, string[]> = {
  ...Object.fromEntries(SHARED.map((room) => [`shared/${room}`, upTo(room)])),
  functions: ['shared/'],
  infra: INFRA,
  // The local gateway reads the template of the stack; infra knows nothing of it.
  console: ['shared/'],
  local: ['shared/', 'functions/', 'infra/', 'console/'],
  cli: ['shared/', 'local/', 'console/'],
  test: ['shared/', 'functions/', 'infra/', 'console/', 'local/', 'cli/', 'vitest.config.ts'],
}

interface Import {
  from: string
  to: string
}

const IMPORT = /^(?:import|export)\b[^'"`]*?\bfrom\s*'([^']+)'|^import\s*'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/gm
const files = globSync('{shared,functions,infra,console,local,cli,test}/**/*.{ts,tsx}', { cwd: ROOT })

const sourceOf = (file: string) => readFileSync(join(ROOT, file), 'utf8')

/** What a file imports; a path inside the project is written from its root. */
function importsOf(file: string, source = sourceOf(file)): Import[] {
  const specifiers = [...source.matchAll(IMPORT)].map(([, ...found]) => found.find((one) => one !== undefined) ?? '')
  return specifiers.map((to) => ({ from: file, to: to.startsWith('.') ? normalize(join(dirname(file), to)) : to }))
}

/** Those that are there when the file runs: imports of nothing but types are taken out. */
const valueImportsOf = (file: string) =>
  importsOf(file, sourceOf(file).replace(/^(?:import|export) type\b[^'"`]*'[^']+'/gm, ''))

const imports = files.flatMap((file) => importsOf(file))
const inside = (room: string) => (path: string) => path === `${room}.ts` || path.startsWith(`${room}/`)
const packageOf = (specifier: string) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
const told = ({ from, to }: Import) => `${from} imports ${to}`

describe('imports', () => {
  test('every file belongs to a room', () => {
    const rooms = Object.keys(ROOMS).map(inside)
    expect(files.filter((file) => !rooms.some((isInside) => isInside(file)))).toEqual([])
    expect(files.length).toBeGreaterThan(50)
  })

  test.each(Object.entries(ROOMS))('%s imports only from the rooms before it', (room, allowed) => {
    const isInside = inside(room)
    const ours = imports.filter(
      ({ from, to }) => isInside(from) && /^(shared|functions|infra|console|local|cli|test)\//.test(to),
    )
    const wrong = ours.filter(({ to }) => !isInside(to) && !allowed.some((prefix) => to.startsWith(prefix)))
    expect(wrong.map(told)).toEqual([])
  })

  test.each(['scim', 'setup', 'drift'])('%s is pure: of Node and of packages it imports nothing', (room) => {
    const ours = imports.filter(({ from }) => from.startsWith(`shared/${room}/`))
    expect(ours.filter(({ to }) => !to.startsWith('shared/')).map(told)).toEqual([])
    expect(ours.length).toBeGreaterThan(0)
  })

  test('tests that share a process start no system and leave environment and clock alone', () => {
    const ours = files.filter((file) => TABLE.some((pattern) => matchesGlob(file, pattern)))
    const wrong = ours.filter((file) =>
      /factories\/(system|console)\.ts|process\.env|vi\.(useFakeTimers|mock|stubEnv)/.test(sourceOf(file)),
    )
    expect([ours.length > 50, wrong]).toEqual([true, []])
  })

  test('tests of systems that share a process leave environment, clock and output alone', () => {
    const ours = files.filter((file) => SYSTEM.some((pattern) => matchesGlob(file, pattern)))
    const wrong = ours.filter((file) => /process\.env|vi\.(useFakeTimers|mock|stubEnv|spyOn)/.test(sourceOf(file)))
    expect([ours.length > 50, wrong]).toEqual([true, []])
  })

  test('only the store speaks to DynamoDB, what writes one table over another, and what moves between regions', () => {
    const outside = imports.filter(
      ({ from }) => /^(shared|functions|cli)\//.test(from) && !/^(shared\/store|cli\/(restore|failover))\//.test(from),
    )
    expect(outside.filter(({ to }) => to.startsWith('@aws-sdk/') && to.includes('dynamodb')).map(told)).toEqual([])
  })

  test('only the store makes transactions, and what goes into them', () => {
    const above = files.filter((file) => /^(shared\/(resources|work|http)|functions)\//.test(file))
    const seen = above.filter((file) =>
      /\b(?:transact|\w+Actions?)\b(?=[^}]*\} from ')/.test(readFileSync(join(ROOT, file), 'utf8')),
    )
    expect(seen).toEqual([])
  })

  test('what runs in Lambda imports runtime dependencies and built-ins only', () => {
    const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
    const known = [...Object.keys(dependencies), 'aws-lambda']
    const packages = imports.filter(({ from, to }) => /^(shared|functions)\//.test(from) && /^[@a-z]/.test(to))
    const foreign = packages.filter(({ to }) => !/^(shared|functions)\//.test(to) && !to.startsWith('node:'))
    expect(foreign.filter(({ to }) => !known.includes(packageOf(to))).map(told)).toEqual([])
  })

  test('what npm start and the CLI load holds no CDK and no bundler: they take memory and time', () => {
    const reached = new Set(['local/main.ts', 'cli/main.ts', ...globSync('functions/*/handler.ts', { cwd: ROOT })])
    const loaded: Import[] = []
    for (const file of reached) {
      const found = valueImportsOf(file)
      loaded.push(...found)
      for (const { to } of found) if (/^(shared|functions|infra|console|local|cli)\//.test(to)) reached.add(to)
    }
    const heavy = loaded.filter(({ to }) => /^(aws-cdk-lib|constructs|cdk-nag|esbuild)\b/.test(to))
    // The console's files are made when somebody opens it, and the bundler is loaded then.
    expect(heavy.map(told)).toEqual(['console/server/bundle.ts imports esbuild'])
    const bundling = loaded.filter(({ to }) => to === 'console/server/bundle.ts')
    expect(bundling.map(told)).toEqual(['console/server/assets.ts imports console/server/bundle.ts'])
    expect(sourceOf('console/server/assets.ts')).toContain("await import('./bundle.ts')")
    expect(reached.size).toBeGreaterThan(100)
    expect([...reached]).toContain('local/system.ts')
  })

  test('the page takes from its server nothing but types, and from Node nothing at all', () => {
    const page = files.filter((file) => file.startsWith('console/page/'))
    const values = page.flatMap(valueImportsOf)
    expect(values.filter(({ to }) => to.startsWith('console/server/') || to.startsWith('node:')).map(told)).toEqual([])
    expect(page.length).toBeGreaterThan(0)
  })

  test('sentences are read by browsers as they are: all they load is ours, and nothing of Node', () => {
    const reached = new Set(globSync('shared/audit/sentences/*.ts', { cwd: ROOT }))
    const loaded: Import[] = []
    for (const file of reached) {
      const found = valueImportsOf(file)
      loaded.push(...found)
      for (const { to } of found) if (to.startsWith('shared/')) reached.add(to)
    }
    expect(loaded.filter(({ to }) => !to.startsWith('shared/')).map(told)).toEqual([])
    expect([...reached]).toContain('shared/audit/sentences/sentence.ts')
    expect(loaded.length).toBeGreaterThan(50)
  })

  test('relative imports name files with their extension', () => {
    const wrong = imports.filter(
      ({ to }) => /^(shared|functions|infra|console|local|cli|test)\//.test(to) && !/\.(tsx?|json|mjs|svg)$/.test(to),
    )
    expect(wrong.map(told)).toEqual([])
  })
})
