import { describe, expect, test } from 'vitest'
import { undo } from '../../../shared/resources/undo/undo.ts'
import { withTable } from '../../factories/engine.ts'
import { dyingDb } from '../../factories/faulty-db.ts'
import { scanEvents } from '../../factories/scan.ts'
import { type Body, creator, newGroup, newUser, patchOf, scimApi } from '../../factories/scim-api.ts'
import { settle } from '../../factories/settle.ts'
import { anInstant, rowsOf, undoContext, undoer } from '../../factories/undo.ts'

const INTEGRATION = 'GENERIC_PROVISIONING'
const EXTENSION = 'urn:ietf:params:scim:schemas:extension:2.0:User'
const db = withTable()
const call = scimApi(db)
const undone = undoer(db)

let names = 0
const aName = (stem: string) => `${stem}-${++names}`
const create = creator(call)
const createUser = (userName: string, more: object = {}) => create('/Users', newUser(userName, more))
async function change(path: string, value: object): Promise<void> {
  expect((await call('PATCH', path, patchOf({ op: 'replace', value }))).status).toBeLessThan(300)
}
const rename = ({ id }: Body, userName: string) => change(`/Users/${id}`, { userName })
const namesOf = (users: Body[]) =>
  Promise.all(users.map(async ({ id }) => (await call('GET', `/Users/${id}`)).body.userName))

/** Both are the same: what a dry run says, and what comes of it. */
async function undoneAsSaid(body: object) {
  const dry = await undone({ ...body, integration: INTEGRATION, dryRun: true })
  const rows = await undone({ ...body, integration: INTEGRATION })
  expect(rows).toEqual(dry)
  return rows.map(({ name, outcome, what, reason }) => [name, outcome, what ?? reason])
}

/** Users whose names go round: each gets that of the next. */
async function createRing(count: number) {
  const had = Array.from({ length: count }, () => aName('ring'))
  const users = await Promise.all(had.map((name) => createUser(name, { title: 'Engineer' })))
  const since = await anInstant()
  const [first] = users as [Body]
  await rename(first, aName('tmp'))
  for (const [n, user] of users.slice(1).entries()) await rename(user, had[n] ?? '')
  await rename(first, had.at(-1) ?? '')
  return { users, had, since }
}

