import { PutCommand } from '@aws-sdk/lib-dynamodb'
import { expect, test } from 'vitest'
import { tombstoneAction } from '../../../shared/store/groups/heads.ts'
import { newId } from '../../../shared/store/new-id.ts'
import { withTable } from '../../factories/engine.ts'
import { newGroup, newUser, patchOf, scimApi } from '../../factories/scim-api.ts'
import { watchedDb } from '../../factories/watched-db.ts'

const db = withTable()
const call = scimApi(db)

/** As a user that is being deleted leaves it. */
async function putTombstone(userId: string): Promise<void> {
  const action = tombstoneAction('default', userId, { time: new Date().toISOString(), eventId: userId }, Date.now())
  if (!('Put' in action)) throw new Error('A tombstone is put')
  await db.client.send(new PutCommand({ TableName: db.tableName, ...action.Put }))
}

test.each([3, 30])(
  'a group of %i costs its readers the same where many users are deleted, and hides its own',
  async (size) => {
    const users = Array.from({ length: size }, (_, n) => newUser(`kept-${size}-${n}`))
    const created = await Promise.all(users.map((user) => call('POST', '/Users', user)))
    const [gone = '', ...kept] = created.map(({ body }) => body.id).sort()
    const members = [gone, ...kept].map((value) => ({ value }))
    const { body } = await call('POST', '/Groups', newGroup(`Read ${size}`, { members }))
    const { db: watched, calls } = watchedDb(db)
    const read = async () => {
      calls.length = 0
      const answer = await scimApi(watched)('GET', `/Groups/${body.id}`)
      const units = calls.reduce((sum, one) => sum + one.units, 0)
      return { units, ids: answer.body.members.map(({ value }: { value: string }) => value).sort() }
    }
    const before = await read()
    expect(before.ids).toEqual([gone, ...kept])
    await Promise.all([gone, ...Array.from({ length: 400 }, () => newId(new Date()))].map(putTombstone))
    const after = await read()
    expect(after.ids).toEqual(kept)
    expect(after.units).toBeLessThanOrEqual(before.units + 5)
    const shown = await call(
      'PATCH',
      `/Groups/${body.id}`,
      patchOf({ op: 'replace', path: 'displayName', value: `R ${size}` }),
    )
    expect(shown.body.members.map(({ value }: { value: string }) => value).sort()).toEqual(kept)
    expect((await call('GET', `/Groups?filter=members.value eq "${gone}"`)).body.totalResults).toBe(0)
    expect((await call('GET', `/Groups?filter=members.value eq "${kept[0]}"`)).body.totalResults).toBe(1)
  },
)
