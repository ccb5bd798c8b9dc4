import { beforeAll, describe, expect, test } from 'vitest'
import { createIntegration } from '../../../shared/resources/integrations.ts'
import { issueToken } from '../../../shared/resources/tokens.ts'
import { quote } from '../../../shared/scim/quote.ts'
import { adminContext } from '../../factories/admin.ts'
import { newGroup, newUser, patchOf } from '../../factories/scim-api.ts'
import { withSystem } from '../../factories/system.ts'
import { type Body, client, type Request } from '../client.ts'
import { givenGroup, givenUser, patch, pathOf, type Refusal, readAgain, refusalOf, unique } from '../objects.ts'
import { allRefused } from './unharmed.ts'

const system = withSystem()
const { request } = client(system)
let user: Body
let group: Body
beforeAll(async () => {
  user = await givenUser(request)
  group = await givenGroup(request)
})

describe('names that cannot be told apart', () => {
  test.each<[string, string, string]>([
    ['a NUL', 'ad\u0000min', 'a control character'],
    ['a line break', 'admin\r\nX-Evil: 1', 'a control character'],
    ['an ANSI escape', '\u001b[31madmin', 'a control character'],
    ['a C1 control', 'admin\u009b', 'a control character'],
    ['a zero width space', 'ad\u200bmin', 'an invisible character'],
    ['a zero width joiner', 'ad\u200dmin', 'an invisible character'],
    ['a byte order mark', '\ufeffadmin', 'an invisible character'],
    ['a soft hyphen', 'ad\u00admin', 'an invisible character'],
    ['a right-to-left override', 'admin\u202e', 'an invisible character'],
    ['an isolate', '\u2066admin\u2069', 'an invisible character'],
    ['a tag character', 'admin\u{e0061}', 'an invisible character'],
    ['a Hangul filler', 'admin\u3164', 'an invisible character'],
    ['a line separator', 'ad\u2028min', 'a line or paragraph separator'],
    ['an unassigned code point', 'admin\u0378', 'a code point without a character'],
    ['a leading space', ' admin', 'a space at its start or end'],
    ['a trailing no-break space', 'admin\u00a0', 'a space at its start or end'],
  ])('%s is refused, in users and groups, by POST, PUT and PATCH', async (_case, name, what) => {
    const [userPath, groupPath] = [pathOf(user.meta.location), pathOf(group.meta.location)]
    const rename = (path: string) => patchOf({ op: 'replace', path, value: name })
    const refusals = await allRefused(system, [
      () => request('POST', '/Users', newUser(name)),
      () => request('PUT', userPath, newUser(name)),
      () => request('PATCH', userPath, rename('userName')),
      () => request('POST', '/Groups', newGroup(name)),
      () => request('PUT', groupPath, newGroup(name)),
      () => request('PATCH', groupPath, rename('displayName')),
    ])
    const refusal = (attribute: string): Refusal => [
      400,
      'invalidValue',
      `Cannot use ${attribute} ${quote(name)}: it holds ${what}; remove it`,
    ]
    const [ofUser, ofGroup] = [refusal('userName'), refusal('displayName')]
    expect(refusals).toEqual([ofUser, ofUser, ofUser, ofGroup, ofGroup, ofGroup])
  })

  test.each<[string, string, string]>([
    ['letter case', 'Mike', 'mIKE'],
    ['the Kelvin sign', 'mike-k', 'mi\u212ae-k'],
    ['the long s', 'sam-s', '\u017fam-\u017f'],
    ['full width letters', 'wide', '\uff37\uff29\uff24\uff25'],
    ['a ligature', 'office', 'o\ufb03ce'],
    ['sharp s', 'strasse', 'straße'],
    ['composed and decomposed', 'zo\u00eb', 'zoe\u0308'],
    ['final sigma', 'οδος', 'ΟΔΟΣ'],
    ['an ordinal', 'a1', 'ª1'],
  ])('CRE-4 names that differ by %s only are one', async (_case, first, second) => {
    for (const [endpoint, toBody] of [
      ['/Users', newUser],
      ['/Groups', newGroup],
    ] as const) {
      const created = await request('POST', endpoint, toBody(first))
      expect([created.status, created.body.userName ?? created.body.displayName]).toEqual([201, first])
      const [refusal] = await allRefused(system, [() => request('POST', endpoint, toBody(second))])
      expect(refusal?.slice(0, 2)).toEqual([409, 'uniqueness'])
      const attribute = endpoint === '/Users' ? 'userName' : 'displayName'
      const found = await request('GET', `${endpoint}?filter=${encodeURIComponent(`${attribute} eq "${second}"`)}`)
      expect(found.body.Resources.map(({ id }: Body) => id)).toEqual([created.body.id])
    }
  })

  test('a letter of another script makes another user: neither is taken for the other', async () => {
    const latin = await request('POST', '/Users', newUser('paypal'))
    const cyrillic = await request('POST', '/Users', newUser('p\u0430yp\u0430l'))
    expect([latin.status, cyrillic.status]).toEqual([201, 201])
    const found = await request('GET', `/Users?filter=${encodeURIComponent('userName eq "paypal"')}`)
    expect(found.body.Resources.map(({ id }: Body) => id)).toEqual([latin.body.id])
  })

  test('T3 a separator of keys in a name or a value stays in that name', async () => {
    const names = ['a#USER', 'a', 'A#default#NAME#USER#a', '#', 'NAME', 'a#NAME']
    const stem = unique('key')
    for (const name of names) expect((await request('POST', '/Users', newUser(`${stem}${name}`))).status).toBe(201)
    for (const name of names) {
      const filter = `userName eq "${stem}${name}"`
      const { body } = await request('GET', `/Users?filter=${encodeURIComponent(filter)}`)
      expect(body.Resources.map(({ userName }: Body) => userName)).toEqual([`${stem}${name}`])
    }
  })
})

