import { describe, expect, test } from 'vitest'
import type { RestEvent } from '../../../shared/audit/rest-event.ts'
import { loadEffect } from '../../../shared/resources/undo/load-effect.ts'
import type { Effect } from '../../../shared/resources/undo/net-effect.ts'
import { listHistory } from '../../../shared/store/events/history.ts'
import { keptCollectionKey } from '../../../shared/store/keys.ts'
import { runSlice } from '../../../shared/worker/work.ts'
import { withTable } from '../../factories/engine.ts'
import { dyingDb } from '../../factories/faulty-db.ts'
import { itemsOf } from '../../factories/items.ts'
import { newGroup, newUser, patchOf, scimApi } from '../../factories/scim-api.ts'
import { settle } from '../../factories/settle.ts'

const db = withTable()
const call = scimApi(db)

let names = 0
async function createUsers(count: number): Promise<string[]> {
  const users = Array.from({ length: count }, () => newUser(`kept-${++names}`))
  const created = await Promise.all(users.map((user) => call('POST', '/Users', user)))
  return created.map(({ body }) => body.id).sort()
}

const displayOf = (id: string) => `Member ${id.slice(-6)}`
const shown = (ids: string[]) => ids.map((value) => ({ value, display: displayOf(value) }))

async function createGroup(ids: string[]): Promise<string> {
  const { body, status } = await call('POST', '/Groups', newGroup(`Kept ${++names}`, { members: shown(ids) }))
  expect(status).toBe(201)
  return body.id
}

/** The last change of an object, and all that it did. */
async function lastEffect(resourceId: string) {
  let event: RestEvent | undefined
  for await (const page of listHistory(db, 'default', resourceId, { from: '2000', to: '2999' }))
    event = page.findLast(({ changes }) => changes) ?? event
  if (!event) throw new Error('There is no event')
  return { event, effect: await loadEffect(db, event) }
}

const removedIn = ({ members }: Effect) =>
  [...members].map(([id, { before, after }]) => [id, before?.display, after]).sort()
const allRemoved = (ids: string[]) => ids.map((id) => [id, displayOf(id), undefined])

const keptOf = (eventId: string) => itemsOf(db, keptCollectionKey('default', eventId))

describe('what an event has no room for is kept beside it', () => {
  test('attributes of more than 8 KB, and nothing for less', async () => {
    const photos = Array.from({ length: 20 }, (_, n) => ({ value: `https://example.com/${n}/${'x'.repeat(900)}` }))
    const { body } = await call('POST', '/Users', newUser(`kept-${++names}`, { photos, title: 'Dr' }))
    await call('PATCH', `/Users/${body.id}`, patchOf({ op: 'remove', path: 'photos' }))
    const { event, effect } = await lastEffect(body.id)
    expect(event.kept).toBe(1)
    expect([...effect.attributes]).toEqual([['photos', { before: photos, after: undefined }]])
    await call('PATCH', `/Users/${body.id}`, patchOf({ op: 'remove', path: 'title' }))
    const small = await lastEffect(body.id)
    expect([small.event.kept, await keptOf(small.event.eventId)]).toEqual([undefined, []])
  })

  test('attributes that do not fit one item', async () => {
    const noise = () => Array.from({ length: 1500 }, () => Math.random().toString(36).slice(2)).join('')
    const photos = Array.from({ length: 15 }, () => ({ value: `https://example.com/${noise()}` }))
    const { body, status } = await call('POST', '/Users', newUser(`kept-${++names}`, { photos }))
    expect(status).toBe(201)
    const others = photos.map(() => ({ value: `https://example.com/${noise()}` }))
    await call('PATCH', `/Users/${body.id}`, patchOf({ op: 'replace', path: 'photos', value: others }))
    const { event, effect } = await lastEffect(body.id)
    expect((await keptOf(event.eventId)).map(({ sk }) => sk)).toEqual(['CHANGES#0', 'CHANGES#1'])
    expect([...effect.attributes]).toEqual([['photos', { before: photos, after: others }]])
  })

  test('members that a PUT takes out, before they are applied and after', async () => {
    const ids = await createUsers(130)
    const groupId = await createGroup(ids)
    await settle(db)
    await call('PUT', `/Groups/${groupId}`, newGroup(`Kept ${++names}`, { members: shown(ids.slice(120)) }))
    const open = await lastEffect(groupId)
    expect(open.event.kept).toBe(1)
    expect(removedIn(open.effect)).toEqual(allRemoved(ids.slice(0, 120)))
    await settle(db)
    const { event, effect } = await lastEffect(groupId)
    expect(event).toEqual(open.event)
    expect(removedIn(effect)).toEqual(allRemoved(ids.slice(0, 120)))
  })

  test('members of whom each display changes', async () => {
    const ids = await createUsers(110)
    const groupId = await createGroup(ids)
    const value = ids.map((id) => ({ value: id, display: 'New' }))
    await call('PATCH', `/Groups/${groupId}`, patchOf({ op: 'add', path: 'members', value }))
    await settle(db)
    const { effect } = await lastEffect(groupId)
    const expected = ids.map((id) => [id, { before: { display: displayOf(id) }, after: { display: 'New' } }])
    expect([...effect.members].sort()).toEqual(expected)
  })

  test('few members of a group that is deleted at once, by the event itself', async () => {
    const ids = await createUsers(5)
    const groupId = await createGroup(ids)
    await call('DELETE', `/Groups/${groupId}`)
    const { event, effect } = await lastEffect(groupId)
    expect([event.kept, await keptOf(event.eventId)]).toEqual([undefined, []])
    expect(removedIn(effect)).toEqual(allRemoved(ids))
  })

  test('members of a deleted group that the worker sweeps, open changes among them', async () => {
    const ids = await createUsers(230)
    const groupId = await createGroup(ids.slice(0, 120))
    await settle(db)
    await call('PATCH', `/Groups/${groupId}`, patchOf({ op: 'add', path: 'members', value: shown(ids.slice(120)) }))
    await call('DELETE', `/Groups/${groupId}`)
    await settle(db)
    const { event, effect } = await lastEffect(groupId)
    expect(event).toMatchObject({ method: 'DELETE', kept: 1 })
    expect(removedIn(effect)).toEqual(allRemoved(ids))
  })

  test.each([
    ['a change of members is applied', 'PATCH', 101],
    ['a deleted group is swept', 'DELETE', 46],
  ])(
    'wherever a worker dies while %s',
    async (_what, method, count) => {
      const ids = await createUsers(count)
      const remove = patchOf({ op: 'remove', path: 'members', value: ids.map((value) => ({ value })) })
      for (let at = 1; ; at++) {
        const ends = []
        for (const reached of [false, true]) {
          const groupId = await createGroup(ids)
          await settle(db)
          await call(method, `/Groups/${groupId}`, method === 'PATCH' ? remove : undefined)
          const { db: dying, state } = dyingDb(db, { at, reached })
          const work = { account: 'default', kind: 'GROUP' as const, id: groupId }
          await runSlice(dying, work, dying.clock() + 10_000).catch(() => {})
          await settle(db)
          expect(removedIn((await lastEffect(groupId)).effect)).toEqual(allRemoved(ids))
          ends.push(!state.dead)
        }
        if (ends.every(Boolean)) break
      }
    },
    300_000,
  )
})
