import { describe, expect, test } from 'vitest'
import { newGroup, newUser, patchOf } from '../factories/scim-api.ts'
import { withSystem } from '../factories/system.ts'
import { type Body, client, type Request } from './client.ts'
import { givenGroup, givenUser, pathOf, readAgain, refusalOf } from './objects.ts'

const system = withSystem()
const { request } = client(system)

const send = (method: string, { meta }: Body, body: unknown, headers = {}) =>
  request(method, pathOf(meta.location), body, headers)
const setExternalId = (value: string) => patchOf({ op: 'replace', path: 'externalId', value })
const etagOf = async (resource: Body) => (await send('GET', resource, undefined)).headers.etag

describe.each([
  ['users', '/Users', givenUser, ({ userName }: Body, externalId: string) => newUser(userName, { externalId })],
  [
    'groups',
    '/Groups',
    givenGroup,
    ({ displayName }: Body, externalId: string) => newGroup(displayName, { externalId }),
  ],
] as const)('versions of %s (RFC 7644 §3.14)', (_name, endpoint, given, replacement) => {
  test('ETG-1 every answer about one resource has an ETag: its meta.version, quoted and weak', async () => {
    const posted = await request('POST', endpoint, replacement(await gone(given), 'a'))
    const { body: resource } = posted
    const answers = [
      posted,
      await send('GET', resource, undefined),
      await send('PUT', resource, replacement(resource, 'b')),
      await send('PATCH', resource, setExternalId('c')),
    ]
    expect(answers.map(({ headers, body }) => [headers.etag, body.meta.version])).toEqual([
      ['W/"1"', 'W/"1"'],
      ['W/"1"', 'W/"1"'],
      ['W/"2"', 'W/"2"'],
      ['W/"3"', 'W/"3"'],
    ])
    const list = await request('GET', `${endpoint}?filter=${encodeURIComponent(`id eq "${resource.id}"`)}`)
    expect(list.body.Resources.map(({ meta }: Body) => meta.version)).toEqual(['W/"3"'])
  })

  test('ETG-2 it moves with every change and with nothing else', async () => {
    const resource = await given(request)
    await send('PATCH', resource, setExternalId('x'))
    expect(await etagOf(resource)).toBe('W/"2"')
    await send('PATCH', resource, setExternalId('x'))
    await send('PUT', resource, replacement(resource, 'x'))
    await send('PATCH', resource, patchOf({ op: 'add', path: 'noSuch', value: 1 }))
    expect(await etagOf(resource)).toBe('W/"2"')
    await send('PUT', resource, replacement(resource, 'y'))
    expect(await etagOf(resource)).toBe('W/"3"')
  })

  test.each([
    ['current', 'W/"1"', 304],
    ['current, strong', '"1"', 304],
    ['in a list', 'W/"7", W/"1"', 304],
    ['any', '*', 304],
    ['stale', 'W/"0"', 200],
    ['of another kind', 'one', 200],
  ])('ETG-3 If-None-Match %s: %s answers %i', async (_case, tag, status) => {
    const resource = await given(request)
    const answer = await send('GET', resource, undefined, { 'If-None-Match': tag })
    expect(answer.status).toBe(status)
    expect(answer.headers).toMatchObject({ etag: 'W/"1"', location: resource.meta.location })
    expect(answer.body).toEqual(status === 304 ? undefined : resource)
  })

  test.each(['PUT', 'PATCH', 'DELETE'])('ETG-4 a stale If-Match of a %s is 412 and changes nothing', async (method) => {
    const resource = await given(request)
    const body = { PUT: replacement(resource, 'x'), PATCH: setExternalId('x'), DELETE: undefined }[method]
    for (const tag of ['W/"0"', '"2"', 'W/"2", W/"3"', 'unquoted', '1']) {
      const answer = await send(method, resource, body, { 'If-Match': tag })
      const detail = `Cannot change "${resource.id}": its version is W/"1" now; read it again and retry`
      expect(refusalOf(answer)).toEqual([412, undefined, detail])
    }
    expect(await readAgain(request, resource)).toEqual(resource)
  })

  test.each(['W/"1"', '"1"', '*', 'W/"9", W/"1"'])('ETG-4 If-Match %s lets changes through', async (tag) => {
    const [replaced, patched, deleted] = [await given(request), await given(request), await given(request)]
    const headers = { 'If-Match': tag }
    const answers = [
      await send('PUT', replaced, replacement(replaced, 'x'), headers),
      await send('PATCH', patched, setExternalId('x'), headers),
      await send('DELETE', deleted, undefined, headers),
    ]
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 204])
  })

  test('ETG-5 If-None-Match of what is there is 412, and nothing is changed', async () => {
    const resource = await given(request)
    const detail = `Cannot change "${resource.id}": If-None-Match rules out its version, which is W/"1"; leave the header out`
    for (const header of ['*', 'W/"1"', '"7", W/"1"']) {
      const headers = { 'If-None-Match': header }
      for (const answer of [
        await send('PUT', resource, replacement(resource, 'x'), headers),
        await send('PATCH', resource, setExternalId('x'), headers),
        await send('DELETE', resource, undefined, headers),
      ]) {
        expect(refusalOf(answer)).toEqual([412, undefined, detail])
      }
    }
    expect(await readAgain(request, resource)).toEqual(resource)
  })

  test('ETG-5 If-None-Match of other versions lets a change pass, of nobody it is 404, and a POST ignores it', async () => {
    const resource = await given(request)
    const patched = await send('PATCH', resource, setExternalId('x'), { 'If-None-Match': '"7", garbage' })
    expect([patched.status, patched.body.meta.version]).toEqual([200, 'W/"2"'])
    const other = await send('PATCH', resource, setExternalId('y'), { 'If-None-Match': 'W/"2-x", W/"7"' })
    expect(other.status).toBe(412)
    const missing = await gone(given)
    expect((await send('PUT', missing, replacement(missing, 'x'), { 'If-None-Match': '*' })).status).toBe(404)
    const posted = await request('POST', endpoint, replacement(missing, 'x'), { 'If-None-Match': '*' })
    expect(posted.status).toBe(201)
  })

  test('ETG-4 of several who hold the current version exactly one wins', async () => {
    const resource = await given(request)
    const racers = ['a', 'b', 'c', 'd'].map((value) =>
      send('PATCH', resource, setExternalId(value), { 'If-Match': 'W/"1"' }),
    )
    const answers = await Promise.all(racers)
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412])
    const winner = answers.find(({ status }) => status === 200)
    expect(await readAgain(request, resource)).toEqual(winner?.body)
    expect(await etagOf(resource)).toBe('W/"2"')
  })
})

