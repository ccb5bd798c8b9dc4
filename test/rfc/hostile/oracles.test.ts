import { beforeAll, describe, expect, test } from 'vitest'
import { newUser } from '../../factories/scim-api.ts'
import { withSystem } from '../../factories/system.ts'
import { type Body, client } from '../client.ts'
import { givenGroup, givenUser, patch, pathOf, refusalOf, unique } from '../objects.ts'
import { allRefused } from './unharmed.ts'

const SEARCH = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest'
const SECRET = 'Opensesame-31337'

const system = withSystem()
const { request } = client(system)
let user: Body
beforeAll(async () => {
  user = await givenUser(request, { password: SECRET, title: 'Boss' })
  await givenGroup(request, [user.id])
})

const find = (filter: string) => request('GET', `/Users?filter=${encodeURIComponent(filter)}`)
const search = (more: object) => request('POST', '/Users/.search', { schemas: [SEARCH], ...more })

describe('secrets and what is stored beside the attributes', () => {
  /** Names of the table and of our own records, none of which is an attribute of a user. */
  const stored = [
    ...['passwordHash', 'owner', 'account', 'integration', 'pk', 'sk', 'gsi1pk', 'gsi1sk', 'ttl', 'eventId', 'version'],
    ...['attributes', 'attributes.password', 'tokenId', 'secretHash', '__proto__', 'constructor.name', 'toString'],
  ]

  test.each(stored)('I4 a filter by "%s" tells nothing: 400 invalidFilter', async (name) => {
    const refusals = await allRefused(system, [
      () => find(`${name} pr`),
      () => find(`${name} co "a"`),
      () => find(`not (${name} eq "x")`),
      () => find(`userName pr or ${name} sw "a"`),
      () => search({ filter: `emails[${name} pr]` }),
    ])
    expect(refusals.map(([status, scimType]) => [status, scimType])).toEqual(refusals.map(() => [400, 'invalidFilter']))
  })

  test('I4 a password is not compared, by filter, by path, in an element or under its URN', async () => {
    const detail = 'Cannot filter by password: it is neither compared nor shown; leave it out of the filter'
    const refusals = await allRefused(system, [
      () => find(`password eq "${SECRET}"`),
      () => find('PassWord sw "O"'),
      () => find('userName pr and not (password co "x")'),
      () => find('urn:ietf:params:scim:schemas:core:2.0:User:password pr'),
      () => search({ filter: 'password gt "A"' }),
    ])
    expect(refusals).toEqual(refusals.map(() => [403, 'sensitive', detail]))
  })

  test('I4 sorting and projecting by what is secret or stored shows and orders nothing', async () => {
    await givenUser(request, { password: 'Aaa-first-of-all-1' })
    const plain = (await request('GET', '/Users')).body.Resources.map(({ id }: Body) => id)
    for (const name of ['password', 'passwordHash', 'owner', 'version']) {
      for (const sortOrder of ['ascending', 'descending']) {
        const { status, body } = await request('GET', `/Users?sortBy=${name}&sortOrder=${sortOrder}`)
        if (status === 200) expect(body.Resources.map(({ id }: Body) => id)).toEqual(plain)
        else expect(body.scimType).toMatch(/^invalid/)
      }
      const shown = await request('GET', `${pathOf(user.meta.location)}?attributes=${name},userName`)
      expect(shown.body).toEqual({ schemas: user.schemas, id: user.id, userName: user.userName })
    }
  })

  test('I4 I2 a password is in no answer and in no error, whatever is wrong with the rest', async () => {
    const twice = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"x","password":"${SECRET}","password":"${SECRET}"}`
    const answers = [
      await request('POST', '/Users', newUser(unique('p'), { password: SECRET })),
      await request('POST', '/Users', newUser(user.userName, { password: SECRET })),
      await request('POST', '/Users', newUser('', { password: SECRET })),
      await request('POST', '/Users', twice),
      await request('POST', '/Users', newUser(unique('p'), { password: { value: SECRET } })),
      await request('POST', '/Users', newUser(unique('p'), { password: [SECRET] })),
      await patch(request, user, { op: 'replace', path: 'password', value: SECRET }),
      await patch(request, user, { op: 'replace', value: { password: SECRET, active: 'maybe' } }),
      await patch(request, user, { op: 'add', path: 'password.x', value: SECRET }),
      await patch(request, user, { op: 'remove', path: 'password', value: SECRET }),
      await request('GET', `${pathOf(user.meta.location)}?attributes=password`),
      await search({ attributes: ['password'] }),
    ]
    for (const answer of answers) expect(JSON.stringify(answer)).not.toContain(SECRET)
  })
})

describe('grammar bombs', () => {
  const terms = (count: number) => Array.from({ length: count }, (_, n) => `title eq "${n}"`).join(' and ')
  test.each<[string, string, RegExp]>([
    [
      'a filter of 11,000 characters',
      `userName eq "${'x'.repeat(11_000)}"`,
      /: \d+ characters are more than 10240; ask for less at once$/,
    ],
    ['201 terms', terms(201), /more than 200 terms/],
    ['33 parentheses', `${'('.repeat(33)}title pr${')'.repeat(33)}`, /deeper than 32 levels/],
    ['5,000 open parentheses', '('.repeat(5000), /deeper than 32 levels/],
    ['1,000 times not', 'not ('.repeat(1000), /deeper than 32 levels/],
    ['5,000 brackets', 'emails['.repeat(1000), /expected|cannot|Cannot/],
    ['nothing but blanks', ' '.repeat(5000), /expected|empty/],
    ['an unfinished string', `userName eq "${'\\"'.repeat(4000)}`, /quote|string|closing/],
    ['a chain of dots', `${'a.'.repeat(4000)}a pr`, /no attribute|no such attribute|expected/],
    ['a line break', 'userName\neq\n"x" ; drop', /expected/],
    ['a lone surrogate', 'userName eq "\\ud800"', /surrogate|pair/],
  ])('D1 FIL-9 %s is 400 invalidFilter', async (_name, filter, detail) => {
    const refusals = await allRefused(system, [() => search({ filter })])
    expect(refusals).toEqual([[400, 'invalidFilter', expect.stringMatching(detail)]])
    expect(refusals[0]?.[2].length).toBeLessThan(400)
  })

  test.each<[string, string]>([
    ['201 terms', `emails[${Array.from({ length: 201 }, (_, n) => `value eq "${n}"`).join(' or ')}].type`],
    ['5,000 open parentheses', `emails[${'('.repeat(5000)}`],
    ['20,000 characters', `emails[value eq "${'x'.repeat(20_000)}"]`],
  ])('D1 PAT-4 a PATCH path of %s is refused', async (_name, path) => {
    const [refusal] = await allRefused(system, [() => patch(request, user, { op: 'replace', path, value: 'x' })])
    expect(refusal?.slice(0, 2)).toEqual([400, 'invalidFilter'])
    expect(refusal?.[2].length).toBeLessThan(400)
  })

  test('D1 D3 patterns that make expressions backtrack are text like any other, and quick', async () => {
    await givenUser(request, { displayName: 'a'.repeat(50_000) })
    for (const text of [`${'a'.repeat(2000)}!`, '(a+)+$', '.*'.repeat(500), '%'.repeat(1000), '_'.repeat(1000)]) {
      const { status, body } = await find(`displayName co ${JSON.stringify(text)}`)
      expect([status, body.totalResults]).toEqual([200, 0])
    }
  })

  test('D1 1,000 operations, each seeing the last, take less than a second', async () => {
    const elements = Array.from({ length: 500 }, (_, n) => ({
      op: 'add',
      path: `phoneNumbers[type eq "t${n}"].value`,
      value: String(n),
    }))
    const changes = Array.from({ length: 500 }, (_, n) => ({
      op: 'replace',
      path: `phoneNumbers[type eq "t${n}" and value eq "${n}"].display`,
      value: `d${n}`,
    }))
    const heavy = await givenUser(request)
    const { status, body } = await patch(request, heavy, ...elements, ...changes)
    expect([status, body.phoneNumbers.length, body.phoneNumbers[499]]).toEqual([
      200,
      500,
      { value: '499', type: 't499', display: 'd499' },
    ])
  })
})

