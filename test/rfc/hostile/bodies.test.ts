import { beforeAll, describe, expect, test } from 'vitest'
import { resourceTypes } from '../../../shared/scim/resource-types.ts'
import type { Attribute } from '../../../shared/scim/schema.ts'
import { newGroup, newUser, patchOf, USER_SCHEMA } from '../../factories/scim-api.ts'
import { withSystem } from '../../factories/system.ts'
import { type Body, client } from '../client.ts'
import { givenGroup, givenUser, pathOf, type Refusal, readAgain, unique } from '../objects.ts'
import { allRefused, refused } from './unharmed.ts'

const SNOWFLAKE = 'urn:ietf:params:scim:schemas:extension:2.0:User'
const SEARCH = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest'

const system = withSystem()
const { request } = client(system)
let user: Body
let group: Body
beforeAll(async () => {
  user = await givenUser(request)
  group = await givenGroup(request, [user.id])
})

/** Every call that takes a body, as a method and a path that would work. */
const calls = (): [string, string][] => [
  ['POST', '/Users'],
  ['PUT', pathOf(user.meta.location)],
  ['PATCH', pathOf(user.meta.location)],
  ['POST', '/Groups'],
  ['PUT', pathOf(group.meta.location)],
  ['PATCH', pathOf(group.meta.location)],
  ['POST', '/Bulk'],
  ['POST', '/.search'],
  ['POST', '/Users/.search'],
]

/** Sends a body to everything that takes one; what it is refused with, which must be the same everywhere. */
async function refusedEverywhere(body: unknown): Promise<Refusal> {
  const sends = calls().map(
    ([method, path]) =>
      () =>
        request(method, path, body),
  )
  const refusals = await allRefused(system, sends)
  expect(new Set(refusals.map((refusal) => JSON.stringify(refusal))).size).toBe(1)
  return refusals[0] as Refusal
}

const at = (position: number, reason: string): Refusal => [
  400,
  'invalidSyntax',
  `Cannot read the body at character ${position}: ${reason}`,
]
const text = (head: string, ...bytes: number[]) =>
  Buffer.concat([Buffer.from(head), Buffer.from(bytes), Buffer.from('"}')])

describe('bodies that are no JSON, everywhere a body is taken', () => {
  const broken = 'Cannot read the body: it is not valid UTF-8, or holds U+FFFD, which stands for broken text; mend it'
  test.each<[string, unknown, Refusal]>([
    ['half an object', '{"schemas":[', at(13, 'expected a value, found the end of the body')],
    ['a trailing comma', '{"a":1,}', at(8, 'expected a name in double quotes, found "}"')],
    ['a comment', '{/* x */}', at(2, 'expected a name in double quotes, found "/"')],
    ['a name without quotes', '{a:1}', at(2, 'expected a name in double quotes, found "a"')],
    ['NaN', '{"a":NaN}', at(6, 'expected a value, found "N"')],
    ['two documents', '{}{}', at(3, 'expected the end of the body, found "{"')],
    ['XML', '<user/>', at(1, 'expected a value, found "<"')],
    ['a name twice', '{"a":1,"a":2}', at(8, 'the name "a" stands twice in one object; send it once')],
    [
      'a name twice, once escaped',
      '{"a":1,"\\u0061":2}',
      at(8, 'the name "a" stands twice in one object; send it once'),
    ],
    [
      'a control character',
      '{"a":"\u0000"}',
      at(7, 'expected a closing quote, or an escape where there is a control character, found "\\u0000"'),
    ],
    ['a stray byte', text('{"a":"', 0xff), [400, 'invalidSyntax', broken]],
    ['an overlong encoding', text('{"a":"', 0xc0, 0xaf), [400, 'invalidSyntax', broken]],
    ['an encoded surrogate', text('{"a":"', 0xed, 0xa0, 0x80), [400, 'invalidSyntax', broken]],
    ['a cut character', text('{"a":"', 0xe2, 0x82), [400, 'invalidSyntax', broken]],
    ['half a surrogate pair', '{"a":"\\ud800"}', at(6, 'the text holds half a surrogate pair; escape whole pairs')],
    [
      'a number past all bounds',
      '{"a":1e400}',
      at(6, 'the number "1e400" cannot be kept exactly; send it as a string'),
    ],
    [
      'D1 33 levels',
      `{"a":${'['.repeat(32)}${']'.repeat(32)}}`,
      at(37, 'it is nested deeper than 32 levels; flatten it'),
    ],
  ])('%s', async (_name, body, refusal) => {
    expect(await refusedEverywhere(body)).toEqual(refusal)
  })

  test('D1 a million levels are refused as fast as 33', async () => {
    const bomb = '['.repeat(1_000_000)
    expect(await refused(system, () => request('POST', '/Users', bomb))).toEqual(
      at(33, 'it is nested deeper than 32 levels; flatten it'),
    )
    expect(await refused(system, () => request('PATCH', pathOf(group.meta.location), `{"a":${bomb}`))).toEqual(
      at(37, 'it is nested deeper than 32 levels; flatten it'),
    )
  })
})

