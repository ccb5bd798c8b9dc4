import { beforeAll, describe, expect, test } from 'vitest'
import type { Privilege } from '../../../shared/auth/privileges.ts'
import { testTable } from '../../factories/engine.ts'
import { type Answer, type Call, newGroup, newUser, patchOf, principal, scimApi } from '../../factories/scim-api.ts'

/** The owner's user and group, and a user of the role that looks on. */
let owner: Call
let ids: { hidden: string; seen: string; group: string }
let as: (...privileges: Privilege[]) => Call

beforeAll(async () => {
  const db = await testTable()
  owner = scimApi(db, principal({ privileges: ['createUser', 'createRole', 'monitorUser'] }))
  as = (...privileges) => scimApi(db, principal({ role: 'ONLOOKER', integration: 'ONLOOKER', privileges }))
  const create = async (call: Call, path: string, body: object) => (await call('POST', path, body)).body.id
  const hidden = await create(owner, '/Users', newUser('hidden@example.com'))
  const seen = await create(as('createUser'), '/Users', newUser('seen@example.com'))
  const members = [
    { value: hidden, display: 'Hidden Name' },
    { value: seen, display: 'Seen Name' },
  ]
  ids = { hidden, seen, group: await create(owner, '/Groups', newGroup('Secret Project', { members })) }
  await create(owner, '/Groups', newGroup('Aardvarks', { members: [{ value: hidden, display: 'Zoe' }] }))
})

const userRef = (id: string) => `https://scim.example.com/scim/v2/Users/${id}`
const member = (value: string, display?: string) => ({
  value,
  $ref: userRef(value),
  ...(display && { display }),
  type: 'User',
})
const names = ({ body }: Answer): string[] => body.Resources.map((group: Answer['body']) => group.displayName)
const byValue = (a: { value: string }, b: { value: string }) => (a.value < b.value ? -1 : 1)

describe('AUT-5 names of members whom the caller cannot see', () => {
  test('are for the owner of the group and for those who see every user', async () => {
    const named = [member(ids.hidden, 'Hidden Name'), member(ids.seen, 'Seen Name')].sort(byValue)
    for (const call of [owner, as('monitorRole', 'monitorUser')]) {
      expect((await call('GET', `/Groups/${ids.group}`)).body.members).toEqual(named)
    }
  })

  test('are in no answer to those who see every group and not every user', async () => {
    const bare = [member(ids.hidden), member(ids.seen)].sort(byValue)
    const onlooker = as('monitorRole')
    const only = ({ body }: Answer) => body.Resources.map((group: Answer['body']) => group.members)
    const search = { schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'], filter: `id eq "${ids.group}"` }
    expect((await onlooker('GET', `/Groups/${ids.group}`)).body.members).toEqual(bare)
    expect(only(await onlooker('GET', '/Groups?filter=displayName eq "Secret Project"'))).toEqual([bare])
    expect(only(await onlooker('GET', `/Groups?filter=members.value eq "${ids.seen}"`))).toEqual([bare])
    expect(only(await onlooker('GET', '/Groups?sortBy=members.display'))).toContainEqual(bare)
    expect(only(await onlooker('POST', '/Groups/.search', search))).toEqual([bare])
    expect(only(await onlooker('POST', '/.search', search))).toEqual([bare])
    const displays = await onlooker('GET', `/Groups/${ids.group}?attributes=members.display`)
    expect(JSON.stringify(displays.body)).not.toContain('Name')
  })

  test('are found by no filter and decide no order', async () => {
    const filters = ['members.display eq "Hidden Name"', 'members[display sw "H"]', 'members.display pr']
    for (const filter of filters) {
      const query = `/Groups?filter=${encodeURIComponent(filter)}`
      expect([filter, names(await as('monitorRole')('GET', query))]).toEqual([filter, []])
      expect([filter, names(await owner('GET', query))]).toEqual([filter, expect.arrayContaining(['Secret Project'])])
    }
    const sorted = '/Groups?sortBy=members.display&sortOrder=descending'
    expect(names(await owner('GET', sorted))).toEqual(['Aardvarks', 'Secret Project'])
    expect(names(await as('monitorRole')('GET', sorted))).toEqual(['Secret Project', 'Aardvarks'])
  })

  test('are not told by a change that is refused, or by a PATCH path', async () => {
    const onlooker = as('monitorRole', 'createRole')
    const body = patchOf({ op: 'remove', path: 'members[display eq "Hidden Name"]' })
    const { status, body: refusal } = await onlooker('PATCH', `/Groups/${ids.group}`, body)
    expect([status, refusal.detail]).toEqual([403, expect.not.stringContaining('Name')])
  })
})

describe('AUT-5 names of groups that the caller does not see', () => {
  test('a user shows no group of another role, in answers, filters, order and version', async () => {
    const blind = as('createUser')
    const { body } = await blind('GET', `/Users/${ids.seen}`)
    expect(body.groups).toEqual([])
    for (const filter of ['groups.display co "Secret"', 'groups pr', `groups.value eq "${ids.group}"`]) {
      const found = await blind('GET', `/Users?filter=${encodeURIComponent(filter)}`)
      expect([filter, found.body.totalResults]).toEqual([filter, 0])
    }
    const shown = (await as('monitorRole')('GET', `/Users/${ids.seen}`)).body
    expect(shown.groups).toMatchObject([{ value: ids.group, display: 'Secret Project' }])
    expect(shown.meta.version).not.toBe(body.meta.version)
  })
})
