import { beforeAll, describe, expect, test } from 'vitest'
import { MAX_SCANNED_RESOURCES } from '../../shared/scim/limits.ts'
import { RESOURCE_TYPES } from '../../shared/scim/resource-types.ts'
import { batchWrite } from '../../shared/store/batch-write.ts'
import { countKey, resourceKey } from '../../shared/store/keys.ts'
import { newId } from '../../shared/store/new-id.ts'
import { newGroup, newUser, patchOf, USER_SCHEMA } from '../factories/scim-api.ts'
import { withSystem } from '../factories/system.ts'
import { type Body, client } from './client.ts'
import { expectRefused, scimError } from './refusal.ts'

const { User } = RESOURCE_TYPES

const failures: Error[] = []
const system = withSystem({ logFailure: (failure) => failures.push(failure) })
const { request } = client(system)
const { request: okta } = client(system, 'OKTA_PROVISIONING')
let user: Body
let group: Body
beforeAll(async () => {
  user = (await request('POST', '/Users', newUser('mistaken'))).body
  group = (await request('POST', '/Groups', newGroup('Mistaken'))).body
})

/** `{user}` and `{group}` stand for the ids of objects that are there. */
const pathOf = (path: string) => path.replace('{user}', user.id).replace('{group}', group.id)

describe('every failure has its status and scimType', () => {
  const BULK = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest'
  test.each<[string, string, unknown, number, string | undefined, string | RegExp]>([
    ['POST', '/Users', '{', 400, 'invalidSyntax', /^Cannot read the body at character 2: /],
    ['POST', '/Bulk', { schemas: [BULK] }, 400, 'invalidSyntax', /^Cannot read "Operations" of the BulkRequest: /],
    ['PATCH', '/Users/{user}', { schemas: [USER_SCHEMA] }, 400, 'invalidSyntax', /PatchOp/],
    ['POST', '/Users', { schemas: [USER_SCHEMA] }, 400, 'invalidValue', /^The attribute userName is required/],
    [
      'PUT',
      '/Users/{user}',
      newUser('x', { active: 5 }),
      400,
      'invalidValue',
      'Cannot read active 5: expected true or false',
    ],
    [
      'GET',
      '/Users?filter=userName',
      undefined,
      400,
      'invalidFilter',
      /^Cannot read filter "userName": expected an operator/,
    ],
    ['GET', '/Users?filter=active+gt+true', undefined, 400, 'invalidFilter', /\(active is of type boolean\)/],
    ['PATCH', '/Users/{user}', patchOf({ op: 'add', path: 'name..x', value: 1 }), 400, 'invalidPath', /"name\.\.x"/],
    ['PATCH', '/Users/{user}', patchOf({ op: 'remove' }), 400, 'noTarget', /path/],
    [
      ...(['PATCH', '/Users/{user}'] as const),
      patchOf({ op: 'replace', path: 'emails[type eq "work"].value', value: 'a@x' }),
      ...([400, 'noTarget', /emails/] as const),
    ],
    ['PATCH', '/Users/{user}', patchOf({ op: 'replace', path: 'id', value: 'x' }), 400, 'mutability', /\bid\b/],
    ['PATCH', '/Users/{user}', patchOf({ op: 'remove', path: 'userName' }), 400, 'mutability', /userName/],
    ['POST', '/Users', newUser('MISTAKEN'), 409, 'uniqueness', /^The userName "MISTAKEN" is taken in this account: /],
    ['GET', '/Users?cursor=forged', undefined, 400, 'invalidCursor', /^The cursor is not one of this query: /],
    [
      'GET',
      '/Users?cursor=&count=many',
      undefined,
      400,
      'invalidCount',
      'Cannot read count "many": expected an integer',
    ],
    ['GET', '/Schemas?filter=id+pr', undefined, 403, undefined, /^Cannot filter \/Schemas: /],
    ['GET', '/Users/nobody', undefined, 404, undefined, 'There is no User with id "nobody"'],
    ['DELETE', '/Groups/nobody', undefined, 404, undefined, 'There is no Group with id "nobody"'],
    ['GET', '/Devices/1', undefined, 404, undefined, /^There is no (such )?endpoint/],
    ['PUT', '/Users', {}, 405, undefined, 'Cannot PUT /Users: this endpoint offers GET, POST'],
    ['DELETE', '/Groups', undefined, 405, undefined, 'Cannot DELETE /Groups: this endpoint offers GET, POST'],
    ['GET', '/Bulk', undefined, 405, undefined, 'Cannot GET /Bulk: this endpoint offers POST'],
    [
      'POST',
      '/Users/{user}',
      {},
      405,
      undefined,
      'Cannot POST /Users/{id}: this endpoint offers GET, PUT, PATCH, DELETE',
    ],
    [
      'POST',
      '/Users',
      `"${'x'.repeat(1_048_576)}"`,
      413,
      undefined,
      /at most 1048576 are accepted here: split the request$/,
    ],
    ['GET', '/Me', undefined, 501, undefined, 'There is no /Me: a token stands for an integration, use /Users'],
  ])('ERR-1 ERR-2 %s %s %j is %i %s', async (method, path, body, status, scimType, detail) => {
    expectRefused(await request(method, pathOf(path), body), status, scimType, detail)
  })

  test('ERR-1 412 for a version that is no longer current, 415 for another media type', async () => {
    const stale = await request('DELETE', `/Users/${user.id}`, undefined, { 'if-match': 'W/"99"' })
    expectRefused(stale, 412, undefined, /version/)
    const xml = await request('POST', '/Users', '<user/>', { 'content-type': 'application/xml' })
    expectRefused(xml, 415, undefined, 'Cannot read "application/xml": send Content-Type application/scim+json')
  })

  test('ERR-1 a query string that no gateway can read is a SCIM error too', async () => {
    const answer = await request('GET', '/Users?filter=%E0%A4%A')
    expectRefused(answer, 400, undefined, 'Cannot read the query string or the headers')
  })
})