describe('text that is dangerous where it is shown', () => {
  const texts = [
    '=HYPERLINK("https://evil.example","x")',
    '+1+1',
    '@SUM(A1)',
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    'line\r\nSet-Cookie: a=b',
    '{{7*7}} #{7*7} %s %n',
    "'; DROP TABLE users; --",
    '\u202eevil',
    '../../etc/passwd',
  ]
  test.each(texts)('RES-11 %j comes back exactly as sent, in JSON, and in no header', async (text) => {
    const created = await givenUser(request, {
      displayName: text,
      externalId: text,
      title: text,
      emails: [{ value: text }],
    })
    expect(created).toMatchObject({ displayName: text, externalId: text, title: text, emails: [{ value: text }] })
    const answer = await request('GET', pathOf(created.meta.location))
    expect(answer.headers['content-type']).toBe('application/scim+json')
    expect(answer.headers['set-cookie']).toBeUndefined()
    expect(answer.body).toEqual(created)
    const filter = `externalId eq ${JSON.stringify(text)}`
    const found = await request('GET', `/Users?filter=${encodeURIComponent(filter)}`)
    expect(found.body.Resources.map(({ id }: Body) => id)).toEqual([created.id])
  })

  test.each(['\u001b[2J\u001b[31mred', '\u0000', '\u009b31mred', 'a\u007f'])(
    'RES-11 %j is obeyed by terminals and cut off by others: 400 wherever it stands',
    async (text) => {
      const detail = (path: string) => `Cannot use ${path} ${quote(text)}: it holds a control character; remove it`
      for (const [path, more] of [
        ['displayName', { displayName: text }],
        ['externalId', { externalId: text }],
        ['emails.value', { emails: [{ value: text }] }],
      ] as const) {
        const answer = await request('POST', '/Users', newUser(unique('control'), more))
        expect(refusalOf(answer)).toEqual([400, 'invalidValue', detail(path)])
      }
    },
  )
})