/** A resource that is not there any more, so that its name can be taken. */
async function gone(given: (request: Request) => Promise<Body>): Promise<Body> {
  const resource = await given(request)
  await send('DELETE', resource, undefined)
  return resource
}

describe('versions and membership', () => {
  test('ETG-2 a group moves on when members come and go, and only then', async () => {
    const user = await givenUser(request)
    const group = await givenGroup(request)
    const add = patchOf({ op: 'add', path: 'members', value: [{ value: user.id }] })
    const remove = patchOf({ op: 'remove', path: `members[value eq "${user.id}"]` })
    const tags: (string | undefined)[] = []
    for (const body of [add, add, remove, remove]) {
      const { status, headers } = await send('PATCH', group, body)
      expect(status).toBe(200)
      tags.push(headers.etag)
    }
    expect(tags).toEqual(['W/"2"', 'W/"2"', 'W/"3"', 'W/"3"'])
    const added = await send('PATCH', group, add, { 'If-Match': 'W/"1"' })
    expect(refusalOf(added)).toEqual([
      412,
      undefined,
      `Cannot change "${group.id}": its version is W/"3" now; read it again and retry`,
    ])
  })

  test('ETG-2 a group moves on when a member is deleted', async () => {
    const user = await givenUser(request)
    const group = await givenGroup(request, [user.id])
    await send('DELETE', user, undefined)
    expect((await readAgain(request, group)).members).toEqual([])
    const status = async () => (await send('GET', group, undefined, { 'If-None-Match': 'W/"1"' })).status
    await expect.poll(status, { timeout: 60_000 }).toBe(200)
  })

  test("ETG-2 ETG-3 a user's tag moves on with the groups that are shown, and If-Match looks past them", async () => {
    const user = await givenUser(request)
    const group = await givenGroup(request, [user.id])
    const stale = await send('GET', user, undefined, { 'If-None-Match': 'W/"1"' })
    const tag = stale.headers.etag ?? ''
    expect([stale.status, stale.body.groups.length, stale.body.meta.version]).toEqual([200, 1, tag])
    expect(tag).toMatch(/^W\/"1-[0-9a-f]{16}"$/)
    expect((await send('GET', user, undefined, { 'If-None-Match': tag })).status).toBe(304)
    await send('DELETE', group, undefined)
    const without = await send('GET', user, undefined, { 'If-None-Match': tag })
    expect([without.status, without.body.groups, without.headers.etag]).toEqual([200, [], 'W/"1"'])
    const changed = await send('PATCH', user, setExternalId('x'), { 'If-Match': tag })
    expect([changed.status, changed.headers.etag]).toEqual([200, 'W/"2"'])
  })
})
