import { isDeepStrictEqual } from 'node:util'
import { beforeAll, expect, test } from 'vitest'
import { promotePlanned } from '../../cli/failover/promote.ts'
import { openDoorkeeper } from '../../shared/http/doorkeeper.ts'
import { createAccount } from '../../shared/resources/accounts.ts'
import { createIntegration } from '../../shared/resources/integrations.ts'
import { rotateToken } from '../../shared/resources/token-rotation.ts'
import { issueToken } from '../../shared/resources/tokens.ts'
import { ScimError } from '../../shared/scim/error.ts'
import { checkAll } from '../../shared/store/invariants/check.ts'
import { getFence } from '../../shared/store/regions/fence.ts'
import { Fenced } from '../../shared/store/regions/fenced.ts'
import { seededRandom } from '../aws/random.ts'
import { adminContext } from '../factories/admin.ts'
import { operation, operatorDb, work } from '../factories/failover.ts'
import { scanAll, scanEvents } from '../factories/scan.ts'
import { newGroup, newUser, principal, scimApi } from '../factories/scim-api.ts'
import { type TestRegion, withTwoRegions } from '../factories/two-regions.ts'

/** Other seeds play other moves; more of them take longer. */
const SEED = 1
const MOVES = 2
const account = 'campaign'

const regions = withTwoRegions({ seed: SEED })
const random = seededRandom(SEED)
const pick = <T>(some: readonly T[]): T => some[Math.floor(random() * some.length)] as T

beforeAll(async () => {
  const admin = (of: string) => adminContext(regions.home.db, { account: of })
  await createAccount(admin('default'), { name: account })
  await createIntegration(admin(account), { name: 'OKTA', clientKind: 'OKTA' })
})

/** What clients were told that is there. */
interface Acknowledged {
  users: Map<string, string>
  groups: Map<string, Set<string>>
  /** Answers by status. */
  statuses: Map<number, number>
  rotated: number
}

/** Administrators meet the fence as clients do, and the number of tokens that an integration may have. */
function unlessFenced(error: unknown): undefined {
  if (error instanceof Fenced || (error instanceof ScimError && error.status === 409)) return undefined
  throw error
}

/** A step of a client that goes where the domain leads, at times still to the other region. */
async function step(to: TestRegion, known: Acknowledged): Promise<void> {
  const call = scimApi(to.db, principal({ account }), { doorkeeper: openDoorkeeper() })
  const send = async (...request: Parameters<typeof call>) => {
    const answer = await call(...request)
    known.statuses.set(answer.status, (known.statuses.get(answer.status) ?? 0) + 1)
    return answer
  }
  const chance = random()
  const [userId, groupId] = [pick([...known.users.keys()]), pick([...known.groups.keys()])]
  const name = `person-${Math.floor(random() * 1e9)}`
  const patch = (Operations: object[]) => ({ schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations })
  if (chance < 0.4 || userId === undefined) {
    const { status, body } = await send('POST', '/Users', newUser(name))
    if (status === 201) known.users.set(body.id, name)
  } else if (chance < 0.55) {
    const renamed = await send('PATCH', `/Users/${userId}`, patch([{ op: 'replace', path: 'userName', value: name }]))
    if (renamed.status === 200) known.users.set(userId, name)
  } else if (chance < 0.62) {
    const { status } = await send('DELETE', `/Users/${userId}`)
    if (status !== 204) return
    known.users.delete(userId)
    for (const members of known.groups.values()) members.delete(userId)
  } else if (chance < 0.7 || groupId === undefined) {
    // Past what one transaction takes, where there are enough: then it is queued.
    const members = [...known.users.keys()].slice(0, 60)
    const group = newGroup(name, { members: members.map((value) => ({ value })) })
    const { status, body } = await send('POST', '/Groups', group)
    if (status === 201) known.groups.set(body.id, new Set(members))
  } else if (chance < 0.93) {
    const op = random() < 0.6 ? 'add' : 'remove'
    const change =
      op === 'add' ? { op, path: 'members', value: [{ value: userId }] } : { op, path: `members[value eq "${userId}"]` }
    const { status } = await send('PATCH', `/Groups/${groupId}`, patch([change]))
    if (status >= 300) return
    if (op === 'add') known.groups.get(groupId)?.add(userId)
    else known.groups.get(groupId)?.delete(userId)
  } else {
    const context = adminContext(to.db, { account })
    const issued = await issueToken(context, { integration: 'OKTA' }).catch(unlessFenced)
    if (issued)
      await rotateToken(adminContext(to.db, { account }), issued.tokenId, {}).then(() => known.rotated++, unlessFenced)
  }
}

