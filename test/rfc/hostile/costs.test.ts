import { beforeAll, describe, expect, test } from 'vitest'
import { withTable } from '../../factories/engine.ts'
import { type Call, newGroup, newUser, patchOf, scimApi } from '../../factories/scim-api.ts'
import { settle } from '../../factories/settle.ts'
import { watchedDb } from '../../factories/watched-db.ts'

const GETTERS = new Set(['GetCommand', 'QueryCommand', 'BatchGetCommand', 'TransactGetCommand', 'ScanCommand'])
const USERS = 120

const db = withTable()
let small: string
let large: string
beforeAll(async () => {
  const call = scimApi(db)
  const ids: string[] = []
  for (let n = 0; n < USERS; n++) ids.push((await call('POST', '/Users', newUser(`cost-${n}`))).body.id)
  const members = ids.map((value) => ({ value }))
  large = (await call('POST', '/Groups', newGroup('Large', { members }))).body.id
  small = (await call('POST', '/Groups', newGroup('Small'))).body.id
  await settle(db)
})

/** The read units of one call, in a client of its own. */
async function readUnits(act: (call: Call) => Promise<{ status: number }>, status = 200): Promise<number> {
  const { db: watched, calls } = watchedDb(db)
  expect((await act(scimApi(watched))).status).toBe(status)
  return calls.filter(({ command }) => GETTERS.has(command)).reduce((sum, { units }) => sum + units, 0)
}

const group = (id: string) => readUnits((call) => call('GET', `/Groups/${id}?excludedAttributes=members`))
const list = (query: string) => readUnits((call) => call('GET', `/Users?${query}`))

describe('what reads cost', () => {
  test('D3 a group without its members costs the same whatever its size', async () => {
    const units = await group(large)
    expect(units).toBe(await group(small))
    expect(units).toBeLessThanOrEqual(1)
  })

  test('D3 a change of one member costs the same whatever the size of the group', async () => {
    const { body: user } = await scimApi(db)('POST', '/Users', newUser('newcomer'))
    const add = patchOf({ op: 'add', path: 'members', value: [{ value: user.id }] })
    const change = (id: string) => readUnits((call) => call('PATCH', `/Groups/${id}?excludedAttributes=members`, add))
    const units = await change(large)
    expect(units).toBe(await change(small))
    expect(units).toBeLessThanOrEqual(2)
  })

  test('D3 a page beyond the end costs no more than a count', async () => {
    const count = await list('count=0')
    expect(await list('startIndex=999999999&excludedAttributes=groups')).toBeLessThanOrEqual(count + 1)
  })

  test('D3 a page costs what it holds, not what is there', async () => {
    const one = await list('count=1&excludedAttributes=groups')
    const ten = await list('count=10&excludedAttributes=groups')
    const all = await list(`count=${USERS}&excludedAttributes=groups`)
    expect(one).toBeLessThanOrEqual(ten)
    expect(ten).toBeLessThan(all / 2)
  })

  test('D3 filters by names, ids and addresses cost the same whatever is there', async () => {
    for (const filter of [
      'userName eq "cost-7"',
      'userName eq "nobody"',
      'externalId eq "x"',
      'emails.value eq "x@y"',
    ]) {
      const units = await list(`excludedAttributes=groups&filter=${encodeURIComponent(filter)}`)
      expect([filter, units <= 2.5]).toEqual([filter, true])
    }
  })
})
