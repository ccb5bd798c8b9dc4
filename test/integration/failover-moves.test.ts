import { PutCommand } from '@aws-sdk/lib-dynamodb'
import { beforeEach, describe, expect, test } from 'vitest'
import { fenceRegion } from '../../cli/failover/fence-region.ts'
import { takeLock } from '../../cli/failover/lock.ts'
import { promotePlanned, promoteUnplanned } from '../../cli/failover/promote.ts'
import { runReport } from '../../cli/failover/report.ts'
import { locked, putHeld } from '../../cli/failover/run.ts'
import { type Operation, requireOrder } from '../../cli/failover/sites.ts'
import { statusOf } from '../../cli/failover/status.ts'
import { openDoorkeeper } from '../../shared/http/doorkeeper.ts'
import { createAccount } from '../../shared/resources/accounts.ts'
import { fenceKey } from '../../shared/store/keys.ts'
import { getFence } from '../../shared/store/regions/fence.ts'
import { putBeat } from '../../shared/store/regions/marker.ts'
import { adminContext } from '../factories/admin.ts'
import { deadDb, operation, operatorDb } from '../factories/failover.ts'
import { scanEvents } from '../factories/scan.ts'
import { newUser, patchOf, principal, scimApi } from '../factories/scim-api.ts'
import { openRegionDb, type TestRegion, withTwoRegions } from '../factories/two-regions.ts'

const regions = withTwoRegions({ seed: 11 })
let count = 0
let account: string

const api = ({ name, endpoint, tableName }: TestRegion) =>
  scimApi(openRegionDb(name, endpoint, tableName), principal({ account }), { doorkeeper: openDoorkeeper() })
const planned = (given: Operation, to = regions.other, waitMs = 20_000) =>
  promotePlanned(given, { to: to.name, account, waitMs })
const fenceOf = async (region: TestRegion) => {
  const { since: _, ...fence } = await getFence(operatorDb(region), account, regions.home.name)
  return fence
}
const fences = () => Promise.all([regions.home, regions.other].map(fenceOf))
const isHandedOver = async () => (await fenceOf(regions.home)).draining === regions.home.name

/** An operator who cannot read the first region. */
const withoutHome = () => {
  const given = operation(regions)
  const { all } = given.sites
  const isHome = (name: string) => name === regions.home.name
  return { ...given, sites: { all: all.map((site) => (isHome(site.name) ? { ...site, db: deadDb(site.db) } : site)) } }
}
const told = async (region: TestRegion) =>
  (await scanEvents(operatorDb(region), account))
    .filter(({ method }) => method === 'FAILOVER')
    .map(({ detail }) => detail)

const GONE_ON =
  'This failover stood still for too long, and another one may have gone on with it: see rolecall failover status'

beforeEach(async () => {
  regions.heal()
  account = `moves-${count++}`
  await createAccount(adminContext(regions.home.db, { account: 'default' }), { name: account })
  await regions.replicateAll()
})

