import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { SeededIntegration } from '../../local/seed.ts'
import { patchOf } from '../factories/scim-api.ts'
import { withSystem } from '../factories/system.ts'
import { type Body, client } from './client.ts'
import {
  givenGroup,
  givenUser,
  memberIds,
  patch,
  pathOf,
  type Refusal,
  readAgain,
  refusalOf,
  unique,
} from './objects.ts'

const system = withSystem()
const { request } = client(system)
/** Users that stay: a, b and c are the members of each test's group, d and e are not. */
let ids: Record<'a' | 'b' | 'c' | 'd' | 'e', string>
let group: Body

beforeAll(async () => {
  const [a, b, c, d, e] = await Promise.all(['a', 'b', 'c', 'd', 'e'].map(() => givenUser(request)))
  ids = { a: a.id, b: b.id, c: c.id, d: d.id, e: e.id }
})
beforeEach(async () => {
  group = await givenGroup(request, [ids.a, ids.b, ids.c])
})

type Name = keyof typeof ids
const values = (...names: Name[]) => names.map((name) => ({ value: ids[name] }))
const listed = (...names: Name[]) => names.map((name) => ids[name]).sort()
const where = (...names: Name[]) => `members[${names.map((name) => `value eq "${ids[name]}"`).join(' or ')}]`
/** The group's version counts its changes. */
const versionOf = ({ meta }: Body) => Number(/\d+/.exec(meta.version)?.[0])

