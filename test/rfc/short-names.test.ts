import { describe, expect, test } from 'vitest'
import { patchOf } from '../factories/scim-api.ts'
import { withSystem } from '../factories/system.ts'
import { type Body, client } from './client.ts'
import { givenUser, patch, unique } from './objects.ts'

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const SNOWFLAKE = 'urn:ietf:params:scim:schemas:extension:2.0:User'

const system = withSystem()
const { request } = client(system)

const found = async (query: Record<string, string>): Promise<Body> => {
  const { status, body } = await request('GET', `/Users?${new URLSearchParams(query)}`)
  expect({ status, body }).toMatchObject({ status: 200 })
  return body
}

describe('short names of extension attributes (RFC 7644 §3.10)', () => {
  test('RES-14 in a filter, with and without a sub-attribute', async () => {
    const department = unique('department')
    const ann = await givenUser(request, { [ENTERPRISE]: { department, manager: { value: 'm1' } } })
    await givenUser(request, { [ENTERPRISE]: { manager: { value: 'm2' } } })
    const ids = async (filter: string) => (await found({ filter })).Resources.map(({ id }: Body) => id)
    expect(await ids(`department eq "${department}"`)).toEqual([ann.id])
    expect(await ids(`id eq "${ann.id}" and manager eq "m1"`)).toEqual([ann.id])
    expect(await ids(`id eq "${ann.id}" and MANAGER.value eq "m2"`)).toEqual([])
    expect(await ids(`id eq "${ann.id}" and type eq "person"`)).toEqual([ann.id])
  })

  test('RES-14 in sortBy', async () => {
    const employeeType = unique('sorted')
    const [second, first] = await Promise.all(
      ['Sales', 'IT'].map((department) => givenUser(request, { userType: employeeType, [ENTERPRISE]: { department } })),
    )
    const { Resources } = await found({ filter: `userType eq "${employeeType}"`, sortBy: 'department' })
    expect(Resources.map(({ id }: Body) => id)).toEqual([first.id, second.id])
  })

  test('RES-14 in attributes and excludedAttributes', async () => {
    const { id } = await givenUser(request, { [ENTERPRISE]: { department: 'IT', division: 'D' } })
    const only = await request('GET', `/Users/${id}?attributes=department,defaultRole`)
    expect(only.body).toEqual({ schemas: expect.any(Array), id, [ENTERPRISE]: { department: 'IT' } })
    const without = await request('GET', `/Users/${id}?excludedAttributes=department`)
    expect(without.body[ENTERPRISE]).toEqual({ division: 'D' })
  })

  test('RES-14 as a path and as a key of a PATCH', async () => {
    const ann = await givenUser(request)
    const { status, body } = await patch(
      request,
      ann,
      { op: 'add', path: 'department', value: 'IT' },
      { op: 'replace', value: { division: 'D', defaultRole: 'R', 'manager.value': 'm1' } },
    )
    expect({ status, body }).toMatchObject({
      status: 200,
      body: {
        [ENTERPRISE]: { department: 'IT', division: 'D', manager: { value: 'm1' } },
        [SNOWFLAKE]: { defaultRole: 'R' },
      },
    })
    const names = ['department', 'division', 'defaultRole', 'manager']
    expect(Object.keys(body).filter((name) => names.includes(name))).toEqual([])
    const removed = await patch(request, ann, { op: 'remove', path: 'manager' })
    expect(removed.body[ENTERPRISE]).toEqual({ department: 'IT', division: 'D' })
  })

  test("RES-14 a name of the core schema is the core's, whatever an extension holds inside", async () => {
    const ann = await givenUser(request, { [ENTERPRISE]: { manager: { value: 'm1' } } })
    const { body } = await patch(request, ann, { op: 'add', path: 'displayName', value: 'Ann' })
    expect([body.displayName, body[ENTERPRISE]]).toEqual(['Ann', { manager: { value: 'm1' } }])
  })

  test('RES-14 for OKTA they lead to where Okta sees the attribute', async () => {
    const okta = client(system, 'OKTA_PROVISIONING').request
    const ann = await givenUser(okta)
    const answer = await okta('PATCH', `/Users/${ann.id}`, patchOf({ op: 'add', path: 'defaultRole', value: 'R' }))
    expect(answer.body[ENTERPRISE]).toEqual({ defaultRole: 'R' })
  })
})
