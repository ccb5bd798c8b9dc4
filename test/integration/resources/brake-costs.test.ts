import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Brake } from '../../../shared/auth/brake.ts'
import { Meter } from '../../bench/meter.ts'
import { withAwsTable } from '../../factories/aws.ts'
import { type Call, newGroup, newUser, patchOf, principal, scimApi } from '../../factories/scim-api.ts'

// Exact figures, as in write-costs.test.ts.

const db = withAwsTable()
const meter = new Meter(db, db.aws)
let number = 0

beforeEach(() => {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true)
})
afterEach(() => {
  vi.restoreAllMocks()
})

const OFF: Partial<Brake> = { mode: 'off' }
const ROOMY: Partial<Brake> = { objects: 1000 }

/** A client of an account of its own with so many users, who are members of one group. */
async function prepare(brake: Partial<Brake>, count: number) {
  const account = `a${++number}`
  const caller = principal({ account, brake: { mode: 'stop', objects: 25, share: 10, ...brake } })
  // Costs are asked for, not times: a busy machine may take its own.
  const call = scimApi(db, caller, { remainingMs: () => 120_000 })
  const create = (n: number) => call('POST', '/Users', newUser(`user-${n}`))
  const ids: string[] = (await Promise.all(Array.from({ length: count }, (_, n) => create(n)))).map(
    ({ body }) => body.id,
  )
  const group = await call('POST', '/Groups', newGroup('Ops', { members: ids.map((value) => ({ value })) }))
  return { call, ids, group: `/Groups/${group.body.id}` }
}

const deactivate = (call: Call, id: string | undefined) =>
  call('PATCH', `/Users/${id}?attributes=active`, patchOf({ op: 'replace', path: 'active', value: false }))
const setTitle = (call: Call, id: string | undefined) =>
  call('PATCH', `/Users/${id}?attributes=active`, patchOf({ op: 'replace', path: 'title', value: 'Chief' }))
const removeMember = (call: Call, group: string, value: string | undefined) =>
  call('PATCH', group, patchOf({ op: 'remove', path: 'members', value: [{ value }] }))

async function costOf(request: () => Promise<{ status: number }>) {
  const { result, usage } = await meter.measure(request)
  const { calls, readUnits, writeUnits } = usage
  return { status: result.status, calls, readUnits, writeUnits }
}

const conflicts = () => db.aws().usage().total.conflicts

/** What the same request costs more with a brake than without. */
async function extraOf(
  brake: Partial<Brake>,
  request: (given: Awaited<ReturnType<typeof prepare>>) => Promise<{ status: number }>,
) {
  const [without, braked] = [await prepare(OFF, 3), await prepare(brake, 3)]
  const [before, after] = [await costOf(() => request(without)), await costOf(() => request(braked))]
  return {
    status: after.status,
    calls: after.calls - before.calls,
    readUnits: after.readUnits - before.readUnits,
    writeUnits: after.writeUnits - before.writeUnits,
  }
}

describe('what the brake costs', () => {
  test.each<[string, number, Parameters<typeof extraOf>[1]]>([
    ['a create', 201, ({ call }) => call('POST', '/Users', newUser('new', { active: false }))],
    ['another change of a user', 200, ({ call, ids }) => setTitle(call, ids[0])],
    ['a read', 200, ({ call, ids }) => call('GET', `/Users/${ids[0]}`)],
    [
      'a rename of a group',
      200,
      ({ call, group }) => call('PATCH', group, patchOf({ op: 'replace', path: 'displayName', value: 'Other' })),
    ],
  ])('nothing for what counts nothing: %s', async (_what, status, request) => {
    expect(await extraOf(ROOMY, request)).toEqual({ status, calls: 0, readUnits: 0, writeUnits: 0 })
  })

  test.each<[string, number, Parameters<typeof extraOf>[1]]>([
    ['a deactivation', 200, ({ call, ids }) => deactivate(call, ids[0])],
    ['a deleted user', 204, ({ call, ids }) => call('DELETE', `/Users/${ids[0]}`)],
    ['a deleted group', 204, ({ call, group }) => call('DELETE', group)],
    ['a removed member', 200, ({ call, group, ids }) => removeMember(call, group, ids[0])],
  ])('one query, one read unit and two write units for what counts: %s', async (_what, status, request) => {
    expect(await extraOf(ROOMY, request)).toEqual({ status, calls: 1, readUnits: 1, writeUnits: 2 })
  })

  test('where the limit may have been passed, once in the hour what the role owns is counted and kept', async () => {
    const { call, ids } = await prepare({ objects: 1, share: 100 }, 3)
    await deactivate(call, ids[0])
    const once = await costOf(() => deactivate(call, ids[1]))
    const then = await costOf(() => deactivate(call, ids[2]))
    expect(once.calls - then.calls).toBe(4)
    expect(once.writeUnits - then.writeUnits).toBe(2)
  })

  test('a refusal looks once; twice where counts have been moved, since a look may meet one of them twice', async () => {
    const { call, ids } = await prepare({ objects: 3, share: 0 }, 6)
    const refuse = () => costOf(() => deactivate(call, ids[5]))
    for (const id of ids.slice(0, 3)) await deactivate(call, id)
    expect((await refuse()).status).toBe(429)
    const { calls, status } = await refuse()
    expect({ calls, status }).toEqual({ calls: 3, status: 429 })
    const other = await prepare({ objects: 3, share: 0 }, 6)
    const members = other.ids.slice(0, 3).map((value) => ({ value }))
    const remove = patchOf({ op: 'remove', path: 'members', value: members })
    expect((await other.call('PATCH', other.group, remove)).status).toBe(200)
    const refused = () => costOf(() => deactivate(other.call, other.ids[5]))
    expect((await refused()).status).toBe(429)
    expect(await refused()).toMatchObject({ calls: 4, status: 429 })
  })

  test('no item is hot: 100 deactivations, 25 at a time, meet each other seldom', async () => {
    const { call, ids } = await prepare(ROOMY, 100)
    const before = conflicts()
    const queue = [...ids]
    const work = async () => {
      for (let id = queue.pop(); id; id = queue.pop()) expect((await deactivate(call, id)).status).toBe(200)
    }
    await Promise.all(Array.from({ length: 25 }, work))
    expect(conflicts() - before).toBeLessThan(100)
  })
})
