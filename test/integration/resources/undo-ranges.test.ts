import { describe, expect, test } from 'vitest'
import { toScimContext } from '../../../shared/http/admin/resources.ts'
import { undo } from '../../../shared/resources/undo/undo.ts'
import { requireUndoable, undoEvent } from '../../../shared/resources/undo/undo-event.ts'
import { RESOURCE_TYPES } from '../../../shared/scim/resource-types.ts'
import { adminContext } from '../../factories/admin.ts'
import { testConfig, withTable } from '../../factories/engine.ts'
import { hookedDb } from '../../factories/faulty-db.ts'
import { scanEvents } from '../../factories/scan.ts'
import { type Body, creator, newGroup, newUser, patchOf, scimApi } from '../../factories/scim-api.ts'
import { settle } from '../../factories/settle.ts'
import { anInstant, brief, stepsOf, undoContext, undoer, undropper } from '../../factories/undo.ts'

const { User } = RESOURCE_TYPES
const INTEGRATION = 'GENERIC_PROVISIONING'
const ACTOR = 'arn:aws:iam::000000000000:user/test'
const db = withTable()
const call = scimApi(db)
const undone = undoer(db)
const undropped = undropper(db)

let names = 0
const aName = (stem: string) => `${stem}-${++names}`
const create = creator(call)
const createUser = (more: object = {}) => create('/Users', newUser(aName('user'), more))
const change = (path: string, value: object) => call('PATCH', path, patchOf({ op: 'replace', value }))
const titleOf = async ({ id }: Body) => (await call('GET', `/Users/${id}`)).body.title
const membersOf = async ({ id }: Body) =>
  ((await call('GET', `/Groups/${id}`)).body.members ?? []).map(({ value }: Body) => value).sort()
const lastChange = async (id: string) =>
  (await scanEvents(db)).filter(({ resourceId, changes }) => resourceId === id && changes).at(-1)?.eventId ?? ''

describe('a range that ends before now', () => {
  test('is undone where nothing came after it, and refused where something did', async () => {
    const [one, two] = [await createUser({ title: 'A' }), await createUser({ title: 'A' })]
    const since = await anInstant()
    for (const { id } of [one, two]) await change(`/Users/${id}`, { title: 'B' })
    const until = await anInstant()
    await change(`/Users/${two.id}`, { title: 'C' })
    for (const dryRun of [{ dryRun: true }, {}])
      expect(await undone({ integration: INTEGRATION, since, until, ...dryRun })).toEqual([
        { type: 'USER', id: two.id, name: two.userName, outcome: 'refused', reason: 'changed again since: title' },
        { type: 'USER', id: one.id, name: one.userName, outcome: 'done', what: 'title "B" → "A"' },
      ])
    expect([await titleOf(one), await titleOf(two)]).toEqual(['A', 'C'])
  })

  test.each([
    ['that ends first', { since: '2026-11-02T00:00:00Z', until: '2026-11-01T00:00:00Z' }, 'the range ends first'],
    [
      'that ends in the future',
      { since: '2026-11-01T00:00:00Z', until: '2999-01-01T00:00:00Z' },
      'that is in the future',
    ],
    ['that cannot be read', { since: '2026-11-01T00:00:00Z', until: 'tomorrow' }, 'expected an instant'],
  ])('%s is refused', async (_what, range, said) => {
    const now = new Date('2026-11-27T00:00:00Z')
    const admin = adminContext(db, { now })
    const context = toScimContext({
      ...admin,
      config: testConfig(db.tableName),
      report: (error) => Promise.reject(error),
    })
    await expect(undo(context, { integration: INTEGRATION, ...range })).rejects.toMatchObject({
      ...{ status: 400, scimType: 'invalidValue' },
      message: expect.stringContaining(said),
    })
  })
})

test('an undo is undone as a whole, by who did it and when, and what others did meanwhile stays', async () => {
  const users = await Promise.all(Array.from({ length: 3 }, () => createUser({ title: 'A' })))
  const [first, second, third] = users as [Body, Body, Body]
  const group = await create('/Groups', newGroup(aName('group'), { members: users.map(({ id }) => ({ value: id })) }))
  const since = await anInstant()
  await change(`/Users/${first.id}`, { title: 'B' })
  await call('DELETE', `/Users/${second.id}`)
  await call('PATCH', `/Groups/${group.id}`, patchOf({ op: 'remove', path: `members[value eq "${third.id}"]` }))
  await settle(db)
  const wrong = { title: await titleOf(first), members: await membersOf(group) }
  const begun = await anInstant()
  await undone({ integration: INTEGRATION, since })
  expect([await titleOf(first), await membersOf(group)]).toEqual(['A', users.map(({ id }) => id).sort()])
  const ended = await anInstant()
  await change(`/Users/${third.id}`, { title: 'Z' })
  const back = { actor: ACTOR.toUpperCase(), since: begun, until: ended, withCreated: true }
  const dry = await undone({ ...back, dryRun: true })
  const rows = await undone(back)
  expect(rows.map(({ id, outcome, what }) => [id, outcome, what])).toEqual([
    [second.id, 'done', 'dropped'],
    [first.id, 'done', 'title "A" → "B"'],
    [group.id, 'done', expect.stringMatching(/^[12] members? out$/)],
  ])
  expect(dry.map(({ id, outcome }) => [id, outcome])).toEqual(rows.map(({ id, outcome }) => [id, outcome]))
  await settle(db)
  expect({ title: await titleOf(first), members: await membersOf(group) }).toEqual(wrong)
  expect((await call('GET', `/Users/${second.id}`)).status).toBe(404)
  expect(await titleOf(third)).toBe('Z')
})

