import { describe, expect, test } from 'vitest'
import { QUIRKS } from '../../shared/scim/quirks.ts'
import { patchOf } from '../factories/scim-api.ts'
import { withSystem } from '../factories/system.ts'
import { client } from '../rfc/client.ts'
import { givenGroup, givenUser, memberIds, pathOf, readAgain } from '../rfc/objects.ts'
import { listHabits, PROVIDERS, replay } from './habit.ts'

const system = withSystem()

const habits = listHabits()

describe.each(Object.entries(PROVIDERS))('%s', (idp, integration) => {
  const own = habits.filter((recorded) => recorded.idp === idp)
  test.each(own.map(({ name, habit }) => [habit.proves.join(' '), name, habit] as const))(
    '%s %s',
    (_ids, _name, habit) => replay(client(system, integration).request, habit),
  )
})

describe('habits and quirks', () => {
  test.each(QUIRKS.map(({ name, sentBy }) => [sentBy, name] as const))('%s: %s was recorded', (sentBy, name) => {
    const recorded = habits.filter(({ habit }) => habit.quirk === name)
    expect(recorded.map(({ idp }) => idp)).toContain(sentBy.toLowerCase())
  })

  test.each([
    ['OKT-1', 'okta'],
    ['OKT-2', 'okta'],
    ['ENT-1', 'entra'],
    ['ENT-2', 'entra'],
    ['SNO-1', 'snowflake'],
  ])('%s is proved by what %s sends', (id, idp) => {
    const proving = habits.filter(({ habit }) => habit.proves.includes(id))
    expect(proving.map((recorded) => recorded.idp)).toContain(idp)
  })

  test('every habit outside the RFC names a row of quirks.ts', () => {
    const known = new Set(QUIRKS.map(({ name }) => name))
    const unknown = habits.flatMap(({ habit: { quirk } }) => (quirk === undefined || known.has(quirk) ? [] : [quirk]))
    expect(unknown).toEqual([])
  })
})

describe('the pace of providers', () => {
  test('ENT-2 25 changes of one group at once are all answered and all kept', async () => {
    const { request } = client(system, 'AZURE_PROVISIONING')
    const users = await Promise.all(Array.from({ length: 25 }, () => givenUser(request)))
    const group = await givenGroup(request)
    const answers = await Promise.all(
      users.map(({ id }) => {
        const add = { op: 'Add', path: 'members', value: [{ $ref: null, value: id }] }
        return request('PATCH', pathOf(group.meta.location), patchOf(add))
      }),
    )
    expect(answers.map(({ status }) => status)).toEqual(users.map(() => 204))
    expect(memberIds(await readAgain(request, group))).toEqual(users.map(({ id }) => id).sort())
  })
})
