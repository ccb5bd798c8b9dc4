import { beforeEach, describe, expect, test } from 'vitest'
import { fenceRegion } from '../../cli/failover/fence-region.ts'
import { promotePlanned, promoteUnplanned } from '../../cli/failover/promote.ts'
import { statusOf } from '../../cli/failover/status.ts'
import { openDoorkeeper } from '../../shared/http/doorkeeper.ts'
import { createAccount } from '../../shared/resources/accounts.ts'
import { checkAll } from '../../shared/store/invariants/check.ts'
import { getFence } from '../../shared/store/regions/fence.ts'
import { adminContext } from '../factories/admin.ts'
import { deadDb, dyingDb, operation, operatorDb, work } from '../factories/failover.ts'
import { scanEvents } from '../factories/scan.ts'
import { newGroup, newUser, principal, scimApi } from '../factories/scim-api.ts'
import { openRegionDb, type TestRegion, withTwoRegions } from '../factories/two-regions.ts'

const regions = withTwoRegions({ seed: 7 })
let count = 0
let account: string

/** A new process of a region's functions. */
const api = ({ name, endpoint, tableName }: TestRegion) =>
  scimApi(openRegionDb(name, endpoint, tableName), principal({ account }), { doorkeeper: openDoorkeeper() })
const planned = (to: TestRegion, given = operation(regions), waitMs = 20_000) =>
  promotePlanned(given, { to: to.name, account, waitMs })
const fences = () =>
  Promise.all(
    [regions.home, regions.other].map(async (region) => {
      const { since: _, ...fence } = await getFence(operatorDb(region), account, regions.home.name)
      return fence
    }),
  )

/** Users, more than one transaction takes as members. */
const newMembers = (): Promise<{ value: string }[]> => {
  const call = api(regions.home)
  const names = Array.from({ length: 50 }, (_, i) => newUser(`m-${i}`))
  return Promise.all(names.map(async (user) => ({ value: (await call('POST', '/Users', user)).body.id })))
}

beforeEach(async () => {
  regions.heal()
  account = `move-${count++}`
  const { home } = regions
  await createAccount(adminContext(home.db, { account: 'default' }), { name: account })
})

describe('a planned move', () => {
  test('loses nothing: users, a queued change of a large group, their history', async () => {
    const { home, other } = regions
    const members = (await newMembers()).map(({ value }) => value)
    const group = await api(home)(
      'POST',
      '/Groups',
      newGroup('Large', { members: members.map((value) => ({ value })) }),
    )
    const given = operation(regions)
    const [moved] = await planned(other, given)
    expect(moved).toEqual({ account, from: home.name, epoch: 3, refusedMs: expect.any(Number) })
    expect(given.said).toEqual([
      expect.stringMatching(
        new RegExp(`^account ${account}: ${other.name} is primary, epoch 3, changes were refused for \\d+\\.\\d s$`),
      ),
    ])
    await regions.replicateAll()
    expect(await fences()).toEqual(Array(2).fill({ primary: other.name, epoch: 3 }))
    const { body } = await api(other)('GET', `/Groups/${group.body.id}`)
    expect(body.members.map(({ value }: { value: string }) => value).sort()).toEqual([...members].sort())
    expect((await api(other)('POST', '/Users', newUser('after'))).status).toBe(201)
    expect((await api(home)('POST', '/Users', newUser('before'))).status).toBe(503)
    await regions.replicateAll()
    expect(await checkAll(operatorDb(other), account)).toEqual([])
    expect(await checkAll(operatorDb(home), account)).toEqual([])
    const [told] = (await scanEvents(operatorDb(home), account)).filter(({ method }) => method === 'FAILOVER')
    expect(told).toMatchObject({
      detail: `Moved from ${home.name} to ${other.name} as planned, epoch 3`,
      wrote: other.name,
      actorName: 'arn:aws:iam::000000000000:user/operator',
    })
  })

  test('and back again', async () => {
    const { home, other } = regions
    await api(home)('POST', '/Users', newUser('first'))
    await planned(other)
    await regions.replicateAll()
    await api(other)('POST', '/Users', newUser('second'))
    await planned(home)
    await regions.replicateAll()
    expect((await api(home)('POST', '/Users', newUser('third'))).status).toBe(201)
    expect((await api(home)('GET', '/Users')).body.totalResults).toBe(3)
    expect(await fences()).toEqual(Array(2).fill({ primary: home.name, epoch: 6 }))
  })

  test('is refused where the region is primary already, or unknown', async () => {
    const { home } = regions
    await expect(planned(home)).rejects.toThrow(`${home.name} is the primary region already`)
    const unknown = promotePlanned(operation(regions), { to: 'mars-1', waitMs: 0 })
    await expect(unknown).rejects.toThrow('There is no region "mars-1": the deployment has eu-central-1, eu-west-1')
  })

  test('fences nothing where the link is cut', async () => {
    const { home, other } = regions
    regions.cut()
    await expect(planned(other, operation(regions), 600)).rejects.toThrow(
      `What ${home.name} writes does not arrive in ${other.name} within 0.6 s: nothing was fenced`,
    )
    regions.heal()
    expect((await api(home)('POST', '/Users', newUser('anna'))).status).toBe(201)
  })

  test('gives the account back where the link is cut in its middle', async () => {
    const { home, other } = regions
    const given = operation(regions)
    const cutOnceFenced = async (ms: number) => {
      if ((await getFence(operatorDb(home), account, home.name)).epoch === 2) regions.cut()
      await given.pause(ms)
    }
    await api(home)('POST', '/Users', newUser('anna'))
    const moving = planned(other, { ...given, pause: cutOnceFenced }, 1_500)
    await expect(moving).rejects.toThrow(`${home.name} takes the changes of account "${account}" again`)
    regions.heal()
    await regions.replicateAll()
    expect((await api(home)('POST', '/Users', newUser('berta'))).status).toBe(201)
    await regions.replicateAll()
    expect(await fences()).toEqual(Array(2).fill({ primary: home.name, epoch: 4 }))
  })

  test('gives the account back where the worker does not end what is queued', async () => {
    const { home, other } = regions
    const members = await newMembers()
    await api(home)('POST', '/Groups', newGroup('Large', { members }))
    await expect(planned(other, operation(regions, { works: false }), 1_500)).rejects.toThrow(
      `The worker of ${home.name} did not end what is queued within 1.5 s: ${home.name} takes the changes of account "${account}" again`,
    )
    await work(home)
    await planned(other)
  })

  test.each([100, 150])('goes on where it was killed, at call %i of its tables', async (kill) => {
    const { home, other } = regions
    await api(home)('POST', '/Users', newUser('anna'))
    const given = operation(regions)
    let calls = 0
    const dying = given.sites.all.map((site) => ({ ...site, db: dyingDb(site.db, () => ++calls > kill) }))
    await planned(other, { ...given, sites: { all: dying } }).catch(() => {})
    const killed = await fences()
    if (killed.every(({ primary }) => primary !== other.name)) await planned(other, given)
    await regions.replicateAll()
    const [one, two] = await fences()
    expect(one).toEqual(two)
    expect(one?.primary).toBe(other.name)
    expect((await api(other)('POST', '/Users', newUser('berta'))).status).toBe(201)
  })

  test('is made once where two are begun at once', async () => {
    const { other } = regions
    const both = await Promise.allSettled([planned(other), planned(other)])
    const failed = both.filter((one) => one.status === 'rejected')
    expect(failed.map(({ reason }) => reason.message)).toEqual([
      expect.stringMatching(
        /^Another failover is at eu-.*, and goes on: wait for its end$|^eu-west-1 is the primary region already$/,
      ),
    ])
    await regions.replicateAll()
    expect(await fences()).toEqual(Array(2).fill({ primary: other.name, epoch: 3 }))
  })
})

