import { beforeAll, describe, expect, test } from 'vitest'
import { adminApi } from '../../factories/admin-api.ts'
import { withTable } from '../../factories/engine.ts'
import { scanEvents } from '../../factories/scan.ts'
import { type Body, creator, newGroup, newUser, patchOf, principal, scimApi } from '../../factories/scim-api.ts'
import { settle } from '../../factories/settle.ts'
import { anInstant } from '../../factories/undo.ts'

const db = withTable()
const admin = adminApi(db)
const okta = scimApi(db, principal({ integration: 'OKTA', role: 'OKTA_PROVISIONER', clientKind: 'OKTA' }))

beforeAll(async () => {
  for (const [name, clientKind] of [
    ['OKTA', 'OKTA'],
    ['ENTRA', 'AZURE'],
  ])
    expect((await admin('POST', '/admin/integrations', { body: { name, clientKind } })).status).toBe(201)
})

let names = 0
const aName = (stem: string) => `${stem}-${++names}`
const create = creator(okta)
const createUser = (more: object = {}) => create('/Users', newUser(aName('user'), more))
const set = (path: string, value: unknown) => patchOf({ op: 'replace', path, value })
const alter = async (type: 'users' | 'roles', id: string, body: object) =>
  expect((await admin('PATCH', `/admin/${type}/{id}`, { params: { id }, body })).status).toBeLessThan(300)
const show = async (type: 'users' | 'roles', id: string) =>
  (await admin('GET', `/admin/${type}/{id}`, { params: { id } })).body
const transfer = async (body: object) =>
  expect((await admin('POST', '/admin/ownership', { body })).body.rows[0].outcome).toBe('done')
const undo = async (body: object) => {
  const { status, body: answer } = await admin('POST', '/admin/undo', { body })
  expect(status).toBe(200)
  return answer.rows.map(({ outcome, what, reason }: Body) => [outcome, what, reason])
}
const lastChange = async (id: string) =>
  (await scanEvents(db)).filter(({ resourceId, changes }) => resourceId === id && changes).at(-1)?.eventId ?? ''

describe('after an ownership transfer', () => {
  test('what the old owner did is set back, and the new owner keeps the object', async () => {
    const user = await createUser({ title: 'A' })
    const since = await anInstant()
    await okta('PATCH', `/Users/${user.id}`, set('title', 'B'))
    await transfer({ users: [user.id], to: 'AAD_PROVISIONER' })
    expect(await undo({ integration: 'OKTA', since })).toEqual([['done', 'title "B" → "A"', undefined]])
    expect(await show('users', user.id)).toMatchObject({ title: 'A', owner: 'AAD_PROVISIONER' })
  })

  test('the transfer is not undone, which is said with the command that hands the object back', async () => {
    const user = await createUser()
    const since = await anInstant()
    await transfer({ users: [user.id], to: 'AAD_PROVISIONER' })
    const reason = `its owner stays AAD_PROVISIONER; to hand it back: rolecall ownership transfer --user ${user.userName} --to OKTA_PROVISIONER`
    expect(await undo({ event: await lastChange(user.id) })).toEqual([['unchanged', undefined, reason]])
    await alter('users', user.id, set('title', 'Dr'))
    expect(await undo({ integration: 'IAM', since })).toEqual([['done', 'title "Dr" → none', reason]])
    await transfer({ users: [user.id], to: 'OKTA_PROVISIONER' })
    expect(await undo({ integration: 'IAM', since })).toEqual([['unchanged', undefined, undefined]])
  })

  test('who was deleted comes back to its last owner', async () => {
    const user = await createUser()
    await transfer({ users: [user.id], to: 'ADMIN' })
    await admin('DELETE', '/admin/users/{id}', { params: { id: user.id } })
    await settle(db)
    expect(await undo({ event: await lastChange(user.id) })).toEqual([['done', 'made again', undefined]])
    expect(await show('users', user.id)).toMatchObject({ owner: 'ADMIN' })
  })
})