test(`moves there and back under load lose nothing (seed ${SEED})`, async () => {
  const { home, other } = regions
  const known: Acknowledged = { users: new Map(), groups: new Map(), statuses: new Map(), rotated: 0 }
  const domain = async () => {
    const { primary } = await getFence(operatorDb(random() < 0.8 ? home : other), account, home.name)
    return primary === other.name ? other : home
  }
  const load = async (steps: number) => {
    for (let n = 0; n < steps; n++) await step(random() < 0.1 ? pick([home, other]) : await domain(), known)
  }
  await load(80)
  for (let move = 1; move <= MOVES; move++) {
    const to = move % 2 === 1 ? other : home
    const given = operation(regions)
    const underLoad = async (ms: number) => {
      await load(3)
      await given.pause(ms)
    }
    const [moved] = await promotePlanned({ ...given, pause: underLoad }, { to: to.name, account, waitMs: 60_000 })
    expect(moved).toMatchObject({ account, epoch: move * 2 })
    await load(15)
    for (const region of [home, other]) await work(region)
    await regions.replicateSome(50)
  }
  for (let n = 0; n < 20; n++) {
    await regions.replicateAll()
    for (const region of [home, other]) await work(region)
  }
  await regions.replicateAll()
  await verify(known)
})

async function verify(known: Acknowledged): Promise<void> {
  const { home, other } = regions
  const last = MOVES % 2 === 1 ? other : home
  const call = scimApi(last.db, principal({ account }))
  const users = await call('GET', '/Users?count=1000')
  const names = users.body.Resources.map(({ id, userName }: { id: string; userName: string }) => [id, userName])
  expect(new Map(names)).toEqual(known.users)
  for (const [id, members] of known.groups) {
    const { body } = await call('GET', `/Groups/${id}`)
    expect(new Set((body.members ?? []).map(({ value }: { value: string }) => value))).toEqual(members)
  }
  for (const region of [home, other]) expect(await checkAll(operatorDb(region), account)).toEqual([])
  // Nothing happened in two regions of one epoch, and nothing differs between them.
  const epochs = new Map<string, string>()
  for (const { wrote = '' } of await scanEvents(operatorDb(home), account)) {
    const [region = '', epoch] = wrote.split('#')
    if (epoch !== undefined) expect([epoch, epochs.get(epoch) ?? region]).toEqual([epoch, region])
    if (epoch !== undefined) epochs.set(epoch, region)
  }
  expect(epochs.size).toBeGreaterThan(MOVES)
  await regions.replicateAll()
  const [one = new Map(), two] = await Promise.all(
    [home, other].map(async (region) => byKey(await scanAll(operatorDb(region)))),
  )
  expect(two?.size).toBe(one.size)
  expect([...one].filter(([key, item]) => !isDeepStrictEqual(item, two?.get(key))).map(([key]) => key)).toEqual([])
  // The load met what it was to meet.
  expect(known.statuses.get(503)).toBeGreaterThan(MOVES)
  expect({ users: known.users.size, groups: known.groups.size, rotated: known.rotated }).toEqual({
    users: expect.toSatisfy((n) => n > 15),
    groups: expect.toSatisfy((n) => n > 3),
    rotated: expect.toSatisfy((n) => n > 0),
  })
}

const byKey = (items: Record<string, unknown>[]) => new Map(items.map((item) => [`${item.pk} ${item.sk}`, item]))
