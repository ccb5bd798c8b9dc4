import { describe, expect, test } from 'vitest'
import { newGroup, newUser } from '../factories/scim-api.ts'
import { withSystem } from '../factories/system.ts'
import { type Body, client } from './client.ts'
import { givenGroup, givenUser, memberIds, patch, type Refusal, readAgain, refusalOf, unique } from './objects.ts'

const { request } = client(withSystem())

/** What is no element of a list of objects; each stands alone and beside one that is. */
const NO_ELEMENTS = [null, {}, '', [], { foo: 'bar' }, { value: null }, { value: [] }]
/** What says something and not the value it says it of. */
const NO_VALUES = [{ value: '' }, { value: null, type: 'work' }, { primary: true }, { type: 'work' }, { display: 'd' }]
const lists = (element: object) =>
  [...NO_ELEMENTS, ...('value' in element ? NO_VALUES : [])].flatMap((none) => [[none], [element, none]])

const refused = (answer: Parameters<typeof refusalOf>[0]): Refusal => {
  const [status, scimType, detail] = refusalOf(answer)
  expect(detail).toMatch(/^Cannot read \w+ .+: expected (an object|at least one of .+)$|\w+\.value is required/)
  return [status, scimType, '']
}

describe('elements that say nothing', () => {
  test.each([
    ['emails', { value: 'b@x' }],
    ['phoneNumbers', { value: '1' }],
    ['addresses', { country: 'US' }],
    ['x509Certificates', { value: 'QQ==' }],
  ])('RES-15 neither empty nor shorten %s, in POST, PUT and PATCH', async (name, element) => {
    const user = await givenUser(request, { [name]: [element] })
    const answers = await Promise.all(
      lists(element).flatMap((value) => [
        request('POST', '/Users', newUser(unique('user'), { [name]: value })),
        request('PUT', `/Users/${user.id}`, newUser(user.userName, { [name]: value })),
        ...['add', 'replace', 'remove'].map((op) => patch(request, user, { op, path: name, value })),
        patch(request, user, { op: 'replace', value: { [name]: value } }),
      ]),
    )
    expect(answers.map(refused)).toEqual(answers.map(() => [400, 'invalidValue', '']))
    expect(await readAgain(request, user)).toEqual(user)
  })

  test('RES-15 PAT-10 neither empty nor shorten a group', async () => {
    const { id } = await givenUser(request)
    const group = await givenGroup(request, [id])
    const answers = await Promise.all(
      lists({ value: id }).flatMap((value) => [
        request('POST', '/Groups', newGroup(unique('group'), { members: value })),
        request('PUT', `/Groups/${group.id}`, newGroup(group.displayName, { members: value })),
        ...['add', 'replace', 'remove'].map((op) => patch(request, group, { op, path: 'members', value })),
        patch(request, group, { op: 'replace', value: { members: value } }),
      ]),
    )
    expect(answers.map(refused)).toEqual(answers.map(() => [400, 'invalidValue', '']))
    expect(await readAgain(request, group)).toEqual(group)
  })

  test('RES-15 PUT-6 an address is made part by part, goes with its value, and is never without one', async () => {
    const user = await givenUser(request, { emails: [{ value: 'b@x', type: 'work' }] })
    const made = await patch(
      request,
      user,
      { op: 'add', path: 'emails[type eq "home"].display', value: 'H' },
      { op: 'add', path: 'emails[type eq "home"].value', value: 'h@x' },
      { op: 'remove', path: 'emails[type eq "work"].value' },
    )
    const emails = [{ value: 'h@x', display: 'H', type: 'home' }]
    expect([made.status, made.body.emails]).toEqual([200, emails])
    const answers = [
      await patch(request, user, { op: 'add', path: 'emails[type eq "other"].display', value: 'O' }),
      await patch(request, user, { op: 'add', path: 'emails[type eq "other"]', value: { primary: true } }),
      await patch(request, user, { op: 'replace', path: 'emails[type eq "home"]', value: { primary: true } }),
      await patch(request, user, { op: 'replace', path: 'emails[type eq "home"].value', value: '' }),
      await patch(request, user, { op: 'add', value: { emails: [{ primary: true }] } }),
    ]
    const refusal = [400, 'invalidValue', 'The attribute emails.value is required: send it with a value']
    expect(answers.map(refusalOf)).toEqual(answers.map(() => refusal))
    expect((await readAgain(request, user)).emails).toEqual(emails)
  })

  test('RES-15 RES-6 null and [] as a whole are no elements: they unassign', async () => {
    for (const value of [null, []]) {
      const user = await givenUser(request, { emails: [{ value: 'b@x' }] })
      const { status, body } = await patch(request, user, { op: 'replace', path: 'emails', value })
      expect([status, body.emails]).toEqual([200, undefined])
    }
  })
})

describe('one object for a list', () => {
  test('RES-15 stands for a list of one, in POST, PUT and PATCH', async () => {
    const emails = { value: 'b@x', type: 'work' }
    const user = await givenUser(request, { emails })
    expect(user.emails).toEqual([emails])
    const replaced = await request('PUT', `/Users/${user.id}`, newUser(user.userName, { emails: { value: 'c@x' } }))
    expect([replaced.status, replaced.body.emails]).toEqual([200, [{ value: 'c@x' }]])
    const patched = await patch(request, user, { op: 'add', path: 'emails', value: emails })
    expect([patched.status, patched.body.emails]).toEqual([200, [{ value: 'c@x' }, emails]])
    const members = { value: user.id }
    const group: Body = await request('POST', '/Groups', newGroup(unique('group'), { members }))
    expect([group.status, memberIds(group.body)]).toEqual([201, [user.id]])
  })
})

describe('removing members', () => {
  test('PAT-25 PAT-21 who is no member is no error, and the others of the list go', async () => {
    const [ann, bob] = [await givenUser(request), await givenUser(request)]
    const other = await givenGroup(request)
    const group = await givenGroup(request, [ann.id, bob.id])
    const value = [{ value: other.id, type: 'Group' }, { value: ann.id }, { value: 'nobody' }]
    const { status, body } = await patch(request, group, { op: 'remove', path: 'members', value })
    expect([status, memberIds(body)]).toEqual([200, [bob.id]])
    const again = await patch(request, group, { op: 'remove', path: 'members', value })
    expect([again.status, again.body.meta.version]).toEqual([200, body.meta.version])
  })

  test('PAT-25 a group is no member all the same', async () => {
    const other = await givenGroup(request)
    const group = await givenGroup(request)
    const value = [{ value: other.id, type: 'Group' }]
    const detail = `Cannot add "${other.id}": groups cannot be members of groups here; add the users themselves`
    expect(refusalOf(await patch(request, group, { op: 'add', path: 'members', value }))).toEqual([
      400,
      'invalidValue',
      detail,
    ])
  })
})
