import { describe, expect, test } from 'vitest'
import { newUser } from '../factories/scim-api.ts'
import { withSystem } from '../factories/system.ts'
import { type Body, client } from './client.ts'
import { givenUser, patch, pathOf, readAgain } from './objects.ts'

const { request } = client(withSystem())

/** Whether the user is active: as it is read, and as both filters find it. */
async function activeOf(user: Body): Promise<boolean> {
  const found = await Promise.all(
    ['true', 'false'].map(async (value) => {
      const filter = encodeURIComponent(`id eq "${user.id}" and active eq ${value}`)
      return (await request('GET', `/Users?filter=${filter}`)).body.totalResults
    }),
  )
  const { active } = await readAgain(request, user)
  expect(found).toEqual(active ? [1, 0] : [0, 1])
  return active
}

describe('active always has a value', () => {
  test.each([
    ['left out', {}, true],
    ['null', { active: null }, true],
    ['false', { active: false }, false],
  ])('RES-16 of a new user: %s', async (_name, more, active) => {
    const user = await givenUser(request, more)
    expect([user.active, await activeOf(user)]).toEqual([active, active])
  })

  test.each([
    ['left out', {}],
    ['null', { active: null }],
  ])('RES-16 PUT-3 a PUT leaves it as it was: %s', async (_name, more) => {
    for (const active of [true, false]) {
      const user = await givenUser(request, { active, title: 'T' })
      const { status, body } = await request('PUT', pathOf(user.meta.location), newUser(user.userName, more))
      expect([status, body.active, body.title]).toEqual([200, active, undefined])
      expect(await activeOf(user)).toBe(active)
    }
  })

  test.each([
    ['remove', { op: 'remove', path: 'active' }],
    ['null', { op: 'replace', path: 'active', value: null }],
    ['null in a value', { op: 'replace', value: { active: null } }],
  ])('RES-16 a PATCH takes it from nobody, and enables nobody: %s', async (_name, operation) => {
    for (const active of [true, false]) {
      const user = await givenUser(request, { active })
      const { status, body } = await patch(request, user, operation)
      expect([status, body]).toEqual([200, user])
    }
  })
})