describe('an unplanned move', () => {
  test('is made without the other region, which is fenced as soon as it hears', async () => {
    const { home, other } = regions
    await api(home)('POST', '/Users', newUser('arrived'))
    await regions.replicateAll()
    regions.cut()
    const lost = operation(regions)
    lost.sites = {
      all: lost.sites.all.map((site) => (site.name === home.name ? { ...site, db: deadDb(site.db) } : site)),
    }
    const moved = await promoteUnplanned(lost, { to: other.name, account })
    expect(moved).toEqual([{ account, from: home.name, epoch: 1001 }])
    expect(lost.said).toEqual([`account ${account}: ${other.name} is primary, epoch 1001`])
    expect((await api(other)('POST', '/Users', newUser('new'))).status).toBe(201)
    // Nobody has told it yet.
    expect((await api(home)('POST', '/Users', newUser('late'))).status).toBe(201)
    await fenceRegion(operation(regions), home.name)
    expect((await api(home)('POST', '/Users', newUser('later'))).status).toBe(503)
    regions.heal()
    await regions.replicateAll()
    expect(await fences()).toEqual(Array(2).fill({ primary: other.name, epoch: 1001 }))
  })

  test('fences the other region at once where its table answers', async () => {
    const { home, other } = regions
    regions.cut()
    await promoteUnplanned(operation(regions), { to: other.name, account })
    expect((await api(home)('POST', '/Users', newUser('late'))).status).toBe(503)
    regions.heal()
  })
})

test('how the regions stand is told with the alarms that ring, and without them where nobody may ask', async () => {
  const { home, other } = regions
  const ringing = [{ name: 'ReplicationLate', since: '2026-11-27T10:00:00.000Z' }]
  const alarms = async (region: string) => {
    if (region === home.name) throw new Error('jane is not authorized to perform: cloudwatch:DescribeAlarms')
    return ringing
  }
  const stands = { isReachable: true, openChanges: 0, handsOver: [], lagMs: expect.any(Number) }
  expect(await statusOf({ ...operation(regions), alarms })).toMatchObject([
    {
      ...{ ...stands, region: home.name },
      alarmsUnknown: `CloudWatch of ${home.name} does not say which alarms ring: jane is not authorized to perform: cloudwatch:DescribeAlarms`,
    },
    { ...stands, region: other.name, alarms: ringing },
  ])
})

test('who waits longer sees how long a change takes', async () => {
  const { home, other } = regions
  regions.cut()
  const given = operation(regions)
  let waited = 0
  const pause = async (ms: number) => {
    if (++waited === 8) regions.heal()
    await given.pause(20 * ms)
  }
  const lag = async (waitMs?: number) =>
    (await statusOf({ ...given, pause }, waitMs)).map(({ region, lagMs }) => ({ region, lagMs }))
  expect(await lag()).toEqual([
    { region: home.name, lagMs: undefined },
    { region: other.name, lagMs: undefined },
  ])
  expect(await lag(60_000)).toEqual([
    { region: home.name, lagMs: expect.any(Number) },
    { region: other.name, lagMs: expect.any(Number) },
  ])
})
