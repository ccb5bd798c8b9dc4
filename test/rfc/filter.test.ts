import { beforeAll, describe, expect, test } from 'vitest'
import { newGroup, newUser, patchOf } from '../factories/scim-api.ts'
import { withSystem } from '../factories/system.ts'
import { type Body, client } from './client.ts'
import { expectRefused } from './refusal.ts'

const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User'
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const SNOWFLAKE = 'urn:ietf:params:scim:schemas:extension:2.0:User'

const USERS = {
  ann: newUser('Ann@Example.com', {
    externalId: 'E-1',
    displayName: 'Ann "the boss" O\'Malley',
    name: { givenName: 'Ann', familyName: "O'Malley" },
    emails: [
      { value: 'ann@work.example', type: 'work', primary: true },
      { value: 'ann@home.example', type: 'home' },
    ],
    phoneNumbers: [{ value: '+1 555', type: 'work' }],
    title: 'Manager',
    active: true,
    profileUrl: 'https://Example.com/Ann',
    password: 'opensesame',
    [ENTERPRISE]: { department: 'R&D', manager: { value: 'M1' } },
  }),
  bob: newUser('bob', {
    externalId: 'e-1',
    displayName: 'Bob',
    name: { givenName: 'Bob' },
    emails: [
      { value: 'bob@home.example', type: 'work' },
      { value: 'bob@work.example', type: 'home', primary: true },
    ],
    nickName: 'C:\\temp',
    title: '',
    active: false,
    [ENTERPRISE]: { department: 'sales' },
    [SNOWFLAKE]: { type: 'legacy_service' },
  }),
  cyd: newUser('Cyd.Ünal', { displayName: 'cyd', name: { familyName: 'Ünal' }, title: 'MANAGER' }),
  dee: newUser('dee', {
    title: 'a.*b(c)[d] and "e" or not \\d+',
    nickName: 'Zoë 👩‍🚀',
    roles: [{ value: 'admin', primary: 'True' }],
    x509Certificates: [{ value: 'TUlJQg==' }],
  }),
}
type Name = keyof typeof USERS

const system = withSystem()
const { request } = client(system)
const users = {} as Record<Name, Body>
const groups = {} as Record<'ops' | 'dev' | 'empty', Body>
let names: Map<string, string>
beforeAll(async () => {
  for (const [name, body] of Object.entries(USERS)) {
    users[name as Name] = (await request('POST', '/Users', body)).body
  }
  const group = async (displayName: string, members: Name[], more: object = {}) => {
    const elements = members.map((name) => ({ value: users[name].id }))
    return (await request('POST', '/Groups', newGroup(displayName, { members: elements, ...more }))).body
  }
  groups.ops = await group('Ops Team', ['ann', 'bob'], { externalId: 'G-1' })
  groups.dev = await group('dev', ['cyd'])
  groups.empty = await group('Empty', [])
  names = new Map([...Object.entries(users), ...Object.entries(groups)].map(([name, { id }]) => [id, name]))
})

const get = (path: string, filter: string) => request('GET', `${path}?filter=${encodeURIComponent(filter)}`)

/** The names of what a filter finds, sorted; totals are exact. */
async function find(filter: string, path = '/Users'): Promise<string[]> {
  const { status, body } = await get(path, filter)
  expect({ filter, status, body }).toMatchObject({ status: 200, body: { totalResults: body.Resources?.length } })
  return body.Resources.map(({ id }: Body) => names.get(id) ?? 'another').sort()
}

/** `ann bob` as the list of names. */
const list = (text: string) => text.split(' ').filter((name) => name !== '')