describe('bodies that are too large', () => {
  test('D1 1 MB everywhere, 5 MB where member lists are taken', async () => {
    const title = JSON.stringify(newUser('x', { title: 'x'.repeat(1_048_577) }))
    const large: Refusal = [
      413,
      undefined,
      `The body has ${title.length} bytes; at most 1048576 are accepted here: split the request`,
    ]
    for (const [method, path] of calls().filter(([, path]) => !path.startsWith('/Groups'))) {
      expect(await refused(system, () => request(method, path, title))).toEqual(large)
    }
    const members = JSON.stringify(newGroup('x', { members: [], externalId: 'x'.repeat(5_242_881) }))
    const larger: Refusal = [
      413,
      undefined,
      `The body has ${members.length} bytes; at most 5242880 are accepted here: split the request`,
    ]
    for (const [method, path] of calls().filter(([, path]) => path.startsWith('/Groups'))) {
      expect(await refused(system, () => request(method, path, members))).toEqual(larger)
    }
  })

  test('D1 what the gateway does not take at all is refused by it, as a SCIM error', async () => {
    const refusal = await refused(system, () => request('POST', '/Groups', Buffer.alloc(10 * 1024 * 1024 + 1, 0x20)))
    expect(refusal).toEqual([413, undefined, 'The request is too large: split it into several smaller requests'])
  })

  test.each<[string, () => object, Refusal]>([
    [
      'a user of more than 256 KB',
      () => ({ title: 'x'.repeat(262_144) }),
      [
        413,
        undefined,
        expect.stringMatching(
          /^Cannot store 26\d{4} bytes of attributes: at most 262144 are allowed/,
        ) as unknown as string,
      ],
    ],
    [
      'more e-mail addresses than one transaction can index',
      () => ({ emails: Array.from({ length: 41 }, (_, n) => ({ value: `${n}@example.com` })) }),
      [400, 'invalidValue', 'Cannot store 41 emails: at most 40 are allowed per user'],
    ],
  ])('D1 %s', async (_name, more, refusal) => {
    expect(await refused(system, () => request('POST', '/Users', newUser('large', more())))).toEqual(refusal)
    const path = pathOf(user.meta.location)
    expect(await refused(system, () => request('PATCH', path, patchOf({ op: 'add', value: more() })))).toEqual(refusal)
  })

  test('D1 a userName of more than 1,000 bytes, before and after folding', async () => {
    for (const name of ['x'.repeat(1001), 'é'.repeat(501), '\ufdfa'.repeat(40), 'x'.repeat(100_000)]) {
      const [status, scimType, detail] = await refused(system, () => request('POST', '/Users', newUser(name)))
      expect([status, scimType]).toEqual([400, 'invalidValue'])
      expect(detail).toMatch(/bytes, at most 1000 are allowed$/)
      expect(detail.length).toBeLessThan(300)
    }
  })

  test('D1 an externalId and an e-mail address past the limits of a key are kept and found', async () => {
    const long = `${unique('long')}${'x'.repeat(5000)}`
    const more = { externalId: long, emails: [{ value: `${long}@example.com` }] }
    const created = await givenUser(request, more)
    expect(created).toMatchObject(more)
    const search = { schemas: [SEARCH], filter: `externalId eq "${long}" and emails.value eq "${long}@example.com"` }
    expect((await request('POST', '/Users/.search', search)).body.totalResults).toBe(1)
  })

  test('D1 more PATCH operations than 1,000', async () => {
    const operations = Array.from({ length: 1001 }, () => ({ op: 'add', path: 'title', value: 'x' }))
    const refusal: Refusal = [413, undefined, 'Cannot apply 1001 operations: send at most 1000 in one PATCH']
    for (const { meta } of [user, group]) {
      expect(await refused(system, () => request('PATCH', pathOf(meta.location), patchOf(...operations)))).toEqual(
        refusal,
      )
    }
  })
})