describe('the lock of a failover', () => {
  test('is not taken from a run that gives signs', async () => {
    const given = operation(regions)
    const { all } = given.sites
    const lock = await takeLock(given, all, 'one')
    const second = { ...given, pause: () => lock.beat() }
    await expect(takeLock(second, all, 'two')).rejects.toThrow(
      'Another failover is at eu-central-1, by arn:aws:iam::000000000000:user/operator, and goes on: wait for its end',
    )
    await lock.beat()
    await lock.release()
  })

  test('is taken from one that gives none, which puts nothing any more, and takes nothing back', async () => {
    const given = operation(regions)
    const { all } = given.sites
    let waited = 0
    await locked(given, all, async (run) => {
      const pause = async (ms: number) => {
        waited += ms
      }
      const second = await takeLock({ ...given, pause }, all, 'two')
      await expect(run.lock.beat()).rejects.toThrow(GONE_ON)
      const [site] = all
      if (!site) throw new Error('There is no region')
      await expect(putHeld(run, site, account, { primary: site.name, epoch: 2 }, 0)).rejects.toThrow(GONE_ON)
      await second.beat()
      // Nor once the second has ended.
      await second.release()
      await expect(run.lock.beat()).rejects.toThrow(GONE_ON)
    })
    expect(waited).toBe(20_000 * all.length)
    expect(await fences()).toEqual(Array(2).fill({ primary: regions.home.name, epoch: 0 }))
  })

  test('is held all the time that a move waits for what does not arrive', async () => {
    const [first, second] = [operation(regions), operation(regions)]
    let resume: (() => void) | undefined
    let refused: Promise<unknown> | undefined
    const moving = planned(
      {
        ...first,
        pause: async (ms) => {
          if (await isHandedOver()) regions.cut()
          if (await isHandedOver())
            refused ??= planned({ ...second, pause: () => new Promise((done) => (resume = () => done())) }).catch(
              ({ message }) => message,
            )
          resume?.()
          await first.pause(ms)
        },
      },
      regions.other,
      1_000,
    )
    await expect(moving).rejects.toThrow(`${regions.home.name} takes the changes of account "${account}" again`)
    expect(await refused).toMatch('and goes on: wait for its end')
  })
})

describe('two planned moves of one account', () => {
  test('the one that stood still does nothing more when the other has gone on to the end', async () => {
    const { home, other } = regions
    await api(home)('POST', '/Users', newUser('anna'))
    const [first, second] = [operation(regions), operation(regions)]
    let moved: unknown
    const still = planned({
      ...first,
      pause: async (ms) => {
        if (!moved && (await isHandedOver())) moved = await planned(second)
        await first.pause(ms)
      },
    })
    await expect(still).rejects.toThrow(GONE_ON)
    expect(moved).toEqual([{ account, from: home.name, epoch: 3 }])
    await regions.replicateAll()
    expect(await fences()).toEqual(Array(2).fill({ primary: other.name, epoch: 3 }))
  })

  test('a fence is never put over one that was not read', async () => {
    const { home, other } = regions
    const given = operation(regions)
    await locked(given, given.sites.all, async (run) => {
      const [site] = run.sites.all
      if (!site) throw new Error('There is no region')
      await putHeld(run, site, account, { primary: other.name, epoch: 1001 }, 0)
      const meanwhile = `Another fence of account "${account}" was put in ${home.name} meanwhile: see rolecall failover status, and run it again`
      await expect(putHeld(run, site, account, { primary: home.name, epoch: 2 }, 0)).rejects.toThrow(meanwhile)
      await expect(putHeld(run, site, account, { primary: home.name, epoch: 2002 }, 0)).rejects.toThrow(meanwhile)
      // The same again is no other.
      await putHeld(run, site, account, { primary: other.name, epoch: 1001 }, 0)
    })
    expect(await fenceOf(home)).toEqual({ primary: other.name, epoch: 1001 })
  })
})