describe('half-valid requests', () => {
  test('PAT-2 a thousand good operations before a bad one leave nothing', async () => {
    const good = Array.from({ length: 999 }, (_, n) => ({ op: 'replace', path: 'title', value: String(n) }))
    const [refusal] = await allRefused(system, [
      () => patch(request, user, ...good, { op: 'replace', path: 'active', value: 'perhaps' }),
    ])
    expect(refusal).toEqual([400, 'invalidValue', 'Cannot read active "perhaps": expected true or false'])
  })

  test('I2 no refusal says where it was made', async () => {
    const answers = [
      await request('POST', '/Users', '{"a":'),
      await find('title eq'),
      await patch(request, user, { op: 'replace', path: 'x.y.z', value: 1 }),
      await request('GET', '/Users/%'),
      await request('GET', '/nowhere'),
      await request('PUT', '/Users', {}),
      await request('GET', '/Users', undefined, { authorization: undefined }),
    ]
    for (const answer of answers) {
      const [, , detail] = refusalOf(answer)
      expect(detail).not.toMatch(/\bat \w+ \(|node_modules|\.[tj]s\b|dynamodb|arn:|undefined|\[object|zod|stack/i)
      expect(Object.keys(answer.headers)).not.toContain('x-powered-by')
      expect(answer.headers.server ?? '').not.toMatch(/node|express/i)
    }
  })
})
