import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { OptionalPart } from '../../infra/bundling/left-out.ts'
import { BACKGROUND_NAMES, type BackgroundName, bundle, LAMBDA_NAMES, type LambdaName } from '../../infra/bundling.ts'
import { partsWithout } from '../../infra/functions.ts'
import { TRACE_FILE } from '../../shared/http/stack.ts'
import { BACKGROUND_BUDGETS, type BundleBudget, BY_DEFAULT, COLD_BUDGETS } from '../bench/bundle-budgets.ts'

const KB = 1024
const BUDGETS: Record<LambdaName | BackgroundName, BundleBudget> = { ...COLD_BUDGETS, ...BACKGROUND_BUDGETS }

const bundles = new Map<LambdaName | BackgroundName, ReturnType<typeof readBundle>>()

/** Each function is bundled once. */
function bundleOf(name: LambdaName | BackgroundName) {
  const found = bundles.get(name) ?? readBundle(name)
  bundles.set(name, found)
  return found
}

async function readBundle(name: LambdaName | BackgroundName) {
  const { path, dispose, ...built } = await bundle(name, BY_DEFAULT)
  const code = readFileSync(path, 'utf8')
  const trace = JSON.parse(readFileSync(join(dirname(path), TRACE_FILE), 'utf8'))
  dispose()
  return { code, trace, ...built }
}