describe('values of a wrong type', () => {
  const { User, Group } = resourceTypes('GENERIC')
  const samples: Record<string, unknown[]> = {
    string: [5, ['x']],
    boolean: ['maybe', 1],
    complex: ['x'],
    reference: [{}],
    binary: [true],
  }
  const writable = ({ mutability }: Attribute) => mutability !== 'readOnly'
  const rows = (type: typeof User): [string, unknown][] => {
    const containers = [...type.common, ...type.schema.attributes].filter(writable)
    return containers.flatMap((attribute) => {
      const wrong = attribute.multiValued ? ['x', {}, [5]] : (samples[attribute.type] ?? [])
      const inner = (attribute.subAttributes ?? []).filter(writable).map(({ name, type }) => {
        const value = { [name]: samples[type]?.[0] }
        return attribute.multiValued ? [value] : value
      })
      return [...wrong, ...inner].map((value): [string, unknown] => [attribute.name, value])
    })
  }

  test.each([
    ['User', '/Users', User, newUser],
    ['Group', '/Groups', Group, newGroup],
  ] as const)(
    'T1 each attribute of a %s refuses every other type, by POST and by PATCH',
    async (_name, endpoint, type, toBody) => {
      const { location } = (endpoint === '/Users' ? user : group).meta
      for (const [name, value] of rows(type)) {
        const answers = [await request('POST', endpoint, toBody('typed', { [name]: value }))]
        // A single value is taken for a list of one by PATCH (RFC 7644 §3.5.2.1).
        if (typeof value !== 'object' || Array.isArray(value)) {
          answers.push(await request('PATCH', pathOf(location), patchOf({ op: 'replace', path: name, value })))
        }
        for (const { status, body } of answers) {
          expect([name, value, status, body.scimType]).toEqual([name, value, 400, 'invalidValue'])
          expect(body.detail).toMatch(/^(Cannot read|The attribute) [\w.$]+/)
        }
      }
      expect(await readAgain(request, user)).toMatchObject({ userName: user.userName })
    },
  )
})