describe('users whose names an integration exchanged', () => {
  test.each([2, 3, 10])('are set back by one command, as the dry run says: %i of them', async (count) => {
    const { users, had, since } = await createRing(count)
    for (const { id } of users) await change(`/Users/${id}`, { title: 'Chief' })
    const rows = await undoneAsSaid({ since })
    expect(rows.map(([, outcome]) => outcome)).toEqual(users.map(() => 'done'))
    expect(rows.map(([, , what]) => what).sort()).toEqual(
      had.map((name, n) => `title "Chief" → "Engineer", userName "${had.at(n - 1)}" → "${name}"`).sort(),
    )
    expect(await namesOf(users)).toEqual(had)
    const again = await undone({ integration: INTEGRATION, since })
    expect(again.map(({ outcome }) => outcome)).toEqual(users.map(() => 'unchanged'))
    const found = await Promise.all(had.map((name) => call('GET', `/Users?filter=userName%20eq%20%22${name}%22`)))
    expect(found.map(({ body }) => body.Resources.map(({ id }: Body) => id))).toEqual(users.map(({ id }) => [id]))
  })

  test('are refused where more wait for each other than one transaction takes, in a dry run too', async () => {
    const { users, had, since } = await createRing(11)
    const reason =
      "more than 10 have each other's names, which is more than can change at once: rename one of them, and run this again with force"
    expect((await undoneAsSaid({ since })).map(([, ...came]) => came)).toEqual(users.map(() => ['refused', reason]))
    const [first] = users as [Body]
    const [freed] = await namesOf([first])
    await rename(first, aName('free'))
    const rows = await undone({ integration: INTEGRATION, since })
    expect(rows.filter(({ outcome }) => outcome === 'refused')).toEqual([])
    expect([await namesOf(users), freed]).toEqual([had, had.at(-1)])
  })

  test('wait for a name that was passed on, whatever came last', async () => {
    const had = Array.from({ length: 3 }, () => aName('chain'))
    const users = await Promise.all(had.map((name) => createUser(name)))
    const since = await anInstant()
    const [first, second, third] = users as [Body, Body, Body]
    await rename(third, aName('free'))
    await rename(second, had[2] ?? '')
    await rename(first, had[1] ?? '')
    for (const { id } of [first, second, third]) await change(`/Users/${id}`, { title: 'Chief' })
    expect((await undoneAsSaid({ since })).map(([, outcome]) => outcome)).toEqual(['done', 'done', 'done'])
    expect(await namesOf(users)).toEqual(had)
  })

  test('are refused with whoever is in the way, and who holds the name is told', async () => {
    const [ada, bo] = [aName('ada'), aName('bo')]
    const users = [await createUser(ada), await createUser(bo)] as [Body, Body]
    const since = await anInstant()
    const tmp = aName('tmp')
    await rename(users[0], tmp)
    await rename(users[1], ada)
    await rename(users[0], bo)
    const later = await anInstant()
    await rename(users[0], aName('later'))
    const other = await createUser(bo)
    const rows = await undoneAsSaid({ since, until: later })
    expect(rows).toEqual([
      [tmp, 'refused', 'changed again since: userName'],
      [bo, 'refused', `its userName "${bo}" is taken, by USER ${other.id} of role GENERIC_SCIM_PROVISIONER`],
    ])
  })

  test('come back with one that was deleted, and in the place of one that was made', async () => {
    const [ada, bo] = [aName('ada'), aName('bo')]
    const users = [await createUser(ada), await createUser(bo)] as [Body, Body]
    const since = await anInstant()
    await call('DELETE', `/Users/${users[0].id}`)
    await settle(db)
    await rename(users[1], ada)
    const made = await createUser(bo)
    expect(await undoneAsSaid({ since })).toEqual([
      [bo, 'unchanged', 'it was made by what is undone, and stays'],
      [bo, 'refused', `its userName "${bo}" is taken, by USER ${made.id} of role GENERIC_SCIM_PROVISIONER`],
      [ada, 'refused', `its userName "${ada}" is taken, by USER ${users[1].id} of role GENERIC_SCIM_PROVISIONER`],
    ])
    expect(await undoneAsSaid({ since, withCreated: true })).toEqual([
      [bo, 'done', 'dropped'],
      [bo, 'done', `userName "${ada}" → "${bo}"`],
      [ada, 'done', 'made again'],
    ])
    expect(await namesOf(users)).toEqual([ada, bo])
  })

  test('come back with their role where others were made under the names of both', async () => {
    const [cy, ops] = [aName('cy'), aName('Ops')]
    const user = await createUser(cy, { title: 'Engineer' })
    const group = await create('/Groups', newGroup(ops, { members: [{ value: user.id }] }))
    const since = await anInstant()
    await call('DELETE', `/Users/${user.id}`)
    await call('DELETE', `/Groups/${group.id}`)
    await settle(db)
    const made = await createUser(cy.toUpperCase(), { active: true })
    await create('/Groups', newGroup(ops.toLowerCase(), { members: [{ value: made.id }] }))
    await change(`/Users/${made.id}`, { title: 'Chief' })
    expect(await undoneAsSaid({ since, withCreated: true })).toEqual([
      [cy.toUpperCase(), 'done', 'dropped'],
      [ops.toLowerCase(), 'done', 'dropped'],
      [cy, 'done', 'made again'],
      [ops, 'done', 'made again, with 1 member'],
    ])
    expect((await call('GET', `/Groups/${group.id}`)).body.members.map(({ value }: Body) => value)).toEqual([user.id])
  })

  test('have the other of two names to themselves', async () => {
    const [ada, bo] = [aName('ada'), aName('bo')]
    const named = (name: string) => ({ [EXTENSION]: { snowflakeUserName: name } })
    const users = [await createUser(aName('user'), named(ada)), await createUser(aName('user'), named(bo))] as [
      Body,
      Body,
    ]
    const since = await anInstant()
    const call2 = (user: Body, name: string) => change(`/Users/${user.id}`, named(name))
    await call2(users[0], aName('tmp'))
    await call2(users[1], ada)
    await call2(users[0], bo)
    expect((await undoneAsSaid({ since })).map(([, , what]) => what)).toEqual([
      `${EXTENSION}:snowflakeUserName "${bo}" → "${ada}"`,
      `${EXTENSION}:snowflakeUserName "${ada}" → "${bo}"`,
    ])
  })

  test('are whole wherever the command ends, and the next one finishes it', async () => {
    const { users, had, since } = await createRing(3)
    for (const { id } of users) await change(`/Users/${id}`, { title: 'Chief' })
    const all = new Set(had)
    let isDead = true
    for (let run = 0; isDead; run++) {
      const { db: dying, state } = dyingDb(db, { at: 1 + (run % 2), reached: run % 4 < 2 })
      const body = { integration: INTEGRATION, since }
      const step = (next: string | undefined) =>
        undo({ ...undoContext(db), db: dying }, { ...body, ...(next !== undefined && { next }) })
      await rowsOf(step).catch(() => {})
      expect(new Set(await namesOf(users))).toEqual(all)
      isDead = state.dead
    }
    expect(await namesOf(users)).toEqual(had)
  })
})

test('roles whose names an integration exchanged get them back with their members', async () => {
  const user = await createUser(aName('user'))
  const had = [aName('role'), aName('role')]
  const groups = await Promise.all(
    had.map((name) => create('/Groups', newGroup(name, { members: [{ value: user.id }] }))),
  )
  const since = await anInstant()
  const [first, second] = groups as [Body, Body]
  await change(`/Groups/${first.id}`, { displayName: aName('tmp') })
  await change(`/Groups/${second.id}`, { displayName: had[0] })
  await change(`/Groups/${first.id}`, { displayName: had[1] })
  for (const { id } of groups) await call('PATCH', `/Groups/${id}`, patchOf({ op: 'remove', path: 'members' }))
  expect((await undoneAsSaid({ since })).map(([, , what]) => what)).toEqual([
    `displayName "${had[0]}" → "${had[1]}", 1 member back`,
    `displayName "${had[1]}" → "${had[0]}", 1 member back`,
  ])
  const shown = await Promise.all(groups.map(async ({ id }) => (await call('GET', `/Groups/${id}`)).body))
  expect(shown.map(({ displayName, members }) => [displayName, members.length])).toEqual(had.map((name) => [name, 1]))
  const own = (await scanEvents(db)).filter(
    ({ endpoint, resourceId }) => endpoint === 'admin/test' && resourceId === first.id,
  )
  expect(own.every(({ cause, status }) => cause !== undefined && status === 200)).toBe(true)
})
