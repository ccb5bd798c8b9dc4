import { describe, expect, test } from 'vitest'
import { USER_SCHEMA } from '../factories/scim-api.ts'
import { withSystem } from '../factories/system.ts'
import { client } from './client.ts'
import { givenGroup, givenUser, patch, readAgain, refusalOf } from './objects.ts'

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const SNOWFLAKE = 'urn:ietf:params:scim:schemas:extension:2.0:User'

const system = withSystem()
const { request } = client(system)
const { request: okta } = client(system, 'OKTA_PROVISIONING')

const withDepartment = () => givenUser(request, { [ENTERPRISE]: { department: 'IT' } })

describe('schemas as a path (RFC 7644 §3.5.2)', () => {
  test('PAT-24 naming an extension and then setting its attribute', async () => {
    const user = await givenUser(request)
    const { status, body } = await patch(
      request,
      user,
      { op: 'add', path: 'schemas', value: [ENTERPRISE] },
      { op: 'add', path: `${ENTERPRISE}:department`, value: 'IT' },
    )
    expect([status, body.schemas, body[ENTERPRISE]]).toEqual([
      200,
      [USER_SCHEMA, ENTERPRISE, SNOWFLAKE],
      { department: 'IT' },
    ])
  })

  test.each([
    ['add', { op: 'add', path: 'schemas', value: [ENTERPRISE, 'urn:example:unknown'] }],
    ['replace', { op: 'replace', path: 'schemas', value: [USER_SCHEMA, SNOWFLAKE, ENTERPRISE] }],
    ['remove what is unknown', { op: 'remove', path: 'schemas', value: ['urn:example:unknown'] }],
    ['in a value', { op: 'replace', value: { schemas: [USER_SCHEMA] } }],
  ])('PAT-24 naming changes nothing: %s', async (_name, operation) => {
    const user = await withDepartment()
    const { status, body } = await patch(request, user, operation)
    expect([status, body]).toEqual([200, user])
  })

  test.each([
    ['by value', { op: 'remove', path: 'schemas', value: [ENTERPRISE] }],
    ['by a filter', { op: 'remove', path: `schemas[value eq "${ENTERPRISE}"]` }],
    ['by a list without it', { op: 'replace', path: 'schemas', value: [USER_SCHEMA, SNOWFLAKE] }],
  ])('PAT-24 PAT-17 removing a URN removes the extension: %s', async (_name, operation) => {
    const { status, body } = await patch(request, await withDepartment(), operation)
    expect([status, body.schemas, body[ENTERPRISE]]).toEqual([200, [USER_SCHEMA, SNOWFLAKE], undefined])
  })

  test.each([
    ['the true one', [USER_SCHEMA, SNOWFLAKE], { defaultRole: 'R', type: 'service' }],
    ['its other one', [USER_SCHEMA, ENTERPRISE], { department: 'IT', defaultRole: 'R', type: 'service' }],
    ['both', [USER_SCHEMA, ENTERPRISE, SNOWFLAKE], { department: 'IT', defaultRole: 'R', type: 'service' }],
    ['neither', [USER_SCHEMA], undefined],
  ])('PAT-24 OKT-1 for Okta either URN keeps an attribute that has two: %s', async (_name, value, left) => {
    const shown = { department: 'IT', defaultRole: 'R', type: 'service' }
    const user = await givenUser(okta, { [ENTERPRISE]: shown })
    const { status, body } = await patch(okta, user, { op: 'replace', path: 'schemas', value })
    expect([status, body[ENTERPRISE]]).toEqual([200, left])
  })

  test.each([
    ['the core schema', { op: 'remove', path: 'schemas', value: [USER_SCHEMA] }],
    ['all', { op: 'remove', path: 'schemas' }],
    ['all by a list', { op: 'replace', path: 'schemas', value: [] }],
  ])('PAT-24 PAT-2 %s cannot be removed, and nothing else is done', async (_name, operation) => {
    const user = await withDepartment()
    const answer = await patch(request, user, { op: 'replace', path: 'title', value: 'T' }, operation)
    const detail = `Cannot take "${USER_SCHEMA}" out of schemas: every User has it; name extensions only`
    expect(refusalOf(answer)).toEqual([400, 'mutability', detail])
    expect(await readAgain(request, user)).toEqual(user)
  })

  test('PAT-24 a group has its core schema and no other', async () => {
    const group = await givenGroup(request)
    const { status, body } = await patch(request, group, { op: 'add', path: 'schemas', value: group.schemas })
    expect([status, body]).toEqual([200, group])
  })

  test('SNO-1 without its extension type is person again; by itself it stays', async () => {
    const given = () => givenUser(request, { [SNOWFLAKE]: { type: 'service', defaultRole: 'R' } })
    const whole = await patch(request, await given(), { op: 'remove', path: SNOWFLAKE })
    expect([whole.status, whole.body[SNOWFLAKE]]).toEqual([200, { type: 'person' }])
    const alone = await patch(request, await given(), { op: 'remove', path: `${SNOWFLAKE}:type` })
    expect([alone.status, alone.body[SNOWFLAKE]]).toEqual([200, { type: 'service', defaultRole: 'R' }])
  })
})

describe('an array around the value', () => {
  test('PAT-27 of exactly one object without a path is that object', async () => {
    const user = await givenUser(request)
    const { status, body } = await patch(request, user, { op: 'replace', value: [{ title: 'T', active: false }] })
    expect([status, body.title, body.active]).toEqual([200, 'T', false])
    const group = await givenGroup(request)
    const members = [{ value: user.id }]
    const renamed = await patch(request, group, { op: 'add', value: [{ externalId: 'e', members }] })
    expect([renamed.status, renamed.body]).toMatchObject([200, { externalId: 'e', members }])
  })

  test.each([
    ['of two', { op: 'replace', value: [{ title: 'T' }, { nickName: 'N' }] }],
    ['of a text', { op: 'add', value: ['title'] }],
    ['of nothing', { op: 'add', value: [] }],
    ['for a single value', { op: 'replace', path: 'title', value: ['T'] }],
    ['for a complex value', { op: 'replace', path: 'name', value: [{ givenName: 'A' }] }],
    ['of a member to replace a group', { op: 'replace', value: [{ value: 'u' }] }, givenGroup],
  ])('PAT-27 anything else is 400: %s', async (_name, operation, given = givenUser) => {
    const resource = await given(request)
    const answer = await patch(request, resource, operation)
    expect(refusalOf(answer).slice(0, 2)).toEqual([400, 'invalidValue'])
    expect(await readAgain(request, resource)).toEqual(resource)
  })
})