describe('endpoints and methods', () => {
  test.each([
    ...['/Devices', '/users', '/Users//x', '/Users/a/b', '/Groups/a/members', '/scim/v2/Users'],
    ...['/ServiceProviderConfigs', '/Schemas/a/b', '/Bulk/1', '/Me/groups', '/..', '/.', '/%2e%2e/admin'],
  ])('ERR-2 GET %s is 404', async (path) => {
    expectRefused(await request('GET', path), 404, undefined, /^There is no /)
  })

  test('ERR-2 HEAD and OPTIONS are no part of the API: 403 (docs/decisions/0008)', async () => {
    expect((await request('HEAD', '/Users')).status).toBe(403)
    expect((await request('OPTIONS', '/Users')).status).toBe(403)
  })

  test.each([
    ...['/scim/v1/Users', '/scim/v3/Users', '/scim', '/v2/Users', '/'],
    ...['/scim/v2', '/scim/v2/', '/scim/v2//', '/scim/v2//Users', '/scim/v2//Users/1?count=1', '//scim/v2/Users'],
  ])(
    'ERR-3 %s, another version, no SCIM at all or the base URL with a slash at its end, is a 404 that says where SCIM is',
    async (path) => {
      const headers = { authorization: `Bearer ${system.tokens.GENERIC_PROVISIONING}` }
      const answer = await fetch(system.adminUrl + path, { headers })
      const scim = 'for SCIM, write the base URL without a slash at its end, as in /scim/v2/Users'
      const admin = 'for administration, sign requests to /admin and /events (SigV4)'
      const detail = `There is no such endpoint: ${scim}; ${admin}`
      expect(answer.status).toBe(404)
      expect(await answer.json()).toEqual(scimError(404, undefined, detail))
    },
  )

  test('ERR-3 an empty segment further in is a 404 that names the slash', async () => {
    const what = "use /Users, /Groups or another of SCIM's, in these letters"
    const detail = `There is no endpoint "scim/v2/Users//1": ${what}; write the base URL without a slash at its end`
    expectRefused(await request('GET', '/Users//1'), 404, undefined, detail)
  })

  test.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])('ME-1 %s /Me is 501', async (method) => {
    const answer = await request(method, '/Me', method === 'GET' || method === 'DELETE' ? undefined : {})
    expectRefused(answer, 501, undefined, 'There is no /Me: a token stands for an integration, use /Users')
  })

  test('ASY-1 Prefer: respond-async is not honoured and not advertised: the answer comes at once', async () => {
    const { status, headers, body } = await request('POST', '/Users', newUser('at-once'), { prefer: 'respond-async' })
    expect([status, body.userName]).toEqual([201, 'at-once'])
    for (const name of ['preference-applied', 'set-txn']) expect(headers).not.toHaveProperty(name)
    expect((await request('GET', '/ServiceProviderConfig')).body).not.toHaveProperty('securityEvents')
  })
})