describe('an unplanned move', () => {
  test('is newer than what the lost region gave itself meanwhile, and nothing of the new one is lost', async () => {
    const { home, other } = regions
    const { body: user } = await api(home)('POST', '/Users', newUser('anna'))
    await regions.replicateAll()
    const given = operation(regions)
    const cutOnceFenced = async (ms: number) => {
      if (await isHandedOver()) regions.cut()
      await given.pause(ms)
    }
    await expect(planned({ ...given, pause: cutOnceFenced }, other, 1_000)).rejects.toThrow('takes the changes')
    expect(await fences()).toEqual(Array(2).fill({ primary: home.name, epoch: 4 }))
    // As if that had not reached the other table either.
    expect((await api(home)('POST', '/Users', newUser('berta'))).status).toBe(201)
    await promoteUnplanned(withoutHome(), { to: other.name, account })
    const title = patchOf({ op: 'replace', path: 'title', value: 'Boss' })
    expect((await api(other)('PATCH', `/Users/${user.id}`, title)).status).toBe(200)
    expect((await api(home)('POST', '/Users', newUser('carla'))).status).toBe(201)
    await fenceRegion(operation(regions), home.name)
    expect((await api(home)('POST', '/Users', newUser('late'))).status).toBe(503)
    const missing = { what: 'missing', region: home.name }
    expect(await runReport(operation(regions), { account })).toMatchObject([
      { ...missing, name: 'berta' },
      { ...missing, name: 'carla' },
    ])
    regions.heal()
    await regions.replicateAll()
    expect(await fences()).toEqual(Array(2).fill({ primary: other.name, epoch: 1005 }))
    expect((await api(other)('GET', `/Users/${user.id}`)).body.title).toBe('Boss')
  })

  test.each(['after the first table', 'before its history is told'])(
    'that was killed %s goes on when it is run again',
    async (when) => {
      const { home, other } = regions
      regions.cut()
      const given = operation(regions)
      const isPut = async (region: TestRegion) => (await fenceOf(region)).primary === other.name
      let isDead = false
      const dying = given.sites.all.map(({ name, db }) => {
        const send = async (command: never) => {
          isDead ||= when === 'after the first table' ? await isPut(home) : (await isPut(home)) && (await isPut(other))
          if (isDead) throw new Error('The process has died')
          return (db.client.send as (one: never) => unknown)(command)
        }
        return { name, db: { ...db, client: Object.create(db.client, { send: { value: send } }) } }
      })
      const killed = promoteUnplanned({ ...given, sites: { all: dying } }, { to: other.name, account })
      await expect(killed).rejects.toThrow('The process has died')
      expect(await told(other)).toEqual([])
      await promoteUnplanned(given, { to: other.name, account }).catch(({ message }) => message)
      expect(await fences()).toEqual(Array(2).fill({ primary: other.name, epoch: 1001 }))
      expect(await told(other)).toEqual([`Taken over from ${home.name} by ${other.name} without it, epoch 1001`])
      expect((await api(home)('POST', '/Users', newUser('anna'))).status).toBe(503)
      expect((await api(other)('POST', '/Users', newUser('anna'))).status).toBe(201)
      await expect(promoteUnplanned(given, { to: other.name, account })).rejects.toThrow(
        'is the primary region already',
      )
      expect(await told(other)).toHaveLength(1)
    },
  )

  test('has the region that answers take nothing from before the new one takes changes', async () => {
    const { home, other } = regions
    regions.cut()
    const given = operation(regions)
    const seen: (string | undefined)[] = []
    const all = given.sites.all.map((site) => {
      const send = async (command: never) => {
        const answer = await (site.db.client.send as (one: never) => Promise<unknown>)(command)
        seen.push((await fences()).map(({ primary }) => primary).join())
        return answer
      }
      return { ...site, db: { ...site.db, client: Object.create(site.db.client, { send: { value: send } }) } }
    })
    await promoteUnplanned({ ...given, sites: { all } }, { to: other.name, account })
    expect([...new Set(seen)]).toEqual([
      `${home.name},${home.name}`,
      `${other.name},${home.name}`,
      `${other.name},${other.name}`,
    ])
  })
})

describe('a planned move that could not end well', () => {
  test('refuses no change where something that was told does not arrive', async () => {
    const { home, other } = regions
    await api(home)('POST', '/Users', newUser('anna'))
    const given = operation(regions, { delivers: false })
    const { replicator } = regions
    const isHeld = ({ key }: { key: string }) => key.includes('#EVENT#')
    const pause = async (ms: number) => {
      expect((await fenceOf(home)).epoch).toBe(0)
      for (const delivery of replicator.pending()) if (!isHeld(delivery)) await replicator.deliver(delivery)
      await given.pause(ms)
    }
    await expect(planned({ ...given, pause }, other, 1_000)).rejects.toThrow(
      `1 changes of account "${account}" do not arrive in ${other.name}, the first is event `,
    )
    expect(await fences()).toEqual(Array(2).fill({ primary: home.name, epoch: 0 }))
  })

  test('nor where nothing of the new region arrives in the old one', async () => {
    const { home, other } = regions
    const { from, to } = { from: other.name, to: home.name }
    regions.cut({ from, to })
    await expect(planned(operation(regions), other, 600)).rejects.toThrow(
      `What ${from} writes does not arrive in ${to} within 0.6 s: nothing was fenced`,
    )
  })
})

