import { describe, expect, test } from 'vitest'
import { parseEventQuery } from '../../../shared/audit/event-query.ts'
import type { Db } from '../../../shared/store/client.ts'
import { listEvents } from '../../../shared/store/events/query.ts'
import { openTestDb, withTable } from '../../factories/engine.ts'
import { newGroup, newUser, patchOf, principal, scimApi } from '../../factories/scim-api.ts'

const db = withTable()

const eventsOf = async (account: string) =>
  (await listEvents(db, account, parseEventQuery({ last: '5m' }, new Date(), 90), new Date())).events

/** The same table, where single writes fail: those that store the events of requests that change nothing. */
function withoutPuts(): Db {
  const failing = openTestDb(db.tableName)
  failing.client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName === 'PutCommand' || commandName === 'PutItemCommand') throw new Error('The table is away')
        return next(args)
      },
    { step: 'initialize', priority: 'low' },
  )
  return failing
}

describe('REST events', () => {
  test('R1 a change is one event with who, what, from where, and the attributes before and after', async () => {
    const call = scimApi(db, principal({ account: 'changes' }))
    const { body } = await call('POST', '/Users', newUser('ann', { title: 'Chief', password: 'correct horse' }))
    const headers = { 'User-Agent': 'OKTA SCIM Integration' }
    await call('PATCH', `/Users/${body.id}`, patchOf({ op: 'replace', path: 'title', value: 'Boss' }), headers)
    await call('DELETE', `/Users/${body.id}`)
    const [, patched, deleted] = await eventsOf('changes')
    expect(patched).toEqual({
      eventId: patched?.eventId,
      account: 'changes',
      time: patched?.time,
      type: 'SCIM',
      endpoint: `scim/v2/Users/${body.id}`,
      method: 'PATCH',
      status: 200,
      clientIp: '203.0.113.7',
      actorName: 'GENERIC_SCIM_PROVISIONER',
      actorDomain: 'GENERIC_PROVISIONING',
      requestId: patched?.requestId,
      tokenId: 'testToken',
      version: 2,
      userAgent: 'OKTA SCIM Integration',
      resourceId: body.id,
      resourceName: 'ann',
      resourceDomain: 'USER',
      changes: [{ attribute: 'title', before: 'Chief', after: 'Boss' }],
      durationMs: expect.any(Number),
    })
    expect(deleted?.changes).toContainEqual({ attribute: 'userName', before: 'ann' })
    expect(JSON.stringify(await eventsOf('changes'))).not.toContain('correct horse')
  })

  test('a list tells how many it holds of how many, a Bulk request what was done of how many', async () => {
    const call = scimApi(db, principal({ account: 'counts' }))
    for (const name of ['ann', 'bob', 'cy']) await call('POST', '/Users', newUser(name))
    await call('GET', '/Users?count=2')
    await call('GET', '/Users?filter=userName%20eq%20%22nobody%22')
    const create = (name: string) => ({ method: 'POST', path: '/Users', bulkId: `b-${name}`, data: newUser(name) })
    const Operations = [create('dara'), create('ann')]
    await call('POST', '/Bulk', { schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'], Operations })
    const counts = (await eventsOf('counts')).slice(3).map(({ method, endpoint, status, part, total }) => {
      return [`${method} ${endpoint} ${status}`, part, total]
    })
    expect(counts.slice(0, 2)).toEqual([
      ['GET scim/v2/Users 200', 2, 3],
      ['GET scim/v2/Users 200', 0, 0],
    ])
    expect(counts.slice(2).sort()).toEqual([
      ['POST scim/v2/Bulk 200', 1, 2],
      ['POST scim/v2/Users 201', undefined, 2],
      ['POST scim/v2/Users 409', undefined, 2],
    ])
  })

  test('R1 a membership change names who came and who went', async () => {
    const call = scimApi(db, principal({ account: 'members' }))
    const { body: user } = await call('POST', '/Users', newUser('bob'))
    const { body: group } = await call('POST', '/Groups', newGroup('Team', { members: [{ value: user.id }] }))
    await call('PATCH', `/Groups/${group.id}`, patchOf({ op: 'remove', path: 'members' }))
    const events = (await eventsOf('members')).filter(({ resourceId }) => resourceId === group.id)
    expect(events.map(({ changes }) => changes)).toEqual([
      [
        { attribute: 'displayName', after: 'Team' },
        { attribute: 'members.added', after: [user.id] },
      ],
      [{ attribute: 'members.removed', before: [user.id] }],
    ])
  })

  test('R2 what changes nothing is an event too: reads, refusals, and a PATCH of what is so already', async () => {
    const call = scimApi(db, principal({ account: 'quiet' }))
    const { body } = await call('POST', '/Users', newUser('carl', { active: true }))
    await call('GET', '/Users?filter=userName eq "carl"')
    await call('PATCH', `/Users/${body.id}`, patchOf({ op: 'replace', path: 'active', value: true }))
    await call('PATCH', `/Users/${body.id}`, patchOf({ op: 'replace', path: 'id', value: 'mine' }))
    await call('GET', '/Users/unknown')
    const seen = (await eventsOf('quiet')).map(({ method, status, scimType, query }) => [
      method,
      status,
      scimType,
      query,
    ])
    expect(seen).toEqual([
      ['POST', 201, undefined, undefined],
      ['GET', 200, undefined, 'filter=userName eq "carl"'],
      ['PATCH', 200, undefined, undefined],
      ['PATCH', 400, 'mutability', undefined],
      ['GET', 404, undefined, undefined],
    ])
  })

  test('F15 a read whose event cannot be stored is answered 503', async () => {
    const { status, headers, body } = await scimApi(withoutPuts())('GET', '/Users')
    expect({ status, body, retryAfter: headers['retry-after'] }).toEqual({
      status: 503,
      retryAfter: '5',
      body: {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
        status: '503',
        detail:
          'The request cannot be answered, since its audit event could not be stored; nothing was changed; retry after the seconds named in Retry-After',
      },
    })
  })
})
