import { beforeEach, describe, expect, test } from 'vitest'
import { undo } from '../../../shared/resources/undo/undo.ts'
import { requireUndoable, undoEvent } from '../../../shared/resources/undo/undo-event.ts'
import { RESOURCE_TYPES } from '../../../shared/scim/resource-types.ts'
import { countResources } from '../../../shared/store/counters.ts'
import { listOwnedIds } from '../../../shared/store/owned.ts'
import { withTable } from '../../factories/engine.ts'
import { dyingDb } from '../../factories/faulty-db.ts'
import { scanEvents } from '../../factories/scan.ts'
import { type Body, newGroup, newUser, patchOf, principal, scimApi } from '../../factories/scim-api.ts'
import { settle } from '../../factories/settle.ts'
import { brief, rowsOf, undoContext, undoer, undropper } from '../../factories/undo.ts'

const { User, Group } = RESOURCE_TYPES
const INTEGRATION = 'GENERIC_PROVISIONING'
const ROLE = 'GENERIC_SCIM_PROVISIONER'

const db = withTable()
const call = scimApi(db)

let names = 0
const aName = (stem: string) => `${stem}-${++names}`
async function createUser(more: object = {}): Promise<Body> {
  const { body, status } = await call('POST', '/Users', newUser(aName('user'), more))
  expect(status).toBe(201)
  return body
}
const createUsers = (count: number) => Promise.all(Array.from({ length: count }, () => createUser()))
const shown = (users: Body[]) => users.map(({ id, userName }) => ({ value: id, display: `The ${userName}` }))
async function createGroup(members: object[] = []): Promise<Body> {
  const { body, status } = await call('POST', '/Groups', newGroup(aName('group'), { members }))
  expect(status).toBe(201)
  await settle(db)
  return body
}

/** A resource as it is shown, but for its version and when it was written. */
async function shownAt(path: string): Promise<string> {
  const { body, status } = await call('GET', path)
  if (status !== 200) return String(status)
  const { meta, ...rest } = body
  return JSON.stringify({ ...rest, created: meta.created, location: meta.location })
}
const versionAt = async (path: string) => Number(/\d+/.exec((await call('GET', path)).body.meta.version)?.[0])

const contextOf = () => undoContext(db)
const undone = undoer(db)
const undropped = undropper(db)

const changesOf = async (id: string) =>
  (await scanEvents(db)).filter(({ resourceId, changes }) => resourceId === id && changes)
const lastChange = async (id: string) => (await changesOf(id)).at(-1)?.eventId ?? ''