describe('what was left in the middle', () => {
  const status = async () => {
    const rows = await statusOf(operation(regions))
    return rows.map(({ handsOver, unsettled }) => ({
      handsOver,
      unsettled: unsettled.filter((one) => one === account),
    }))
  }

  test('a fence that was put in part: changes are 503 at once, and the status says it', async () => {
    const { home } = regions
    const { db } = home
    const Item = { ...fenceKey(account), primary: home.name, epoch: 2 }
    await db.client.send(new PutCommand({ TableName: db.tableName, Item }))
    const { status: code, body } = await api(home)('POST', '/Users', newUser('anna'))
    expect({ code, detail: body.detail }).toEqual({
      code: 503,
      detail: `The account is moved just now: ${home.name} takes no changes until its fence is whole; nothing was changed, retry after the seconds named in Retry-After`,
    })
    expect(await status()).toMatchObject([{ unsettled: [account] }, { unsettled: [account] }])
    await planned(operation(regions))
    await regions.replicateAll()
    expect(await status()).toMatchObject(Array(2).fill({ unsettled: [] }))
  })

  test('an account that is handed over: the status says it, and nobody fences it to anything else', async () => {
    const { home, other } = regions
    const given = operation(regions)
    const dies = planned({
      ...given,
      pause: async (ms) => {
        if (await isHandedOver()) throw new Error('The process has died')
        await given.pause(ms)
      },
    })
    await expect(dies).rejects.toThrow('The process has died')
    expect(await status()).toMatchObject([{ handsOver: [account] }, { handsOver: [] }])
    await expect(fenceRegion(given, home.name)).rejects.toThrow(
      `The account "${account}" is handed over from ${home.name} to ${other.name}, and no region takes changes: end that first, with rolecall failover promote ${other.name} --planned`,
    )
    expect(await planned(given)).toEqual([{ account, from: home.name, epoch: 3 }])
  })
})

test('an account that does not exist is not moved', async () => {
  const { other } = regions
  const typo = { to: other.name, account: 'nosuch', waitMs: 1_000 }
  const message = 'There is no account "nosuch" in'
  await expect(promotePlanned(operation(regions), typo)).rejects.toThrow(message)
  await expect(promoteUnplanned(operation(regions), typo)).rejects.toThrow(message)
  await expect(runReport(operation(regions), { account: 'nosuch' })).rejects.toThrow(message)
})

test('regions are taken in the order in which the deployment has them', async () => {
  const { home, other } = regions
  const { all } = operation(regions).sites
  await requireOrder([...all].reverse())
  await putBeat(home.db, { own: home.name, all: [home.name, other.name] }, 1)
  await requireOrder(all)
  await expect(requireOrder([...all].reverse())).rejects.toThrow(
    'The deployment has other regions, or in another order: give --regions eu-central-1,eu-west-1',
  )
})

// The last one, since no account is made in the first region any more.
test('an account that only the lost region knew is of the new one once somebody meets it', async () => {
  const { home, other } = regions
  regions.cut()
  account = `unmet-${count}`
  await createAccount(adminContext(home.db, { account: 'default' }), { name: account })
  expect((await api(home)('POST', '/Users', newUser('anna'))).status).toBe(201)
  await promoteUnplanned(withoutHome(), { to: other.name })
  const rows = await runReport(operation(regions), { account })
  expect(rows).toMatchObject([{ account, what: 'missing', name: 'anna' }])
  await fenceRegion(operation(regions), home.name)
  expect((await api(home)('POST', '/Users', newUser('berta'))).status).toBe(503)
  regions.heal()
  await regions.replicateAll()
  expect(await fences()).toEqual(Array(2).fill({ primary: other.name, epoch: expect.any(Number) }))
  expect((await api(other)('POST', '/Users', newUser('berta'))).status).toBe(201)
})