describe('what errors tell', () => {
  test('ERR-2 nothing of the inside: no stack, no path, no table, no library', async () => {
    const answers = [
      await request('POST', '/Users', '{"schemas":'),
      await request('GET', '/Users?filter=%22'),
      await request('GET', `/Users/${'%25'.repeat(50)}`),
      await request('PATCH', `/Users/${user.id}`, patchOf({ op: 'add', path: '[', value: 1 })),
      await request('POST', '/Bulk', { schemas: [], Operations: [null] }),
      await request('GET', '/Users?cursor=A%23default%23PAGE'),
    ]
    for (const { status, body } of answers) {
      expect(status).toBeGreaterThanOrEqual(400)
      expect(status).toBeLessThan(500)
      expect(JSON.stringify(body)).not.toMatch(/\bat .*:\d+:\d+|node_modules|\/shared\/|\.ts\b|dynamo|\bpk\b|zod/i)
    }
    expect(failures).toEqual([])
  })

  test('ERR-1 a detail quotes at most 80 characters of what was sent', async () => {
    const answer = await request('GET', `/Users?filter=${'x'.repeat(4000)}`)
    expectRefused(answer, 400, 'invalidFilter', /^Cannot read filter "x{80}\.\.\.": expected an attribute of User/)
  })

  test('ERR-2 an item that is not ours is a 500 without particulars', async () => {
    const id = newId(new Date())
    const Item = { ...resourceKey('default', User, id), secretColumn: 'hidden' }
    await batchWrite(system.db, [{ PutRequest: { Item } }])
    const written: string[] = []
    const { write } = process.stdout
    process.stdout.write = (text: string | Uint8Array) => written.push(String(text)) > 0
    const answer = await request('GET', `/Users/${id}`)
    process.stdout.write = write
    const detail = /^Internal error; retry, and report request id [0-9a-f-]{36} if it persists$/
    expectRefused(answer, 500, undefined, detail)
    expect(written.join('')).toContain(answer.headers['x-request-id'])
    await batchWrite(system.db, [{ DeleteRequest: { Key: resourceKey('default', User, id) } }])
  })

  test('ERR-3 a filter that would have to look at too much is 400 tooMany, while indexed ones still work', async () => {
    const now = new Date()
    const time = { created: now.toISOString(), lastModified: now.toISOString() }
    const users = Array.from({ length: MAX_SCANNED_RESOURCES + 2 }, (_, i) => ({
      ...{ ...resourceKey('default', User, newId(now)), owner: 'OKTA_PROVISIONER', version: 1, ...time },
      attributes: { userName: `u${i}` },
    }))
    const count = { pk: countKey('default', User), sk: 'many', 'own#OKTA_PROVISIONER': users.length }
    const puts = [...users, count].map((Item) => ({ PutRequest: { Item } }))
    await batchWrite(system.db, puts)
    const indexed = 'id, userName, externalId, emails.value'
    const detail = `More than ${MAX_SCANNED_RESOURCES} of the resources you see would have to be examined: filter by one of ${indexed}, or list without filter and sort`
    for (const query of ['filter=title+pr', 'sortBy=title', 'filter=not+(title+pr)&count=0']) {
      expectRefused(await okta('GET', `/Users?${query}`), 400, 'tooMany', detail)
    }
    const jump = await okta('GET', `/Users?startIndex=${MAX_SCANNED_RESOURCES + 2}`)
    expectRefused(jump, 400, 'tooMany', /^Cannot begin at 10002: page from the start, where each page is found at once/)
    expect((await okta('GET', '/Users?filter=userName+eq+"nobody"')).body.totalResults).toBe(0)
    expect((await okta('GET', '/Users?count=1')).body.totalResults).toBe(users.length)
  })
})