describe('undoing one event', () => {
  test('sets attributes back, extensions among them, by one event that names what it follows from', async () => {
    const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
    const user = await createUser({
      title: 'Engineer',
      externalId: aName('ext'),
      [enterprise]: { department: 'Tools' },
    })
    const path = `/Users/${user.id}`
    const before = await shownAt(path)
    await call('PUT', path, newUser(aName('renamed'), { active: false, nickName: 'Ada' }))
    const event = await lastChange(user.id)
    const dry = await undone({ event, dryRun: true })
    const rows = await undone({ event })
    expect(rows).toEqual(dry)
    expect(rows).toMatchObject([{ type: 'USER', id: user.id, outcome: 'done' }])
    expect(rows[0]?.what).toContain('active false → true')
    expect(await shownAt(path)).toBe(before)
    expect(await versionAt(path)).toBe(3)
    const [found] = (await call('GET', `/Users?filter=externalId%20eq%20%22${user.externalId}%22`)).body.Resources
    expect(found.id).toBe(user.id)
    const all = await changesOf(user.id)
    expect(all).toHaveLength(3)
    expect(all.at(-1)).toMatchObject({ type: 'ADMIN', actorDomain: 'IAM', cause: event, status: 200 })
    expect(all.at(-1)?.changes).toContainEqual({ attribute: 'active', before: false, after: true })
    expect(brief(await undone({ event }))).toEqual([['USER', 'unchanged', undefined]])
  })

  test('refuses what has changed again since, and nothing of it is set back, unless it is forced', async () => {
    const user = await createUser({ title: 'Engineer', nickName: 'Ada' })
    const path = `/Users/${user.id}`
    const before = await shownAt(path)
    await call('PATCH', path, patchOf({ op: 'replace', value: { title: 'Chief', nickName: 'Countess' } }))
    const event = await lastChange(user.id)
    await call('PATCH', path, patchOf({ op: 'replace', value: { title: 'Head' } }))
    const since = await shownAt(path)
    expect(brief(await undone({ event }))).toEqual([['USER', 'refused', 'changed again since: title']])
    expect(await shownAt(path)).toBe(since)
    expect(brief(await undone({ event, force: true }))).toEqual([
      ['USER', 'done', 'nickName "Countess" → "Ada", title "Head" → "Engineer"'],
    ])
    expect(await shownAt(path)).toBe(before)
  })

  test('that undid another brings that one back', async () => {
    const user = await createUser({ title: 'Engineer' })
    const path = `/Users/${user.id}`
    await call('PATCH', path, patchOf({ op: 'replace', value: { title: 'Chief' } }))
    const after = await shownAt(path)
    await undone({ event: await lastChange(user.id) })
    expect(brief(await undone({ event: await lastChange(user.id) }))).toEqual([
      ['USER', 'done', 'title "Engineer" → "Chief"'],
    ])
    expect(await shownAt(path)).toBe(after)
  })

  test('says what it may be where it is none, or changed nothing', async () => {
    const user = await createUser()
    await call('GET', `/Users/${user.id}`)
    const read = (await scanEvents(db)).at(-1)?.eventId ?? ''
    await expect(undone({ event: read })).rejects.toThrow(`Cannot undo event "${read}": it changed no user and no role`)
    const none = '00000000-0000-7000-8000-000000000000'
    await expect(undone({ event: none })).rejects.toMatchObject({
      status: 404,
      message: `There is no event "${none}" in account "default": events are kept 90 days`,
    })
    await expect(undone({ event: read, integration: INTEGRATION })).rejects.toThrow(
      'Cannot tell what to undo: name an event, or an integration or an actor and since when, and not both',
    )
    await expect(undone({ event: read, forced: true })).rejects.toThrow('there is no setting "forced"')
  })

  test.each([
    ['few', 3],
    ['more than an event lists, by the queue', 130],
  ])('of a group brings members back with their displays: %s', async (_what, count) => {
    const users = await createUsers(count)
    const group = await createGroup(shown(users))
    const path = `/Groups/${group.id}`
    const before = await shownAt(path)
    await call('PUT', path, newGroup(aName('other'), { members: shown(users.slice(0, 1)) }))
    await settle(db)
    const event = await lastChange(group.id)
    const [row] = await undone({ event })
    expect(row).toMatchObject({
      type: 'ROLE',
      outcome: 'done',
      what: expect.stringContaining(`${count - 1} members back`),
    })
    expect(await shownAt(path)).toBe(before)
    await settle(db)
    expect(await shownAt(path)).toBe(before)
    expect(brief(await undone({ event }))).toEqual([['ROLE', 'unchanged', undefined]])
  })

  test('of a group whose changes are still queued goes behind them', async () => {
    const users = await createUsers(120)
    const group = await createGroup(shown(users))
    const path = `/Groups/${group.id}`
    const before = await shownAt(path)
    await call('PATCH', path, patchOf({ op: 'remove', path: 'members' }))
    expect((await call('GET', path)).body.members).toEqual([])
    expect(brief(await undone({ event: await lastChange(group.id) }))).toEqual([['ROLE', 'done', '120 members back']])
    expect(await shownAt(path)).toBe(before)
    await settle(db)
    expect(await shownAt(path)).toBe(before)
  })

  test('of a group leaves members out who are users no more', async () => {
    const users = await createUsers(3)
    const group = await createGroup(shown(users))
    await call('PATCH', `/Groups/${group.id}`, patchOf({ op: 'remove', path: 'members' }))
    const event = await lastChange(group.id)
    await call('DELETE', `/Users/${users[0].id}`)
    expect(brief(await undone({ event }))).toEqual([['ROLE', 'done', '2 members back']])
  })
})