describe('marks of what was changed by hand', () => {
  const marksOf = async (type: 'users' | 'roles', id: string) => (await show(type, id)).directChanges

  test('go with the change by hand that is undone, and come back where that is undone', async () => {
    const user = await createUser({ title: 'A' })
    await alter('users', user.id, set('title', 'B'))
    const marks = await marksOf('users', user.id)
    expect(marks).toEqual({ title: expect.any(String) })
    await undo({ event: await lastChange(user.id) })
    expect(await show('users', user.id)).toMatchObject({ title: 'A' })
    expect(await marksOf('users', user.id)).toBeUndefined()
    await undo({ event: await lastChange(user.id) })
    expect(await show('users', user.id)).toMatchObject({ title: 'B', directChanges: marks })
  })

  test('come back with a value of an administrator that an integration overwrote', async () => {
    const user = await createUser({ title: 'A', nickName: 'X' })
    await alter('users', user.id, set('title', 'B'))
    const marks = await marksOf('users', user.id)
    const since = await anInstant()
    await okta('PATCH', `/Users/${user.id}`, set('title', 'C'))
    await okta('PATCH', `/Users/${user.id}`, set('nickName', 'Y'))
    await okta('PATCH', `/Users/${user.id}`, set('title', 'D'))
    expect(await marksOf('users', user.id)).toBeUndefined()
    await undo({ integration: 'OKTA', since })
    expect(await show('users', user.id)).toMatchObject({ title: 'B', nickName: 'X', directChanges: marks })
  })

  test('are those of the first of two changes by hand again', async () => {
    const user = await createUser({ title: 'A' })
    await alter('users', user.id, set('title', 'B'))
    const marks = await marksOf('users', user.id)
    await anInstant()
    await alter('users', user.id, set('title', 'C'))
    const later = await marksOf('users', user.id)
    expect(later).not.toEqual(marks)
    await undo({ event: await lastChange(user.id) })
    expect(await show('users', user.id)).toMatchObject({ title: 'B', directChanges: marks })
    await undo({ event: await lastChange(user.id) })
    expect(await show('users', user.id)).toMatchObject({ title: 'C', directChanges: later })
  })

  test('of members go and come with them, and a deleted role has its own again', async () => {
    const user = await createUser()
    const group = await create('/Groups', newGroup(aName('group'), { members: [{ value: user.id }] }))
    await alter('roles', group.id, patchOf({ op: 'remove', path: 'members' }))
    const marks = await marksOf('roles', group.id)
    expect(marks).toEqual({ members: expect.any(String) })
    await okta('DELETE', `/Groups/${group.id}`)
    await settle(db)
    await undo({ event: await lastChange(group.id) })
    expect(await marksOf('roles', group.id)).toEqual(marks)
    const [byHand] = (await scanEvents(db)).filter(
      ({ resourceId, method, type }) => resourceId === group.id && method === 'PATCH' && type === 'ADMIN',
    )
    await undo({ event: byHand?.eventId })
    expect((await show('roles', group.id)).members).toHaveLength(1)
    expect(await marksOf('roles', group.id)).toBeUndefined()
  })

  test('are none of what administrators own', async () => {
    const user = await createUser({ title: 'A' })
    await alter('users', user.id, set('title', 'B'))
    const since = await anInstant()
    await okta('PATCH', `/Users/${user.id}`, set('title', 'C'))
    await transfer({ users: [user.id], to: 'ADMIN' })
    await undo({ integration: 'OKTA', since })
    expect(await show('users', user.id)).toMatchObject({ title: 'B', owner: 'ADMIN' })
    expect(await marksOf('users', user.id)).toBeUndefined()
  })
})

test('an integration that forbids changes by hand forbids no undo: it brings back what was there', async () => {
  const users = await Promise.all([createUser({ title: 'A' }), createUser()])
  const [changed, gone] = users as [Body, Body]
  const since = await anInstant()
  await okta('PATCH', `/Users/${changed.id}`, set('title', 'B'))
  await okta('DELETE', `/Users/${gone.id}`)
  const made = await createUser()
  await settle(db)
  const settings = async (localChanges: string) =>
    expect(
      (await admin('PATCH', '/admin/integrations/{name}', { params: { name: 'OKTA' }, body: { localChanges } })).status,
    ).toBe(200)
  await settings('refuse')
  const refused = await admin('PATCH', '/admin/users/{id}', { params: { id: changed.id }, body: set('title', 'Z') })
  expect(refused.status).toBe(403)
  for (const dryRun of [{ dryRun: true as const }, {}]) {
    const { body } = await admin('POST', '/admin/undo', {
      body: { integration: 'OKTA', since, withCreated: true, ...dryRun },
    })
    expect(body.rows.map(({ id, outcome }: Body) => [id, outcome])).toEqual([[made.id, 'done']])
    let { next } = body
    const rows: Body[] = []
    while (next !== undefined) {
      const step = await admin('POST', '/admin/undo', {
        body: { integration: 'OKTA', since, withCreated: true, ...dryRun, next },
      })
      rows.push(...step.body.rows)
      next = step.body.next
    }
    expect(rows.map(({ id, outcome }) => [id, outcome])).toEqual([
      [gone.id, 'done'],
      [changed.id, 'done'],
    ])
  }
  await settings('allow')
  expect([(await show('users', changed.id)).title, (await show('users', gone.id)).userName]).toEqual([
    'A',
    gone.userName,
  ])
  expect((await okta('GET', `/Users/${made.id}`)).status).toBe(404)
})