describe('operators', () => {
  test.each([
    ['userName eq "ann@example.com"', 'ann'],
    ['userName ne "ann@example.com"', 'bob cyd dee'],
    ['userName co "EXAMPLE"', 'ann'],
    ['userName sw "aNN"', 'ann'],
    ['userName ew ".COM"', 'ann'],
    ['nickName pr', 'bob dee'],
    ['userName gt "bob"', 'cyd dee'],
    ['userName ge "bob"', 'bob cyd dee'],
    ['userName lt "bob"', 'ann'],
    ['userName le "BOB"', 'ann bob'],
    ['USERNAME EQ "bob"', 'bob'],
    ['username Eq "bob" OR uSeRnAmE eQ "dee"', 'bob dee'],
    ['NOT (externalId pr) And userName SW "d"', 'dee'],
    ['nickName Pr', 'bob dee'],
    ['(userName eq "bob")', 'bob'],
    ['  userName   eq   "bob"  ', 'bob'],
    ['active eq true', 'ann cyd dee'],
    ['active ne true', 'bob'],
    ['active eq "False"', 'bob'],
    ['roles.primary eq true', 'dee'],
    ['roles[primary eq "True"].value eq "admin"', 'dee'],
    ['x509Certificates.value eq "TUlJQg=="', 'dee'],
    ['x509Certificates.value sw "TUl"', 'dee'],
  ])('FIL-1 %s', async (filter, expected) => {
    expect(await find(filter)).toEqual(list(expected))
  })
})

describe('letter case', () => {
  test.each([
    ['userName eq "CYD.ÜNAL"', 'cyd'],
    ['displayName eq "BOB"', 'bob'],
    ['name.familyName eq "ünAL"', 'cyd'],
    ['emails.value eq "ANN@WORK.EXAMPLE"', 'ann'],
    ['emails.type eq "WORK"', 'ann bob'],
    ['title eq "manager"', 'ann cyd'],
    ['externalId eq "E-1"', 'ann'],
    ['externalId eq "e-1"', 'bob'],
    ['externalId sw "E"', 'ann'],
    ['profileUrl eq "https://Example.com/Ann"', 'ann'],
    ['profileUrl co "example"', ''],
    ['meta.resourceType eq "User"', 'ann bob cyd dee'],
    ['meta.resourceType eq "user"', ''],
    [`${ENTERPRISE}:manager.value eq "M1"`, 'ann'],
    [`${ENTERPRISE}:manager.value eq "m1"`, ''],
    ['x509Certificates.value eq "tuljqg=="', ''],
  ])('FIL-2 %s', async (filter, expected) => {
    expect(await find(filter)).toEqual(list(expected))
  })

  test('FIL-2 id, meta.location and meta.version compare with case', async () => {
    const { id, meta } = (await request('GET', `/Users/${users.dee.id}`)).body
    expect(await find(`id eq "${id}"`)).toEqual(['dee'])
    expect(await find(`id eq "${id.toUpperCase()}"`)).toEqual([])
    expect(await find(`meta.location eq "${meta.location}"`)).toEqual(['dee'])
    expect(await find(`meta.location eq "${meta.location.toUpperCase()}"`)).toEqual([])
    expect(await find(`id eq "${id}" and meta.version eq ${JSON.stringify(meta.version)}`)).toEqual(['dee'])
    expect(await find(`id eq "${id}" and meta.version eq ${JSON.stringify(meta.version.toLowerCase())}`)).toEqual([])
    const inGroup = (await request('GET', `/Users/${users.ann.id}`)).body
    expect(await find(`id eq "${inGroup.id}" and meta.version eq ${JSON.stringify(inGroup.meta.version)}`)).toEqual([
      'ann',
    ])
  })
})

describe('instants', () => {
  test('FIL-3 they compare as instants: with offsets, with one to seven digits of fractions, or none', async () => {
    const { created } = users.bob.meta
    const at = Date.parse(created)
    const withOffset = new Date(at + 5.5 * 3_600_000).toISOString().replace('Z', '+05:30')
    for (const same of [created, withOffset, created.replace('Z', '0000Z'), created.replace('Z', '00-00:00')]) {
      expect([same, await find(`userName eq "bob" and meta.created eq "${same}"`)]).toEqual([same, ['bob']])
    }
    const [before, after] = [-1, 1].map((ms) => new Date(at + ms).toISOString())
    const own = (operator: string, instant?: string) =>
      find(`userName eq "bob" and meta.created ${operator} "${instant}"`)
    expect(await own('gt', before)).toEqual(['bob'])
    expect(await own('ge', created)).toEqual(['bob'])
    expect(await own('gt', created)).toEqual([])
    expect(await own('lt', after)).toEqual(['bob'])
    expect(await own('le', before)).toEqual([])
    expect(await own('ne', after)).toEqual(['bob'])
    expect(await find('meta.lastModified ge "2011-05-13T04:42:34Z"')).toEqual(['ann', 'bob', 'cyd', 'dee'])
    expect(await find('meta.created lt "2011-05-13T04:42:34.1-07:00"')).toEqual([])
  })
})