test('of administrators until now is none of what it does itself', async () => {
  const user = await createUser({ title: 'A' })
  const since = await anInstant()
  await change(`/Users/${user.id}`, { title: 'B' })
  await undone({ integration: INTEGRATION, since })
  const rows = await undone({ integration: 'IAM', since })
  expect(rows.map(({ id, what }) => [id, what])).toEqual([[user.id, 'title "A" → "B"']])
})

test('an actor who is none is 404 and says who there is', async () => {
  const since = await anInstant()
  await expect(undone({ actor: 'NOBODY', since })).rejects.toMatchObject({
    status: 404,
    message: expect.stringContaining('No actor "NOBODY" was found'),
  })
})

test('a step reads what a user lost within it, however many groups there were', async () => {
  const user = await createUser()
  const groups = await Promise.all(
    Array.from({ length: 120 }, () => create('/Groups', newGroup(aName('group'), { members: [{ value: user.id }] }))),
  )
  await call('DELETE', `/Users/${user.id}`)
  await settle(db)
  const event = await lastChange(user.id)
  let read = 0
  const counting = hookedDb(db, (command, input) => {
    const { RequestItems = {} } = input as { RequestItems?: Record<string, { Keys: { pk: string }[] }> }
    if (command !== 'BatchGetItemCommand' && command !== 'BatchGetCommand') return
    read += Object.values(RequestItems).flatMap(({ Keys }) => Keys.filter(({ pk }) => pk.includes('#EVENT#'))).length
  })
  const reads: number[] = []
  const steps = await stepsOf(async (next) => {
    read = 0
    const step = await undo({ ...undoContext(db), db: counting }, { event, ...(next !== undefined && { next }) })
    reads.push(read)
    return step
  })
  // The deleted user's event, and those of the groups of the step.
  expect(reads).toEqual([51, 51, 21])
  expect(steps.map(({ rows }) => rows.length)).toEqual([51, 50, 20])
  expect(steps.flatMap(({ rows }) => rows).every(({ outcome }) => outcome === 'done')).toBe(true)
  await settle(db)
  expect((await call('GET', `/Users/${user.id}?attributes=groups`)).body.groups).toHaveLength(groups.length)
})

test('a dry run says in each of its steps that the groups of a user who cannot come back lose it', async () => {
  const user = await createUser()
  await Promise.all(
    Array.from({ length: 51 }, () => create('/Groups', newGroup(aName('group'), { members: [{ value: user.id }] }))),
  )
  await call('DELETE', `/Users/${user.id}`)
  await settle(db)
  await create('/Users', newUser(user.userName))
  const rows = await undropped(User, user.id, true)
  expect(new Set(brief(rows).slice(1).map(String))).toEqual(
    new Set(['ROLE,unchanged,1 member not set back: no user here any more']),
  )
  expect(rows).toHaveLength(52)
})

describe('a role of more members than a step carries', () => {
  const how = { dryRun: false, force: false, withCreated: false, most: 30 }
  /** Time passes by a second with each look at the clock, so that a step commits a few times at most. */
  const hasty = () => {
    const { clock } = db
    let passed = 0
    return { ...db, clock: () => clock() + 2000 * passed++ }
  }

  test('goes on in the next one, and is told part by part', async () => {
    const users = await Promise.all(Array.from({ length: 100 }, () => createUser()))
    const group = await create('/Groups', newGroup(aName('group'), { members: users.map(({ id }) => ({ value: id })) }))
    await settle(db)
    const before = await membersOf(group)
    for (const method of ['PATCH', 'DELETE']) {
      await call(
        method,
        `/Groups/${group.id}`,
        method === 'PATCH' ? patchOf({ op: 'remove', path: 'members' }) : undefined,
      )
      await settle(db)
      const event = await lastChange(group.id)
      const steps = await stepsOf(async (next) => {
        const context = { ...undoContext(db), db: hasty() }
        return undoEvent(context, await requireUndoable(context, event), how, next)
      })
      expect(steps.length).toBeGreaterThan(1)
      const rows = steps.flatMap((step) => step.rows)
      expect(rows.map(({ goesOn }) => goesOn)).toEqual([...Array(rows.length - 1).fill(true), undefined])
      const counts = rows.flatMap(({ what = '' }) => [...what.matchAll(/\d+(?= members)/g)].map(Number))
      expect(counts).toEqual([30, 30, 30, 10])
      await settle(db)
      expect(await membersOf(group)).toEqual(before)
    }
  })
})

test('a role alone comes back by its name, and its history tells it', async () => {
  const user = await createUser()
  const group = await create(
    '/Groups',
    newGroup(aName('Quiet Role'), { members: [{ value: user.id, display: 'Ada' }] }),
  )
  const shown = (await call('GET', `/Groups/${group.id}`)).body
  await call('DELETE', `/Groups/${group.id}`)
  await settle(db)
  const rows = await undropped(RESOURCE_TYPES.Group, group.displayName.toLowerCase())
  expect(rows).toEqual([
    { type: 'ROLE', id: group.id, name: group.displayName, outcome: 'done', what: 'made again, with 1 member' },
  ])
  const { meta, ...back } = (await call('GET', `/Groups/${group.id}`)).body
  const { meta: was, ...had } = shown
  expect([back, meta.created]).toEqual([had, was.created])
})