describe('members of a group (RFC 7644 §3.5.2)', () => {
  test.each<[string, () => unknown[], Name[]]>([
    ['add one', () => [{ op: 'add', path: 'members', value: values('d') }], ['a', 'b', 'c', 'd']],
    ['add one object', () => [{ op: 'add', path: 'members', value: values('d')[0] }], ['a', 'b', 'c', 'd']],
    ['add many', () => [{ op: 'add', path: 'members', value: values('d', 'e') }], ['a', 'b', 'c', 'd', 'e']],
    ['add one twice', () => [{ op: 'add', path: 'members', value: values('d', 'd') }], ['a', 'b', 'c', 'd']],
    [
      'add with $ref null (Entra)',
      () => [{ op: 'Add', path: 'members', value: [{ $ref: null, value: ids.d }] }],
      ['a', 'b', 'c', 'd'],
    ],
    ['add in a value without a path', () => [{ op: 'add', value: { members: values('d') } }], ['a', 'b', 'c', 'd']],
    ['remove by filter', () => [{ op: 'remove', path: where('a') }], ['b', 'c']],
    ['remove by filter in another case', () => [{ op: 'remove', path: `MEMBERS[VALUE EQ "${ids.a}"]` }], ['b', 'c']],
    ['remove by or-filter', () => [{ op: 'remove', path: where('a', 'c', 'd') }], ['b']],
    ['remove by another filter', () => [{ op: 'remove', path: `members[not (value eq "${ids.b}")]` }], ['b']],
    ['remove by type', () => [{ op: 'remove', path: 'members[type eq "User"]' }], []],
    [
      'remove by $ref',
      () => [{ op: 'remove', path: `members[$ref eq "${system.baseUrl}/Users/${ids.a}"]` }],
      ['b', 'c'],
    ],
    ['remove all', () => [{ op: 'remove', path: 'members' }], []],
    ['replace', () => [{ op: 'replace', path: 'members', value: values('c', 'd') }], ['c', 'd']],
    ['replace by one object', () => [{ op: 'replace', path: 'members', value: values('d')[0] }], ['d']],
    ['replace by none', () => [{ op: 'replace', path: 'members', value: [] }], []],
    ['replace in a value without a path', () => [{ op: 'replace', value: { members: values('e') } }], ['e']],
    [
      'several operations, each seeing the last',
      () => [
        { op: 'remove', path: 'members' },
        { op: 'add', path: 'members', value: values('d', 'e') },
        { op: 'remove', path: where('d') },
        { op: 'add', path: 'members', value: values('a') },
      ],
      ['a', 'e'],
    ],
    [
      'remove and add of one member',
      () => [
        { op: 'remove', path: where('a') },
        { op: 'add', path: 'members', value: values('a', 'd') },
      ],
      ['a', 'b', 'c', 'd'],
    ],
  ])('PAT-21 %s', async (_name, operations, expected) => {
    const { status, body } = await patch(request, group, ...operations())
    expect([status, memberIds(body), versionOf(body)]).toEqual([200, listed(...expected), 2])
    expect(await readAgain(request, group)).toEqual(body)
    for (const name of ['a', 'd'] as const) {
      const { groups } = await readAgain(request, { meta: { location: `/scim/v2/Users/${ids[name]}` } })
      const isListed = groups.some(({ value }: Body) => value === group.id)
      expect([name, isListed]).toEqual([name, expected.includes(name)])
    }
  })

  test.each<[string, () => unknown[]]>([
    ['PAT-7 PAT-21 adding members again', () => [{ op: 'add', path: 'members', value: values('a', 'b') }]],
    ['PAT-21 removing who is no member', () => [{ op: 'remove', path: where('d') }]],
    ['PAT-21 removing an id nobody has', () => [{ op: 'remove', path: 'members[value eq "nobody"]' }]],
    [
      'PAT-10 removing an id nobody has, by a list',
      () => [{ op: 'Remove', path: 'members', value: [{ value: 'nobody' }] }],
    ],
    ['PAT-10 removing an empty list', () => [{ op: 'Remove', path: 'members', value: [] }]],
    ['PAT-12 adding an empty list', () => [{ op: 'add', path: 'members', value: [] }]],
    ['PAT-7 replacing by the same', () => [{ op: 'replace', path: 'members', value: values('c', 'b', 'a') }]],
    [
      'PAT-7 a removal that is undone',
      () => [
        { op: 'remove', path: 'members' },
        { op: 'add', path: 'members', value: values('a', 'b', 'c') },
      ],
    ],
  ])('%s changes nothing', async (_name, operations) => {
    const { status, body } = await patch(request, group, ...operations())
    expect([status, { ...body, members: memberIds(body) }]).toEqual([200, { ...group, members: listed('a', 'b', 'c') }])
  })

  test.each<[string, () => unknown, Name[]]>([
    ['a list of one (Entra)', () => values('a'), ['b', 'c']],
    ['a list of several', () => values('a', 'c'), ['b']],
    ['one object', () => values('a')[0], ['b', 'c']],
    ['a list with $ref null', () => [{ $ref: null, value: ids.b }], ['a', 'c']],
  ])('PAT-10 remove with %s removes just those', async (_name, value, expected) => {
    const { status, body } = await patch(request, group, { op: 'Remove', path: 'members', value: value() })
    expect([status, memberIds(body)]).toEqual([200, listed(...expected)])
  })

  test.each([
    ['no value', [{ $ref: '/Users/u' }]],
    ['a display alone', [{ display: 'd' }]],
    ['a type alone', [{ type: 'User' }]],
    ['unknown names', [{ foo: 1 }]],
    ['nothing', [{}]],
    ['no array and no value', { $ref: '/Users/u' }],
    ['an empty value', { value: '' }],
  ])('PAT-22 RES-15 a member of %s without a path is refused as it is with one', async (_case, value) => {
    const group = await givenGroup(request)
    const named = refusalOf(await patch(request, group, { op: 'add', path: 'members', value }))
    expect(named.slice(0, 2)).toEqual([400, 'invalidValue'])
    expect(refusalOf(await patch(request, group, { op: 'add', value }))).toEqual(named)
    expect(await readAgain(request, group)).toEqual(group)
  })

  test('PAT-22 RES-15 one member without a path is a list of one', async () => {
    const [user, group] = [await givenUser(request), await givenGroup(request)]
    const { status, body } = await patch(request, group, { op: 'add', value: { value: user.id } })
    expect([status, memberIds(body)]).toEqual([200, [user.id]])
  })

  test('PAT-22 an array without a path adds members (Snowflake)', async () => {
    const { status, body } = await patch(request, group, { op: 'add', value: values('d') })
    expect([status, memberIds(body)]).toEqual([200, listed('a', 'b', 'c', 'd')])
  })

  test('PAT-21 OKT-2 rename, removal and addition in one request (Snowflake)', async () => {
    const displayName = unique('renamed')
    const { status, body } = await patch(
      request,
      group,
      { op: 'replace', value: { id: group.id, displayName } },
      { op: 'remove', path: where('a') },
      { op: 'add', value: values('d') },
    )
    expect([status, body.displayName, memberIds(body)]).toEqual([200, displayName, listed('b', 'c', 'd')])
    const { groups } = await readAgain(request, { meta: { location: `/scim/v2/Users/${ids.d}` } })
    expect(groups).toContainEqual({ value: group.id, $ref: group.meta.location, display: displayName, type: 'direct' })
  })

  test.each<[string, () => unknown, Refusal]>([
    [
      'PAT-2 an unknown member',
      () => ({ op: 'add', path: 'members', value: [...values('d'), { value: 'nobody' }] }),
      [400, 'invalidValue', 'Cannot add "nobody" as member: there is no such user; create the user first'],
    ],
    [
      'PAT-5 a member without a value',
      () => ({ op: 'add', path: 'members', value: [{ display: 'x' }] }),
      [400, 'invalidValue', 'The attribute members.value is required: send it with a value'],
    ],
    [
      'PAT-10 a member named by another word',
      () => ({ op: 'replace', path: 'members', value: [{ id: ids.d }] }),
      [400, 'invalidValue', 'The attribute members.value is required: send it with a value'],
    ],
    [
      'PAT-10 a list inside an object',
      () => ({ op: 'add', path: 'members', value: { members: values('d') } }),
      [400, 'invalidValue', 'The attribute members.value is required: send it with a value'],
    ],
    [
      'PAT-10 a member without a value to remove',
      () => ({ op: 'remove', path: 'members', value: [{ value: null }] }),
      [400, 'invalidValue', 'The attribute members.value is required: send it with a value'],
    ],
    [
      'PAT-5 a member that is a number',
      () => ({ op: 'add', path: 'members', value: [{ value: 5 }] }),
      [400, 'invalidValue', 'Cannot read members.value 5: expected a string'],
    ],
    [
      'PUT-5 PAT-9 the immutable parts of a member',
      () => ({ op: 'replace', path: `${where('a')}.display`, value: 'x' }),
      [
        400,
        'mutability',
        'Cannot replace a part of a member: memberships are added and removed whole; use the path "members", or members[value eq "<id>"] with remove',
      ],
    ],
    [
      'PAT-9 its displayName',
      () => ({ op: 'remove', path: 'displayName' }),
      [400, 'mutability', 'Cannot remove displayName: it is required; replace it instead'],
    ],
    [
      'PAT-16 an empty displayName',
      () => ({ op: 'replace', path: 'displayName', value: '' }),
      [400, 'invalidValue', 'Cannot use an empty displayName: send at least one character'],
    ],
    [
      'PAT-13 its id',
      () => ({ op: 'replace', path: 'id', value: 'x' }),
      [400, 'mutability', 'Cannot replace id: it is read-only; leave it out'],
    ],
  ])('%s is refused, and with it what came before', async (_name, operation, refusal) => {
    const before = { op: 'remove', path: where('a') }
    expect(refusalOf(await patch(request, group, before, operation()))).toEqual(refusal)
    const { members, ...rest } = await readAgain(request, group)
    expect({ ...rest, members: memberIds({ members }) }).toEqual({ ...group, members: listed('a', 'b', 'c') })
  })

  test('PAT-16 a displayName that another group has is 409, whatever its letter case', async () => {
    const other = await givenGroup(request)
    const taken = other.displayName.toUpperCase()
    const [status, scimType] = refusalOf(
      await patch(request, group, { op: 'replace', path: 'displayName', value: taken }),
    )
    expect([status, scimType]).toEqual([409, 'uniqueness'])
    expect((await readAgain(request, group)).displayName).toBe(group.displayName)
  })

  test('PAT-23 simultaneous patches of different members all count, and so do removals', async () => {
    const users = await Promise.all(Array.from({ length: 12 }, () => givenUser(request)))
    const additions = users.map(({ id }) => ({ op: 'add', path: 'members', value: [{ value: id }] }))
    const operations = [...additions, { op: 'remove', path: where('a') }, { op: 'remove', path: where('b') }]
    const answers = await Promise.all(operations.map((operation) => patch(request, group, operation)))
    // Who lost a race cannot know the version its change became.
    expect(answers.filter(({ status }) => status !== 200 && status !== 204)).toEqual([])
    const after = await readAgain(request, group)
    expect(memberIds(after)).toEqual([ids.c, ...users.map(({ id }) => id)].sort())
    expect(versionOf(after)).toBe(1 + operations.length)
  })
})