test('ERR-1 an error shows by escapes what the filter of a path holds', async () => {
  const operation = { op: 'replace', path: 'emails[type eq "\u009b\u202e"].value', value: 'x' }
  const what = 'Cannot change emails[type eq "\\u009b\\u202e"]: no value matches'
  const detail = `${what}; add it first, or use op "add" with eq terms only`
  expect(refusalOf(await patch(request, user, operation))).toEqual([400, 'noTarget', detail])
})

describe('control characters in the filter of a PATCH path', () => {
  test.each(['\\u001b', '\\u0000', '\\u007f', '\\u0085', '\\u009b'])(
    'RES-11 PAT-6 %s makes no element, with a path or as a key of a value',
    async (escaped) => {
      const type = JSON.parse(`"a${escaped}[31mb"`)
      const path = `phoneNumbers[type eq "a${escaped}[31mb"].value`
      const refusals = await allRefused(system, [
        () => patch(request, user, { op: 'add', path, value: '1' }),
        () => patch(request, user, { op: 'add', path: path.replace('.value', ''), value: { value: '1' } }),
        () => patch(request, user, { op: 'replace', value: { [path]: '1' } }),
      ])
      const detail = `Cannot use phoneNumbers.type ${quote(type)}: it holds a control character; remove it`
      expect(refusals).toEqual(refusals.map(() => [400, 'invalidValue', detail]))
      expect(await readAgain(request, user)).toEqual(user)
    },
  )
})