describe('precedence', () => {
  test.each([
    ['userName eq "ann@example.com" or userName eq "bob" and active eq true', 'ann'],
    ['(userName eq "ann@example.com" or userName eq "bob") and active eq true', 'ann'],
    ['userName eq "bob" and active eq true or userName eq "dee"', 'dee'],
    ['userName eq "bob" and (active eq true or userName eq "bob")', 'bob'],
    ['not (userName eq "bob") and active pr', 'ann cyd dee'],
    ['not (userName eq "bob" or active eq true)', ''],
    ['not(not(userName eq "bob"))', 'bob'],
    ['((((userName eq "bob"))))', 'bob'],
    ['(userName eq "bob" or (userName eq "dee" and (title pr)))', 'bob dee'],
    ['userName eq "bob" or userName eq "cyd.ünal" or userName eq "dee" and nickName pr', 'bob cyd dee'],
  ])('FIL-5 %s', async (filter, expected) => {
    expect(await find(filter)).toEqual(list(expected))
  })
})

describe('values of several and their parts', () => {
  test.each([
    ['emails eq "ann@home.example"', 'ann'],
    ['emails co "home.example"', 'ann bob'],
    ['emails sw "bob"', 'bob'],
    ['emails.type eq "home" and emails.value sw "bob@home"', 'bob'],
    ['emails[type eq "home" and value sw "bob@home"]', ''],
    ['emails[type eq "home" and value sw "bob@work"]', 'bob'],
    ['emails[type eq "work" and not (value co "work")]', 'bob'],
    ['emails[type eq "work" or type eq "home"] and active eq true', 'ann'],
    ['emails[(type eq "home" or type eq "other") and (primary eq true)]', 'bob'],
    ['not (emails[type eq "work" and value co "work"])', 'bob cyd dee'],
    ['emails[primary eq true] and emails[type eq "work" and value ew "home.example"]', 'bob'],
    ['emails[value pr]', 'ann bob'],
    ['emails[not (type eq "work")]', 'ann bob'],
    ['emails pr', 'ann bob'],
    ['not (emails pr)', 'cyd dee'],
    ['phoneNumbers eq "+1 555"', 'ann'],
  ])('FIL-6 %s', async (filter, expected) => {
    expect(await find(filter)).toEqual(list(expected))
  })

  test.each([
    ['name.familyName co "mal"', 'ann'],
    ['emails.type eq "home"', 'ann bob'],
    ['meta.created pr', 'ann bob cyd dee'],
    [`schemas eq "${ENTERPRISE}"`, 'ann bob'],
    [`schemas eq "${ENTERPRISE.toUpperCase()}" and active eq true`, 'ann'],
    [`${CORE}:userName eq "bob"`, 'bob'],
    [`${CORE.toUpperCase()}:USERNAME eq "bob"`, 'bob'],
    [`${CORE}:name.givenName eq "bob"`, 'bob'],
    [`${CORE}:emails[type eq "work"].value sw "bob"`, 'bob'],
    [`${ENTERPRISE}:department eq "r&d"`, 'ann'],
    [`${ENTERPRISE.toUpperCase()}:DEPARTMENT eq "Sales"`, 'bob'],
    [`${ENTERPRISE}:manager.value pr`, 'ann'],
    [`${ENTERPRISE}:manager pr`, 'ann'],
    [`${SNOWFLAKE}:type eq "legacy_service"`, 'bob'],
    ['groups.display eq "ops team"', 'ann bob'],
    ['groups[display eq "dev"]', 'cyd'],
  ])('FIL-7 %s', async (filter, expected) => {
    expect(await find(filter)).toEqual(list(expected))
  })
})

