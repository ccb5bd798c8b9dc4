import { beforeAll, describe, expect, test } from 'vitest'
import type { Db } from '../../../shared/store/client.ts'
import { openTestDb, testTable } from '../../factories/engine.ts'
import { type Call, newGroup, newUser, patchOf, scimApi } from '../../factories/scim-api.ts'

let db: Db
let call: Call
/** Sends each transaction twice, as the SDK does when an answer was lost, and long after its token was forgotten. */
let repeating: Call

beforeAll(async () => {
  db = await testTable()
  call = scimApi(db)
  const twice = openTestDb(db.tableName)
  twice.client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (!commandName?.startsWith('TransactWrite')) return next(args)
        await next({ ...args, input: { ...args.input, ClientRequestToken: undefined } })
        return next({ ...args, input: { ...args.input, ClientRequestToken: undefined } })
      },
    { step: 'initialize', priority: 'low' },
  )
  repeating = scimApi(twice)
})

describe('a write that is sent again after it succeeded is recognised', () => {
  test('a create is 201, not 409', async () => {
    const { status, body } = await repeating('POST', '/Users', newUser('twice'))
    expect([status, body.meta.version]).toEqual([201, 'W/"1"'])
    expect((await call('GET', '/Users?filter=userName eq "twice"')).body.totalResults).toBe(1)
  })

  test('a change is made once', async () => {
    const { body } = await call('POST', '/Users', newUser('changed'))
    const rename = patchOf({ op: 'replace', path: 'userName', value: 'changed twice' })
    const answer = await repeating('PATCH', `/Users/${body.id}`, rename)
    expect([answer.status, answer.body.userName, answer.body.meta.version]).toEqual([200, 'changed twice', 'W/"2"'])
  })

  test('a change of members is made once', async () => {
    const user = await call('POST', '/Users', newUser('member'))
    const { body } = await call('POST', '/Groups', newGroup('Repeated'))
    const add = patchOf({ op: 'add', path: 'members', value: [{ value: user.body.id }] })
    const answer = await repeating('PATCH', `/Groups/${body.id}`, add)
    expect([answer.status, answer.body.meta.version]).toEqual([200, 'W/"2"'])
    expect(answer.body.members.map(({ value }: { value: string }) => value)).toEqual([user.body.id])
  })

  test('a delete is 204, not 404', async () => {
    const user = await call('POST', '/Users', newUser('deleted'))
    const group = await call('POST', '/Groups', newGroup('Deleted', { members: [{ value: user.body.id }] }))
    const paths = [`/Groups/${group.body.id}`, `/Users/${user.body.id}`]
    for (const path of paths) expect((await repeating('DELETE', path)).status).toBe(204)
    for (const path of paths) expect((await call('GET', path)).status).toBe(404)
  })
})