describe('reserved roles', () => {
  const reserved = [
    ...['ACCOUNTADMIN', 'ORGADMIN', 'GLOBALORGADMIN', 'SECURITYADMIN', 'SYSADMIN', 'USERADMIN', 'PUBLIC'],
    ...['OKTA_PROVISIONER', 'AAD_PROVISIONER', 'GENERIC_SCIM_PROVISIONER'],
  ]
  test.each(reserved)('T6 %s can be neither created nor taken, however it is written', async (name) => {
    const wide = [...name].map((letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0)).join('')
    for (const spelling of [name, name.toLowerCase(), wide]) {
      const rename = { op: 'replace', value: { displayName: spelling } }
      const refusals = await allRefused(system, [
        () => request('POST', '/Groups', newGroup(spelling, { members: [{ value: user.id }] })),
        () => request('PUT', pathOf(group.meta.location), newGroup(spelling)),
        () => patch(request, group, rename),
      ])
      const detail = `Cannot use displayName ${JSON.stringify(spelling)}: the name is reserved; choose another`
      expect(refusals).toEqual(refusals.map(() => [400, 'invalidValue', detail]))
    }
  })

  test('T6 the custom role that a client acts for is one of them', async () => {
    const name = 'TASK_PROVISIONER'
    const integration = { name: 'TASKS', clientKind: 'GENERIC', role: name } as const
    await createIntegration(adminContext(system.db), integration)
    const { token } = await issueToken(adminContext(system.db), { integration: 'TASKS' })
    const tasks: Request = (method, path, body) => request(method, path, body, { authorization: `Bearer ${token}` })
    const own = await givenGroup(tasks)
    for (const spelling of [
      name,
      'Task_Provisioner',
      'ＴＡＳＫ＿ＰＲＯＶＩＳＩＯＮＥＲ',
      'ta\u017f\u212a_provi\u017fioner',
    ]) {
      const refusals = await allRefused(system, [
        () => tasks('POST', '/Groups', newGroup(spelling)),
        () => tasks('PUT', pathOf(own.meta.location), newGroup(spelling)),
        () => patch(tasks, own, { op: 'replace', path: 'displayName', value: spelling }),
        () => patch(tasks, own, { op: 'add', value: { displayName: spelling } }),
      ])
      const detail = `Cannot use displayName ${JSON.stringify(spelling)}: the name is reserved; choose another`
      expect(refusals).toEqual(refusals.map(() => [400, 'invalidValue', detail]))
    }
    expect((await tasks('POST', '/Groups', newGroup(`${name}_2`))).status).toBe(201)
  })

  test('T6 nor has a group the name of a role that another integration acts for', async () => {
    const name = 'OTHERS_PROVISIONER'
    await createIntegration(adminContext(system.db), { name: 'OTHERS', clientKind: 'GENERIC', role: name })
    for (const spelling of [name, 'Others_Provisioner', 'ＯＴＨＥＲＳ＿ＰＲＯＶＩＳＩＯＮＥＲ']) {
      const refusals = await allRefused(system, [
        () => request('POST', '/Groups', newGroup(spelling)),
        () => request('PUT', pathOf(group.meta.location), newGroup(spelling)),
        () => patch(request, group, { op: 'replace', path: 'displayName', value: spelling }),
      ])
      const detail = `Cannot use displayName ${JSON.stringify(spelling)}: the name is reserved; choose another`
      expect(refusals).toEqual(refusals.map(() => [400, 'invalidValue', detail]))
    }
    for (const filter of [`displayName eq "${name}"`, 'displayName sw "others_"']) {
      const found = await request('GET', `/Groups?filter=${encodeURIComponent(filter)}`)
      expect([found.status, found.body.totalResults]).toEqual([200, 0])
    }
    const near = await request('POST', '/Groups', newGroup(`${name}_2`))
    const found = await request('GET', `/Groups?filter=${encodeURIComponent('displayName sw "others_"')}`)
    expect(found.body.Resources.map(({ id }: Body) => id)).toEqual([near.body.id])
  })

  test('T6 and no role gets the name that a group has', async () => {
    const taken = await givenGroup(request)
    await patch(request, taken, { op: 'replace', path: 'displayName', value: 'Taken_Role' })
    const integration = { name: 'TAKES', clientKind: 'GENERIC', role: 'TAKEN_ROLE' } as const
    await expect(createIntegration(adminContext(system.db), integration)).rejects.toMatchObject({
      status: 409,
      scimType: 'uniqueness',
      message: 'A group has the name of the role "TAKEN_ROLE": rename or delete it, or choose another role',
    })
    expect((await request('DELETE', pathOf(taken.meta.location))).status).toBe(204)
    await createIntegration(adminContext(system.db), integration)
    expect((await createIntegration(adminContext(system.db), { ...integration, name: 'TOO' })).role).toBe('TAKEN_ROLE')
  })

  test('T6 by Bulk neither', async () => {
    const { body } = await request('POST', '/Bulk', {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
      Operations: [{ method: 'POST', path: '/Groups', bulkId: 'a', data: newGroup('accountadmin') }],
    })
    expect(body.Operations.map(({ status }: Body) => status)).toEqual(['400'])
  })

  test("T6 a group takes neither another role's user nor a group, and only its owner fills it", async () => {
    const okta = client(system, 'OKTA_PROVISIONING').request
    const foreign = await givenUser(okta)
    const add = (value: string, more = {}) => ({ op: 'add', path: 'members', value: [{ value, ...more }] })
    const refusals = await allRefused(system, [
      () => patch(request, group, add(foreign.id)),
      () => patch(request, group, add(group.id)),
      () => patch(request, group, add(group.id, { type: 'Group' })),
      () => patch(request, group, add(user.id, { $ref: `https://x.example/Groups/${group.id}` })),
      () => patch(okta, group, add(foreign.id)),
    ])
    const nobody = (id: string) => `Cannot add "${id}" as member: there is no such user; create the user first`
    const nested = (id: string) =>
      `Cannot add "${id}": groups cannot be members of groups here; add the users themselves`
    expect(refusals).toEqual([
      [400, 'invalidValue', nobody(foreign.id)],
      [400, 'invalidValue', nobody(group.id)],
      [400, 'invalidValue', nested(group.id)],
      [400, 'invalidValue', nested(user.id)],
      [404, undefined, `There is no Group with id "${group.id}"`],
    ])
    expect(await readAgain(request, group)).toEqual(group)
  })
})