describe('compared values', () => {
  test.each([
    ['displayName eq "Ann \\"the boss\\" O\'Malley"', 'ann'],
    ['nickName eq "C:\\\\temp"', 'bob'],
    ['nickName sw "c:\\\\"', 'bob'],
    ['nickName sw "Zo\\u00EB"', 'dee'],
    ['nickName ew "\\ud83d\\udc69\\u200d\\ud83d\\ude80"', 'dee'],
    ['profileUrl sw "https:\\/\\/"', 'ann'],
    ['title co " and \\"e\\" or not "', 'dee'],
    ['title co "(c)[d]"', 'dee'],
    ['title co "and" and userName eq "dee"', 'dee'],
    ['userName eq "bob" or title eq ") or userName pr or (userName eq \\""', 'bob'],
    ['active eq null', ''],
    ['active ne null', 'ann bob cyd dee'],
    ['emails eq null', 'cyd dee'],
    ['title eq ""', 'bob'],
    ['active eq false', 'bob'],
  ])('FIL-8 %s', async (filter, expected) => {
    expect(await find(filter)).toEqual(list(expected))
  })

  test.each([
    ['title co ".*"', 'dee'],
    ['title co "a.*b("', 'dee'],
    ['title co "\\\\d+"', 'dee'],
    ['title eq ".*"', ''],
    ['title sw "^"', ''],
    ['title ew "$"', ''],
    ['userName eq "%"', ''],
    ['userName co "_"', ''],
  ])('FIL-16 characters of patterns are literal: %s', async (filter, expected) => {
    expect(await find(filter)).toEqual(list(expected))
  })
})

describe('values that are not there', () => {
  test.each([
    ['nickName ne "x"', 'ann bob cyd dee'],
    ['not (nickName eq "C:\\\\temp")', 'ann cyd dee'],
    ['not (nickName co "z")', 'ann bob cyd'],
    ['emails.value ne "ann@work.example"', 'ann bob cyd dee'],
    ['not (emails.value eq "ann@work.example")', 'bob cyd dee'],
    ['title pr', 'ann cyd dee'],
    ['ims pr', ''],
    ['name pr', 'ann bob cyd'],
    ['nickName gt "a"', 'bob dee'],
    ['nickName le "zzz"', 'bob dee'],
    [`${ENTERPRISE}:costCenter pr`, ''],
    [`not (${ENTERPRISE}:department pr)`, 'cyd dee'],
  ])('FIL-11 %s', async (filter, expected) => {
    expect(await find(filter)).toEqual(list(expected))
  })
})