test.each([...LAMBDA_NAMES, ...BACKGROUND_NAMES])(
  'the bundle of %s is within its budget and free of what makes cold starts slow',
  async (name) => {
    const { code, trace, ...built } = await bundleOf(name)
    const { kb, gzipKb } = BUDGETS[name]
    expect(built.bytes).toBeLessThanOrEqual(kb * KB)
    expect(built.gzipBytes).toBeLessThanOrEqual(gzipKb * KB)
    // An import of these loads undici; the bundle asks process.getBuiltinModule() instead.
    expect(code).not.toMatch(/from\s*["'](?:node:)?https?2?["']/)
    expect(code).not.toContain('sourceMappingURL')
    // Of zod's two interfaces the smaller one, which is a third of the other.
    expect(built.modules.filter((path) => path.includes('zod/v4/classic'))).toEqual([])
    // Names of files, as they are below the root, and nothing of what is in them.
    expect(Object.keys(trace)).toEqual(['version', 'sources', 'names', 'mappings'])
    expect(trace.sources.filter((path: string) => !/^(shared|functions|infra|node_modules)\//.test(path))).toEqual([])
    expect(trace.sources).toContain(`functions/${name}/handler.ts`)
  },
)

/** Those that come nearest to their budgets. */
const LARGEST = [
  'users',
  'groups',
  'bulk',
  'discovery',
  'admin',
  'admin-resources',
  'audit',
  'changes',
  'notary',
] as const

test.each(LARGEST)('and so is that of %s in a deployment of every setting', async (name) => {
  const built = await bundle(name)
  built.dispose()
  const { gzipKb, withAllPartsGzipKb = gzipKb } = BUDGETS[name]
  expect(built.gzipBytes).toBeLessThanOrEqual(withAllPartsGzipKb * KB)
})

/** What is left of a bundle where a deployment lacks what brings clients of more services. */
const WITHOUT: [name: BackgroundName | LambdaName, without: OptionalPart[], gzip: number][] = [
  ['changes', ['archive'], 117],
  ['changes', ['changeEvents'], 95],
  ['audit', ['auditDigests'], 104],
  ['notary', ['auditDigests'], 72],
]

test.each(WITHOUT)('the bundle of %s without %j carries less', async (name, without, gzip) => {
  const built = await bundle(name, without)
  built.dispose()
  expect(built.gzipBytes).toBeLessThanOrEqual(gzip * KB)
})

test.each([...LAMBDA_NAMES, ...BACKGROUND_NAMES])(
  '%s has the HTTP handler of the SDK for other services only',
  async (name) => {
    const { modules } = await bundleOf(name)
    const has = (module: RegExp) => modules.some((path) => module.test(path))
    expect(has(/node-http-handler\/dist-es\/node-http-handler/)).toBe(
      has(/client-(?!dynamodb)[a-z0-9]+\/dist-es\/\w*Client/),
    )
  },
)

test('what a deployment lacks is what its functions are not told of', () => {
  const settings = { archive: true, auditDigests: true, changeEvents: 'arn' }
  expect(partsWithout({ settings, table: { regions: [] } })).toEqual(['regions'])
  expect(partsWithout({ settings, table: { regions: ['eu-central-1', 'eu-west-1'] } })).toEqual([])
  const off = { archive: false, auditDigests: false, changeEvents: false }
  expect(partsWithout({ settings: off, table: { regions: [] } })).toEqual([
    ...['archive', 'auditDigests', 'changeEvents', 'regions'],
  ])
})

/** The modules of ours of which something is left in a bundle. */
const modulesOf = async (name: LambdaName) =>
  (await bundleOf(name)).modules.filter((path) => path.startsWith('shared/'))

describe('a function carries no code of a type that it does not serve', () => {
  const inResources = (...names: string[]) => names.map((name) => `shared/resources/${name}.ts`)
  const inGroups = (...names: string[]) => names.map((name) => `shared/store/groups/${name}.ts`)
  const OF_USERS = inResources('password', 'user-groups', 'user-names', 'users')
  const GROUP_READS = [
    ...inResources('members', 'whole-groups'),
    ...inGroups('intents', 'member-item', 'members', 'packed-delta', 'packed-ids', 'tombstones'),
  ]
  const GROUP_WRITES = [
    ...inResources('current-members', 'group-members', 'group-writes', 'groups'),
    ...inGroups('group-item', 'queue', 'to-intents'),
  ]
  const UNDO = inGroups('undelete')
  const OF_WORKER = inGroups('apply', 'kept-members', 'loss', 'loss-event', 'queued-losses', 'slices')
  /** Of the rooms of groups, what users need too: all of it is small. */
  const SHARED = {
    change: 'a group that is deleted is written as any of its changes, by the deletes of both types',
    delete: 'a delete of either type leaves work in the queue',
    heads: 'that work is a head of the queue, a user its tombstone',
    memberships: 'the groups of a user, and groups found by a member',
  }
  const ONE_TYPE = new Set([...OF_USERS, ...GROUP_READS, ...GROUP_WRITES, ...OF_WORKER, ...UNDO])
  const isIn = (rooms: RegExp) => (path: string) => rooms.test(path)
  const inRooms = isIn(/^shared\/(resources|store\/groups)\//)

  test.each([
    ['users', OF_USERS],
    ['groups', [...GROUP_READS, ...GROUP_WRITES]],
    ['group-reads', GROUP_READS],
    ['search', [...OF_USERS, ...GROUP_READS, ...GROUP_WRITES]],
    ['bulk', [...OF_USERS, ...GROUP_READS, ...GROUP_WRITES]],
    ['admin', []],
    ['admin-resources', [...OF_USERS, ...GROUP_READS, ...GROUP_WRITES, ...UNDO]],
  ] as const)('%s', async (name, own) => {
    const modules = await modulesOf(name)
    expect(modules.filter((path) => ONE_TYPE.has(path)).sort()).toEqual([...own].sort())
  })

  test('and each module of one type has its place above', async () => {
    const [users, ...groups] = await Promise.all((['users', 'groups', 'group-reads'] as const).map(modulesOf))
    const [ofUsers, ofGroups] = [new Set(users), new Set(groups.flat())]
    const either = [...new Set([...ofUsers, ...ofGroups])].filter(inRooms)
    const onlyOne = either.filter((path) => ofUsers.has(path) !== ofGroups.has(path))
    expect(onlyOne.sort()).toEqual([...OF_USERS, ...GROUP_READS, ...GROUP_WRITES].sort())
    const placed = [...ONE_TYPE, ...inGroups(...Object.keys(SHARED))].filter(isIn(/^shared\/store\/groups\//))
    const there = readdirSync('shared/store/groups').map((file) => `shared/store/groups/${file}`)
    expect(there.sort()).toEqual(placed.sort())
  })
})