describe('bringing back what was deleted', () => {
  test('a user has its id, name, lookups, owner, place and groups again, and its version goes on', async () => {
    const user = await createUser({ externalId: aName('ext'), emails: [{ value: 'a@example.com' }], title: 'Dr' })
    const others = await createUsers(60)
    const small = await createGroup(shown([user]))
    const large = await createGroup(shown([user, ...others]))
    const paths = [`/Users/${user.id}`, `/Groups/${small.id}`, `/Groups/${large.id}`]
    const before = await Promise.all(paths.map(shownAt))
    const counted = await countResources(db, 'default', User, ROLE)
    await call('PATCH', paths[0] ?? '', patchOf({ op: 'replace', value: { title: 'Prof' } }))
    await call('PATCH', paths[0] ?? '', patchOf({ op: 'replace', value: { title: 'Dr' } }))
    await call('DELETE', paths[0] ?? '')
    await settle(db)
    expect(await countResources(db, 'default', User, ROLE)).toBe(counted - 1)

    expect(brief(await undropped(User, user.userName.toUpperCase(), true))).toEqual([
      ['USER', 'done', 'made again'],
      ['ROLE', 'done', '1 member back'],
      ['ROLE', 'done', '1 member back'],
    ])
    expect(await shownAt(paths[0] ?? '')).toBe('404')
    const rows = await undropped(User, user.userName)
    expect(brief(rows)).toEqual([
      ['USER', 'done', 'made again'],
      ['ROLE', 'done', '1 member back'],
      ['ROLE', 'done', '1 member back'],
    ])
    await settle(db)
    expect(await Promise.all(paths.map(shownAt))).toEqual(before)
    // The delete is a version too.
    expect(await versionAt(paths[0] ?? '')).toBe(5)
    expect(await countResources(db, 'default', User, ROLE)).toBe(counted)
    expect(await listOwnedIds(db, 'default', User, ROLE, { limit: 1000 })).toContain(user.id)
    const byMail = await call('GET', '/Users?filter=emails.value%20eq%20%22a@example.com%22')
    expect(byMail.body.Resources.map(({ id }: Body) => id)).toEqual([user.id])
    expect(await call('POST', '/Users', newUser(user.userName))).toMatchObject({ status: 409 })
    const again = await undropped(User, user.id)
    expect(again.map(({ outcome }) => outcome)).toEqual(['unchanged', 'unchanged', 'unchanged'])
    expect(await call('PATCH', paths[0] ?? '', patchOf({ op: 'replace', value: { title: 'Sir' } }))).toMatchObject({
      status: 200,
    })
  })

  test('a user that was deleted moments ago is refused until its tombstone is gone, and loses nothing by that', async () => {
    const user = await createUser()
    const group = await createGroup(shown([user]))
    const before = await shownAt(`/Groups/${group.id}`)
    await call('DELETE', `/Users/${user.id}`)
    const reason = 'it was deleted moments ago, and what it left is still being taken away: run this again'
    for (const dryRun of [true, false]) {
      const [row] = await undropped(User, user.id, dryRun)
      expect(row).toMatchObject({ type: 'USER', outcome: 'refused', reason: expect.stringContaining(reason) })
    }
    await settle(db)
    expect(brief(await undropped(User, user.id))).toEqual([
      ['USER', 'done', 'made again'],
      ['ROLE', 'done', '1 member back'],
    ])
    await settle(db)
    expect(await shownAt(`/Groups/${group.id}`)).toBe(before)
    expect((await call('GET', `/Users/${user.id}`)).body.groups).toHaveLength(1)
  })

  test.each([
    ['few members', 4],
    ['more members than a transaction takes', 70],
    ['more members than an event lists', 150],
  ])('a group with %s', async (_what, count) => {
    const users = await createUsers(count)
    const group = await createGroup(shown(users))
    const path = `/Groups/${group.id}`
    const before = await shownAt(path)
    await call('DELETE', path)
    if (count > 45) expect((await undropped(Group, group.id))[0]).toMatchObject({ outcome: 'refused' })
    await settle(db)
    expect(brief(await undropped(Group, group.displayName))).toEqual([
      ['ROLE', 'done', `made again, with ${count} members`],
    ])
    expect(await shownAt(path)).toBe(before)
    await settle(db)
    expect(await shownAt(path)).toBe(before)
    expect((await call('GET', `/Users/${users[count - 1].id}`)).body.groups[0].value).toBe(group.id)
    expect(brief(await undropped(Group, group.id))).toEqual([['ROLE', 'unchanged', undefined]])
  })

  test('is refused where the name is taken, and says by whom; the groups then wait for the user', async () => {
    const user = await createUser()
    await createGroup(shown([user]))
    await call('DELETE', `/Users/${user.id}`)
    await settle(db)
    const { body: holder } = await call('POST', '/Users', newUser(user.userName))
    const reason = `its userName "${user.userName}" is taken, by USER ${holder.id} of role ${ROLE}`
    for (const dryRun of [true, false])
      expect(brief(await undropped(User, user.id, dryRun))).toEqual([
        ['USER', 'refused', reason],
        ['ROLE', 'unchanged', '1 member not set back: no user here any more'],
      ])
  })

  test('asks for the id where several had the name, and knows who is there again', async () => {
    const first = await createUser()
    await call('DELETE', `/Users/${first.id}`)
    const { body: second } = await call('POST', '/Users', newUser(first.userName))
    await call('DELETE', `/Users/${second.id}`)
    await settle(db)
    const several = `Several users named "${first.userName}" were deleted: name one by its id: ${first.id} (`
    await expect(undropped(User, first.userName)).rejects.toMatchObject({
      status: 409,
      message: expect.stringContaining(several),
    })
    await undropped(User, first.id)
    expect(await undropped(User, first.userName)).toMatchObject([{ id: second.id, outcome: 'refused' }])
  })

  test('of whom nothing is known is 404', async () => {
    await expect(undropped(User, 'nobody')).rejects.toMatchObject({
      status: 404,
      message: 'No user with id or name "nobody" was deleted in account "default" within the last 90 days',
    })
    const user = await createUser()
    await expect(undropped(Group, user.id)).rejects.toMatchObject({ status: 404 })
  })
})

