import { describe, expect, test } from 'vitest'
import { newGroup, newUser } from '../factories/scim-api.ts'
import { withSystem } from '../factories/system.ts'
import { type Answer, type Body, client } from './client.ts'
import { givenGroup, givenUser, patch, pathOf, readAgain, refusalOf } from './objects.ts'

const system = withSystem()
const { request } = client(system)

const remove = ({ meta }: Body) => request('DELETE', pathOf(meta.location))
const count = async (endpoint: string, filter: string) =>
  (await request('GET', `${endpoint}?filter=${encodeURIComponent(filter)}`)).body.totalResults
const rename = (title: string) => ({ op: 'replace', path: 'title', value: title })
const statuses = (answers: Answer[]) => answers.map(({ status }) => status).sort()

describe.each([
  ['User', '/Users', 'userName', givenUser, newUser],
  ['Group', '/Groups', 'displayName', givenGroup, newGroup],
] as const)('DELETE of a %s (RFC 7644 §3.6)', (type, endpoint, name, given, body) => {
  test('DEL-1 answers 204 without a body', async () => {
    const { status, headers, body } = await remove(await given(request))
    expect({ status, body }).toEqual({ status: 204, body: undefined })
    expect(headers['content-type']).toBeUndefined()
  })

  test('DEL-1 then every method answers 404, lists and filters leave it out, and its name is free', async () => {
    const resource = await given(request)
    const before = await count(endpoint, 'meta.resourceType pr')
    await remove(resource)
    const path = pathOf(resource.meta.location)
    const named = body(resource[name])
    const answers = [
      await request('GET', path),
      await request('PUT', path, named),
      await patch(request, resource, { op: 'replace', path: 'externalId', value: 'x' }),
      await request('DELETE', path),
    ]
    for (const answer of answers) {
      expect(refusalOf(answer)).toEqual([404, undefined, `There is no ${type} with id "${resource.id}"`])
    }
    expect(await count(endpoint, `${name} eq "${resource[name]}"`)).toBe(0)
    expect(await count(endpoint, `id eq "${resource.id}"`)).toBe(0)
    expect(await count(endpoint, 'meta.resourceType pr')).toBe(before - 1)
    const again = await request('POST', endpoint, named)
    expect([again.status, again.body.id === resource.id]).toEqual([201, false])
  })

  test('DEL-1 an unknown id, and the id of another type, is 404', async () => {
    const other = type === 'User' ? await givenGroup(request) : await givenUser(request)
    for (const id of ['01999999-9999-7999-8999-999999999999', other.id]) {
      const answer = await request('DELETE', `${endpoint}/${id}`)
      expect(refusalOf(answer)).toEqual([404, undefined, `There is no ${type} with id "${id}"`])
    }
    expect(await readAgain(request, other)).toEqual(other)
  })

  test('DEL-2 a collection cannot be deleted', async () => {
    const answer = await request('DELETE', endpoint)
    expect([refusalOf(answer), answer.headers.allow]).toEqual([
      [405, undefined, `Cannot DELETE ${endpoint}: this endpoint offers GET, POST`],
      'GET, POST',
    ])
  })

  test('DEL-3 of simultaneous deletes one is 204, the others 404', async () => {
    const resource = await given(request)
    const answers = await Promise.all([remove(resource), remove(resource), remove(resource), remove(resource)])
    expect(statuses(answers)).toEqual([204, 404, 404, 404])
  })

  test('DEL-3 a PATCH that races a delete never brings the resource back', async () => {
    const resource = await given(request)
    const operation = { op: 'replace', path: 'externalId', value: 'raced' }
    const patches = [1, 2, 3].map((n) => patch(request, resource, { ...operation, value: `raced ${n}` }))
    const [deleted, ...patched] = await Promise.all([remove(resource), ...patches])
    expect(deleted.status).toBe(204)
    for (const { status } of patched) expect([200, 404]).toContain(status)
    expect((await request('GET', pathOf(resource.meta.location))).status).toBe(404)
    expect(await count(endpoint, `id eq "${resource.id}"`)).toBe(0)
  })
})

describe('memberships', () => {
  test('DEL-2 a deleted user is no member any more, and a deleted group no group of anybody', async () => {
    const [ann, bob] = [await givenUser(request), await givenUser(request)]
    const [ops, dev] = [await givenGroup(request, [ann.id, bob.id]), await givenGroup(request, [ann.id])]
    await remove(ann)
    expect((await readAgain(request, ops)).members.map(({ value }: Body) => value)).toEqual([bob.id])
    expect((await readAgain(request, dev)).members).toEqual([])
    expect(await count('/Groups', `members.value eq "${ann.id}"`)).toBe(0)
    await remove(ops)
    expect((await readAgain(request, bob)).groups).toEqual([])
    expect(await count('/Users', `groups.value eq "${ops.id}"`)).toBe(0)
    const bobsTitle = await patch(request, bob, rename('Head'))
    expect([bobsTitle.status, bobsTitle.body.groups]).toEqual([200, []])
  })
})