describe('refusals', () => {
  test.each([
    ['active gt true', 'one of eq, ne, pr (active is of type boolean)', 8, '"gt true"'],
    ['active le false', 'one of eq, ne, pr (active is of type boolean)', 8, '"le false"'],
    ['roles.primary ge true', 'one of eq, ne, pr (primary is of type boolean)', 15, '"ge true"'],
    ['active co "tr"', 'one of eq, ne, pr (active is of type boolean)', 8, '"co \\"tr\\""'],
    ['x509Certificates.value lt "a"', 'one of eq, ne, co, sw, ew, pr (value is of type binary)', 24, '"lt \\"a\\""'],
    ['emails[primary gt true]', 'one of eq, ne, pr (primary is of type boolean)', 16, '"gt true]"'],
  ])('FIL-4 %s orders what has no order: 400 invalidFilter', async (filter, expected, at, found) => {
    const detail = `Cannot read filter ${JSON.stringify(filter)}: expected ${expected} at character ${at}, found ${found}`
    expectRefused(await get('/Users', filter), 400, 'invalidFilter', detail)
  })

  test.each([
    ['', 'an attribute, not or "(" at character 1, found the end'],
    ['userName', 'an operator (eq, ne, co, sw, ew, gt, ge, lt, le, pr) at character 9, found the end'],
    ['userName eq', 'a quoted string, a number, true, false or null at character 12, found the end'],
    ['userName eq bob', 'a quoted string, a number, true, false or null at character 13, found "bob"'],
    ["userName eq 'bob'", 'a quoted string, a number, true, false or null at character 13, found "\'bob\'"'],
    ['userName eq 5', 'a quoted string (userName is of type string) at character 13, found "5"'],
    ['userName eq "bob', 'a closing quotation mark at character 17, found the end'],
    ['userName = "bob"', /^an operator \(eq, .*\) at character 10, found "= \\"bob\\""$/],
    ['userName is "bob"', /^an operator \(eq, .*\) at character 10, found "is \\"bob\\""$/],
    ['userName eq "bob" and', 'an attribute, not or "(" at character 22, found the end'],
    ['and userName eq "bob"', /^an attribute of User at character 1, found "and userName eq /],
    ['userName eq "bob" title pr', 'and, or, or the end at character 19, found "title pr"'],
    ['(userName eq "bob"', 'and, or, or ")" at character 19, found the end'],
    ['userName eq "bob")', 'and, or, or the end at character 18, found ")"'],
    ['emails[type eq "work"', 'and, or, or "]" at character 22, found the end'],
    ['emails[type eq "work")', /at character 22, found "\)"$/],
    ['emails[]', 'an attribute, not or "(" at character 8, found "]"'],
    ['emails[type eq "work"].rank eq 1', /^a sub-attribute of emails at character 23, found "\.rank eq 1"$/],
    ['userName[type eq "work"]', 'an operator at character 9, found "[type eq \\"work\\"]"'],
    ['not userName eq "bob"', '"(" at character 5, found "userName eq \\"bob\\""'],
    ['userName eq "bob" && title pr', 'and, or, or the end at character 19, found "&& title pr"'],
    ['userName eq "bob"and title pr', 'a space at character 18, found "and title pr"'],
    ['userName eq "\\x"', 'a JSON string with valid escapes at character 13, found "\\"\\\\x\\""'],
    ['userName eq "\\ud800"', 'a string without half a surrogate pair at character 13, found "\\"\\\\ud800\\""'],
    ['userName pr "bob"', /at character 13/],
    ['active eq "maybe"', 'true or false (active is of type boolean) at character 11, found "\\"maybe\\""'],
    ['meta.created gt "yesterday"', /at character 17, found "\\"yesterday\\""$/],
    ['userName gt null', 'a value (null goes with eq, ne) at character 13, found "null"'],
    [
      'name eq "Ann"',
      'null, or a sub-attribute before the operator (name is of type complex) at character 9, found "\\"Ann\\""',
    ],
  ])('FIL-9 %s is 400 invalidFilter', async (filter, expected) => {
    const answer = await get('/Users', filter)
    expectRefused(answer, 400, 'invalidFilter', /^Cannot read filter /)
    const reason = answer.body.detail.replace(/^Cannot read filter ".*": expected /, '')
    expect(reason).toEqual(typeof expected === 'string' ? expected : expect.stringMatching(expected))
  })

  test.each([
    ['favouriteColour eq "red"', 1],
    ['members.value eq "x"', 1],
    ['name.rank pr', 1],
    ['emails[rank eq 1]', 8],
    ['shoeSize eq "R&D"', 1],
    [`${ENTERPRISE}:userName eq "bob"`, 1],
    ['urn:example:other:attribute pr', 1],
  ])('FIL-10 %s names an attribute no User has: 400 invalidFilter', async (filter, at) => {
    const expected = new RegExp(`: expected an attribute of User at character ${at}, found `)
    expectRefused(await get('/Users', filter), 400, 'invalidFilter', expected)
  })

  test('FIL-13 ERR-3 a password cannot be found out, whatever the operator: 403 sensitive', async () => {
    const detail = 'Cannot filter by password: it is neither compared nor shown; leave it out of the filter'
    for (const term of ['co "open"', 'sw "o"', 'eq "opensesame"', 'pr', 'ne "x"', 'eq null']) {
      expectRefused(await get('/Users', `password ${term}`), 403, 'sensitive', detail)
    }
    expectRefused(await get('/Users', `userName eq "bob" or ${CORE}:PASSWORD pr`), 403, 'sensitive', detail)
  })
})

describe('what clients really send', () => {
  test('FIL-12 a sub-attribute behind the bracket (Entra), and + for a space', async () => {
    expect(await find('emails[type eq "work"].value eq "ann@work.example"')).toEqual(['ann'])
    expect(await find('emails[type eq "work"].value eq "ann@home.example"')).toEqual([])
    expect(await find('emails[type eq "work"].value eq "bob@home.example" and active eq false')).toEqual(['bob'])
    const plus = await request('GET', '/Users?filter=userName+eq+%22bob%22')
    expect(plus.body.Resources.map(({ id }: Body) => id)).toEqual([users.bob.id])
    const raw = await request('GET', '/Users?filter=userName%20eq%20"bob"')
    expect(raw.body.totalResults).toBe(1)
  })

  test.each([
    ['displayName eq "ops team"', 'ops'],
    ['displayName sw "OPS"', 'ops'],
    ['displayName ne "dev"', 'empty ops'],
    ['externalId eq "G-1"', 'ops'],
    ['externalId eq "g-1"', ''],
    ['members pr', 'dev ops'],
    ['not (members pr)', 'empty'],
    ['members.type eq "User"', 'dev ops'],
    ['meta.resourceType eq "Group"', 'dev empty ops'],
  ])('FIL-15 groups: %s', async (filter, expected) => {
    expect(await find(filter, '/Groups')).toEqual(list(expected))
  })

  test('FIL-15 groups are found by their members, also together with their id (Entra)', async () => {
    const [ann, cyd] = [users.ann.id, users.cyd.id]
    expect(await find(`members.value eq "${ann}"`, '/Groups')).toEqual(['ops'])
    expect(await find(`members eq "${ann}"`, '/Groups')).toEqual(['ops'])
    expect(await find(`members[value eq "${cyd}"]`, '/Groups')).toEqual(['dev'])
    expect(await find(`members[value eq "${cyd}"] or members[value eq "${ann}"]`, '/Groups')).toEqual(['dev', 'ops'])
    expect(await find(`id eq "${groups.ops.id}" and members[value eq "${ann}"]`, '/Groups')).toEqual(['ops'])
    expect(await find(`id eq "${groups.ops.id}" and members.value eq "${cyd}"`, '/Groups')).toEqual([])
    expect(await find(`id eq "${groups.ops.id}" and not (members.value eq "${cyd}")`, '/Groups')).toEqual(['ops'])
    expect(await find('members.value eq "nobody"', '/Groups')).toEqual([])
  })
})

describe('over time and size', () => {
  test('FIL-14 results follow changes at once, on every way to find them', async () => {
    const terms = ['userName eq "late-1"', 'externalId eq "L1"', 'emails.value eq "l1@example.com"', 'title eq "L1"']
    const all = async () => Promise.all(terms.map(async (term) => (await get('/Users', term)).body.totalResults))
    expect(await all()).toEqual([0, 0, 0, 0])
    const sent = newUser('late-1', { externalId: 'L1', emails: [{ value: 'l1@example.com' }], title: 'L1' })
    const { id } = (await request('POST', '/Users', sent)).body
    expect(await all()).toEqual([1, 1, 1, 1])
    await request('PATCH', `/Users/${id}`, patchOf({ op: 'replace', path: 'userName', value: 'late-2' }))
    await request('PATCH', `/Users/${id}`, patchOf({ op: 'remove', path: 'emails' }))
    expect(await all()).toEqual([0, 1, 0, 1])
    await request('PUT', `/Users/${id}`, newUser('late-1', { title: 'other' }))
    expect(await all()).toEqual([1, 0, 0, 0])
    await request('DELETE', `/Users/${id}`)
    expect(await all()).toEqual([0, 0, 0, 0])
  })

  test('FIL-16 a hundred terms and thirty parentheses are read, more are refused and not fatal', async () => {
    const search = (filter: string) =>
      request('POST', '/Users/.search', { schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'], filter })
    const terms = (count: number) => Array.from({ length: count }, (_, i) => `userName eq "no${i}"`).join(' or ')
    const nested = (depth: number) => `${'('.repeat(depth)}userName eq "bob"${')'.repeat(depth)}`
    expect((await search(`${terms(150)} or userName eq "bob"`)).body.totalResults).toBe(1)
    expect((await search(nested(30))).body.totalResults).toBe(1)
    const refusals: [string, string | RegExp][] = [
      [terms(300), 'Cannot read the filter: it has more than 200 terms and operators; ask for less at once'],
      [nested(1000), 'Cannot read the filter: it nests deeper than 32 levels; ask for less at once'],
      ['not('.repeat(2000), 'Cannot read the filter: it nests deeper than 32 levels; ask for less at once'],
      [terms(3000), /: \d+ characters are more than 10240; ask for less at once$/],
    ]
    for (const [filter, detail] of refusals) expectRefused(await search(filter), 400, 'invalidFilter', detail)
  })
})