describe('mass assignment', () => {
  const inner = {
    ...{ id: 'chosen', owner: 'ACCOUNTADMIN', account: 'other', version: 99, eventId: 'e', ttl: 1, pk: 'p', sk: 's' },
    ...{ gsi1pk: 'A#default#MEMBEROF#x', gsi1sk: 'x', passwordHash: 'h', type: 'Group', attributes: { title: 'x' } },
    ...{ created: '2001-01-01T00:00:00Z', lastModified: '2001-01-01T00:00:00Z', memberCount: 9, applying: 1 },
    ...{ meta: { created: '2001-01-01T00:00:00Z', version: 'W/"99"', resourceType: 'Group' } },
    ...{ groups: [{ value: 'g', display: 'ACCOUNTADMIN' }], isAdmin: true, $set: { title: 'x' }, _id: 'x' },
  }

  test('T1 T5 what is ours cannot be written by POST, PUT or PATCH, and no id chooses an object', async () => {
    const before = await givenUser(request)
    const more = { ...inner, id: before.id }
    const created = (await request('POST', '/Users', newUser(unique('mass'), more))).body
    expect(created).toEqual({
      schemas: [USER_SCHEMA, SNOWFLAKE],
      ...{ id: expect.not.stringContaining(before.id), userName: created.userName, active: true, groups: [] },
      [SNOWFLAKE]: { type: 'person' },
      meta: { ...created.meta, resourceType: 'User', version: 'W/"1"', created: created.meta.lastModified },
    })
    const put = await request('PUT', pathOf(created.meta.location), newUser(created.userName, more))
    expect(put.body).toEqual(created)
    // Without its URN `type` is Snowflake's attribute there (RES-14), and a Group is no kind of user.
    const { id: _, type: __, ...rest } = inner
    const patched = await request('PATCH', pathOf(created.meta.location), patchOf({ op: 'add', value: rest }))
    expect([patched.status, patched.body]).toEqual([200, created])
    expect(await readAgain(request, before)).toEqual(before)
    const owned = await client(system, 'OKTA_PROVISIONING').request('GET', pathOf(created.meta.location))
    expect(owned.status).toBe(404)
  })

  test.each([
    ...['owner', 'version', 'pk', 'sk', 'ttl', 'gsi1pk', 'attributes', 'attributes.title', 'passwordHash', 'eventId'],
    ...['__proto__', '__proto__.polluted', 'constructor.prototype.polluted', 'toString', 'name.__proto__', '$set', ''],
  ])('T1 T2 a PATCH of the path "%s" is refused', async (path) => {
    const operation = { op: 'replace', path, value: 'x' }
    const refusal = await refused(system, () => request('PATCH', pathOf(user.meta.location), patchOf(operation)))
    const expected: Refusal =
      path === ''
        ? [400, 'invalidValue', 'Cannot replace without a path the value "x": expected an object of attributes']
        : [400, 'invalidPath', `Cannot replace "${path}": a User has no such attribute`]
    expect(refusal).toEqual(expected)
  })

  test('T2 prototype names as members change nothing, in the object or in any other', async () => {
    const hostile = '{"polluted":"yes","active":false,"title":"polluted"}'
    const names = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty']
    const members = names.map((name) => `"${name}":${hostile}`).join(',')
    const name = unique('proto')
    const body = `{"schemas":["${USER_SCHEMA}"],"userName":"${name}","name":{${members},"givenName":"G"},${members}}`
    const created = await request('POST', '/Users', body)
    expect([created.status, created.body.name, created.body.title]).toEqual([201, { givenName: 'G' }, undefined])
    const patch = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","value":{${members}}},{"op":"add","path":"name","value":{${members}}}]}`
    const patched = await request('PATCH', pathOf(created.body.meta.location), patch)
    expect([patched.status, patched.body]).toEqual([200, created.body])
    expect(Object.keys(Object.prototype)).toEqual([])
    expect(({} as Body).polluted).toBeUndefined()
    expect((await givenUser(request)).title).toBeUndefined()
  })
})

describe('adopting', () => {
  test('T5 neither userName, externalId, e-mail nor id of a create moves or merges what is there', async () => {
    const victim = await givenUser(request, { externalId: 'ext-1', emails: [{ value: 'victim@example.com' }] })
    for (const caller of [request, client(system, 'OKTA_PROVISIONING').request]) {
      const twin = { id: victim.id, externalId: 'ext-1', emails: [{ value: 'victim@example.com' }] }
      const refusal = await refused(system, () =>
        caller('POST', '/Users', newUser(victim.userName.toUpperCase(), twin)),
      )
      expect(refusal.slice(0, 2)).toEqual([409, 'uniqueness'])
      const other = await caller('POST', '/Users', newUser(unique('twin'), twin))
      expect([other.status, other.body.id === victim.id]).toEqual([201, false])
    }
    expect(await readAgain(request, victim)).toEqual(victim)
  })
})