describe('the answer to a PATCH of a group', () => {
  test.each<[SeededIntegration, number]>([
    ['OKTA_PROVISIONING', 200],
    ['GENERIC_PROVISIONING', 200],
    ['AZURE_PROVISIONING', 204],
  ])('PAT-20 %s gets %i, and with attributes always 200', async (integration, status) => {
    const caller = client(system, integration).request
    const user = await givenUser(caller)
    const pushed = await givenGroup(caller)
    const path = pathOf(pushed.meta.location)
    const bare = await caller('PATCH', path, patchOf({ op: 'add', path: 'members', value: [{ value: user.id }] }))
    expect([bare.status, bare.headers.etag, bare.headers.location]).toEqual([status, 'W/"2"', pushed.meta.location])
    const current = await readAgain(caller, pushed)
    expect(bare.body).toEqual(status === 204 ? undefined : current)
    expect(memberIds(current)).toEqual([user.id])
    const body = patchOf({ op: 'replace', path: 'externalId', value: 'x' })
    const part = await caller('PATCH', `${path}?attributes=externalId`, body)
    expect([part.status, part.body]).toEqual([200, { schemas: pushed.schemas, id: pushed.id, externalId: 'x' }])
    const rest = await caller('PATCH', `${path}?excludedAttributes=members`, body)
    expect([rest.status, rest.body.members, rest.body.externalId]).toEqual([200, undefined, 'x'])
  })
})
