import { expect, test } from 'vitest'
import { promoteUnplanned } from '../../cli/failover/promote.ts'
import { runRepair } from '../../cli/failover/repair.ts'
import { runReport } from '../../cli/failover/report.ts'
import { openDoorkeeper } from '../../shared/http/doorkeeper.ts'
import { createAccount } from '../../shared/resources/accounts.ts'
import { mapConcurrently } from '../../shared/store/batch.ts'
import { seededRandom } from '../aws/random.ts'
import { acknowledged } from '../campaign/history.ts'
import { faultsOf, silentlyLost } from '../campaign/oracle.ts'
import { adminContext } from '../factories/admin.ts'
import { deadDb, dyingDb, operation, work } from '../factories/failover.ts'
import { type Call, newGroup, newUser, patchOf, principal, scimApi } from '../factories/scim-api.ts'
import { openRegionDb, startTwoRegions, type TestRegion, type TwoRegions } from '../factories/two-regions.ts'

const account = 'torn'
const api = ({ name, endpoint, tableName }: TestRegion) =>
  scimApi(openRegionDb(name, endpoint, tableName), principal({ account }), { doorkeeper: openDoorkeeper() })

/** What clients know: ids of users and groups, of whom some may be gone. */
interface Known {
  users: string[]
  groups: string[]
}

/** A client that does this and that, of its own mind; what is refused is refused. */
function client(call: Call, known: Known, random: () => number, region: string) {
  let made = 0
  const any = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)]
  const name = (kind: string) => `${kind}-${Math.floor(random() * 6)}`
  const patch = (path: string, ...operations: object[]) => call('PATCH', path, patchOf(...operations))
  const note = (list: string[], { status, body }: Awaited<ReturnType<Call>>) => {
    if (status === 201) list.push(body.id)
  }
  const someUsers = (count: number) =>
    [...new Set(Array.from({ length: count }, () => any(known.users)))].flatMap((value) => (value ? [{ value }] : []))
  const acts: (() => Promise<unknown>)[] = [
    async () => note(known.users, await call('POST', '/Users', newUser(name('u'), { externalId: name('e') }))),
    async () => note(known.users, await call('POST', '/Users', newUser(`${region}-${made++}`))),
    () => patch(`/Users/${any(known.users)}`, { op: 'replace', path: 'title', value: `${region} ${made++}` }),
    () => patch(`/Users/${any(known.users)}`, { op: 'replace', path: 'externalId', value: name('e') }),
    () => patch(`/Users/${any(known.users)}`, { op: 'replace', path: 'userName', value: name('u') }),
    () => call('DELETE', `/Users/${any(known.users)}`),
    async () => note(known.groups, await call('POST', '/Groups', newGroup(name('g'), { members: someUsers(3) }))),
    () => patch(`/Groups/${any(known.groups)}`, { op: 'add', path: 'members', value: someUsers(2) }),
    () => patch(`/Groups/${any(known.groups)}`, { op: 'add', path: 'members', value: someUsers(60) }),
    () => patch(`/Groups/${any(known.groups)}`, { op: 'remove', path: `members[value eq "${any(known.users)}"]` }),
    () => patch(`/Groups/${any(known.groups)}`, { op: 'replace', path: 'displayName', value: name('g') }),
    async () => (random() < 0.3 ? call('DELETE', `/Groups/${any(known.groups)}`) : undefined),
  ]
  return async (count: number) => {
    for (let i = 0; i < count; i++) await any(acts)?.()
  }
}

/** A history up to where the link is healed: two regions have written the same objects, and each knows a part. */
async function tear(regions: TwoRegions, seed: number) {
  const { home, other } = regions
  const random = seededRandom(seed)
  await createAccount(adminContext(home.db, { account: 'default' }), { name: account })
  const known: Known = { users: [], groups: [] }
  const call = api(home)
  const names = Array.from({ length: 50 }, (_, i) => `m-${i}`)
  const made = await mapConcurrently(names, 8, (name) => call('POST', '/Users', newUser(name)))
  known.users.push(...made.map(({ body }) => body.id))
  await regions.replicateAll()
  const before = client(api(home), known, random, 'home')
  await before(10)
  await work(home)
  await regions.replicateAll()
  await before(20)
  await regions.replicateSome(Math.floor(random() * regions.replicator.pending().length))
  regions.cut()
  const alone = operation(regions)
  const all = alone.sites.all.map((site) => (site.name === home.name ? { ...site, db: deadDb(site.db) } : site))
  await promoteUnplanned({ ...alone, sites: { all } }, { to: other.name, account })
  if (random() < 0.5) {
    const partly = { ...operation(regions), sites: { all } }
    await runRepair(partly, { account })
  }
  const [late, next] = [client(api(home), known, random, 'late'), client(api(other), known, random, 'next')]
  for (let round = 0; round < 3; round++) {
    await next(6)
    await late(4)
  }
  // It stops at what arrived in part.
  await work(other).catch(() => {})
  await work(home)
  regions.heal()
  await regions.replicateAll()
}

/** Nothing is left to be done: in both regions all is whole. */
async function expectWhole(regions: TwoRegions) {
  const { other } = regions
  for (let round = 0; round < 3; round++) await work(other)
  await regions.replicateAll()
  expect(await runRepair(operation(regions), { account })).toEqual([])
  await regions.replicateAll()
  expect(await faultsOf(regions, account)).toEqual([])
}

/** Others tear other histories. */
const SEEDS = [14]

test.each(SEEDS)('what two regions wrote at once is whole after a repair, seed %i', async (seed) => {
  const regions = await startTwoRegions({ seed })
  try {
    await tear(regions, seed)
    await runRepair(operation(regions), { account })
    await expectWhole(regions)
    const report = await runReport(operation(regions), { account })
    expect(report.filter(({ what }) => what === 'missing')).toEqual([])
    const reported = new Set(report.map(({ event }) => event))
    const changes = await acknowledged(regions, account)
    expect(await silentlyLost(regions.other, { account, changes, reported })).toEqual([])
  } finally {
    await regions.close()
  }
})

test('goes on wherever it was killed', async () => {
  const regions = await startTwoRegions({ seed: 5 })
  try {
    await tear(regions, 5)
    for (let kill = 40, isOver = false; !isOver; kill += 160) {
      let calls = 0
      const given = operation(regions)
      const dying = given.sites.all.map((site) => ({ ...site, db: dyingDb(site.db, () => ++calls > kill) }))
      isOver = await runRepair({ ...given, sites: { all: dying } }, { account }).then(
        () => true,
        () => false,
      )
    }
    await expectWhole(regions)
  } finally {
    await regions.close()
  }
})