describe('more members than one commit takes', () => {
  test('come back by several, each with its event', async () => {
    const users = await createUsers(65)
    const group = await createGroup(shown(users))
    const path = `/Groups/${group.id}`
    const before = await shownAt(path)
    const how = { dryRun: false, force: false, withCreated: false, most: 30 }
    const undoLast = async () => {
      const context = contextOf()
      const { rows } = await undoEvent(
        context,
        await requireUndoable(context, await lastChange(group.id)),
        how,
        undefined,
      )
      await settle(db)
      return brief([...rows])
    }
    await call('PATCH', path, patchOf({ op: 'remove', path: 'members' }))
    await settle(db)
    expect(await undoLast()).toEqual([['ROLE', 'done', '30 members back, 30 members back, 5 members back']])
    expect(await shownAt(path)).toBe(before)
    await call('DELETE', path)
    await settle(db)
    expect(await undoLast()).toEqual([['ROLE', 'done', 'made again, with 30 members, 30 members back, 5 members back']])
    expect(await shownAt(path)).toBe(before)
  })
})

describe('undoing what an integration did since an instant', () => {
  const other = scimApi(db, principal({ integration: 'OTHER' }))
  let since: string
  beforeEach(async () => {
    await new Promise((resolve) => setTimeout(resolve, 5))
    since = new Date().toISOString()
  })
  const undoIt = (more: object = {}) => undone({ integration: INTEGRATION, since, ...more })

  test('takes many changes of one object together, and leaves those of others alone', async () => {
    const user = await createUser({ title: 'Engineer', nickName: 'Ada' })
    const path = `/Users/${user.id}`
    const before = await shownAt(path)
    const beginning = new Date().toISOString()
    for (const title of ['Chief', 'Head', 'Boss'])
      await call('PATCH', path, patchOf({ op: 'replace', value: { title } }))
    await other('PATCH', path, patchOf({ op: 'replace', value: { nickName: 'Countess' } }))
    const rows = await undoIt({ since: beginning })
    expect(rows).toMatchObject([{ id: user.id, outcome: 'done', what: 'title "Boss" → "Engineer"' }])
    expect(await shownAt(path)).toBe(before.replace('"nickName":"Ada"', '"nickName":"Countess"'))
    expect(brief(await undoIt({ since: beginning }))).toEqual([['USER', 'unchanged', undefined]])
  })

  test('brings deleted users back before the groups that lost them, and leaves what was made unless it is told', async () => {
    const users = await createUsers(3)
    const group = await createGroup(shown(users))
    const role = await createGroup(shown(users))
    const paths = [...users.map(({ id }) => `/Users/${id}`), `/Groups/${group.id}`, `/Groups/${role.id}`]
    const before = await Promise.all(paths.map(shownAt))
    await new Promise((resolve) => setTimeout(resolve, 5))
    const beginning = new Date().toISOString()
    for (const { id } of users) await call('DELETE', `/Users/${id}`)
    await settle(db)
    await call('DELETE', `/Groups/${role.id}`)
    const { body: made } = await call('POST', '/Users', newUser(users[0].userName))
    await settle(db)

    const refused = await undoIt({ since: beginning })
    expect(refused.find(({ id }) => id === users[0].id)).toMatchObject({
      outcome: 'refused',
      reason: `its userName "${users[0].userName}" is taken, by USER ${made.id} of role ${ROLE}`,
    })
    expect(refused.find(({ id }) => id === made.id)).toMatchObject({
      outcome: 'unchanged',
      reason: 'it was made by what is undone, and stays',
    })
    const rows = await undoIt({ since: beginning, withCreated: true })
    expect(rows.filter(({ outcome }) => outcome === 'refused')).toEqual([])
    expect(rows[0]).toMatchObject({ id: made.id, outcome: 'done', what: 'dropped' })
    await settle(db)
    expect(await Promise.all(paths.map(shownAt))).toEqual(before)
    expect(await shownAt(`/Users/${made.id}`)).toBe('404')
    const again = await undoIt({ since: beginning, withCreated: true })
    expect(new Set(again.map(({ outcome }) => outcome))).toEqual(new Set(['unchanged']))
  })

  test('goes on where it was killed, wherever that was', async () => {
    const users = await createUsers(4)
    const group = await createGroup(shown(users))
    const role = await createGroup(shown(users))
    const paths = [...users.map(({ id }) => `/Users/${id}`), `/Groups/${group.id}`, `/Groups/${role.id}`]
    const before = await Promise.all(paths.map(shownAt))
    await new Promise((resolve) => setTimeout(resolve, 5))
    const beginning = new Date().toISOString()
    await call('DELETE', `/Groups/${role.id}`)
    for (const { id } of users.slice(0, 2)) await call('DELETE', `/Users/${id}`)
    await call('PATCH', `/Users/${users[2].id}`, patchOf({ op: 'replace', value: { active: false } }))
    await settle(db)
    let isDead = true
    for (let run = 0; isDead; run++) {
      const { db: dying, state } = dyingDb(db, { at: 1 + (run % 2), reached: run % 4 < 2 })
      const body = { integration: INTEGRATION, since: beginning }
      const step = (next: string | undefined) =>
        undo({ ...contextOf(), db: dying }, { ...body, ...(next !== undefined && { next }) })
      await rowsOf(step).catch(() => {})
      isDead = state.dead
    }
    await settle(db)
    expect(await Promise.all(paths.map(shownAt))).toEqual(before)
    const again = await undoIt({ since: beginning })
    expect(new Set(again.map(({ outcome }) => outcome))).toEqual(new Set(['unchanged']))
    for (const { id } of [users[0], users[1], users[2], group, role]) {
      const undone = (await changesOf(id)).filter(({ endpoint }) => endpoint === 'admin/test')
      expect(undone.length).toBeGreaterThan(0)
    }
  })

  test('shows in a dry run what comes back with users who are not there yet', async () => {
    const users = await createUsers(2)
    const group = await createGroup(shown(users))
    await new Promise((resolve) => setTimeout(resolve, 5))
    const beginning = new Date().toISOString()
    for (const { id } of users) await call('DELETE', `/Users/${id}`)
    await settle(db)
    expect(brief(await undoIt({ since: beginning, dryRun: true }))).toEqual([
      ['USER', 'done', 'made again'],
      ['USER', 'done', 'made again'],
      ['ROLE', 'done', '2 members back'],
    ])
    expect((await call('GET', `/Groups/${group.id}`)).body.members).toEqual([])
  })

  test('refuses an integration that there is not, and an instant outside the retention', async () => {
    await expect(undone({ integration: 'NOBODY', since })).rejects.toMatchObject({ status: 404 })
    await expect(undoIt({ since: '2020-01-01T00:00:00Z' })).rejects.toMatchObject({
      ...{ status: 400, scimType: 'invalidValue' },
      message: 'Cannot undo since "2020-01-01T00:00:00Z": events are kept 90 days',
    })
    await expect(undoIt({ since: '2999-01-01T00:00:00Z' })).rejects.toThrow('that is in the future')
    await expect(undoIt({ next: 'elsewhere' })).rejects.toMatchObject({ status: 400 })
  })
})
