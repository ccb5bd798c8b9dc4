import { describe, expect, test } from 'vitest'
import { parseEventQuery } from '../../../shared/audit/event-query.ts'
import { listEvents } from '../../../shared/store/events/query.ts'
import { withTable } from '../../factories/engine.ts'
import { newUser, patchOf, principal, scimApi } from '../../factories/scim-api.ts'

const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error'
const db = withTable()
const call = scimApi(db)

const refusal = (status: number, scimType: string | undefined, detail: string) => ({
  status,
  body: { schemas: [ERROR], status: String(status), ...(scimType && { scimType }), detail },
})

describe('users', () => {
  test('CRE-1 a create answers 201 with the whole user, Location and ETag', async () => {
    const { status, headers, body } = await call(
      'POST',
      '/Users',
      newUser('Ann@example.com', {
        name: { familyName: 'Lee' },
        emails: [{ value: 'ann@example.com', primary: true }],
      }),
    )
    const location = `https://scim.example.com/scim/v2/Users/${body.id}`
    expect(status).toBe(201)
    expect(headers).toMatchObject({ location, etag: 'W/"1"', 'content-type': 'application/scim+json' })
    expect(body).toEqual({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', 'urn:ietf:params:scim:schemas:extension:2.0:User'],
      id: body.id,
      userName: 'Ann@example.com',
      name: { familyName: 'Lee' },
      active: true,
      emails: [{ value: 'ann@example.com', primary: true }],
      groups: [],
      'urn:ietf:params:scim:schemas:extension:2.0:User': { type: 'person' },
      meta: {
        resourceType: 'User',
        created: body.meta.created,
        lastModified: body.meta.created,
        location,
        version: 'W/"1"',
      },
    })
    expect((await call('GET', `/Users/${body.id}`)).body).toEqual(body)
  })

  test('CRE-4 a taken userName is 409 uniqueness in any letter case and Unicode form', async () => {
    await call('POST', '/Users', newUser('Mike'))
    for (const userName of ['mike', 'MIKE', 'mi\u212Ae']) {
      const { status, body } = await call('POST', '/Users', newUser(userName))
      expect([status, body.scimType]).toEqual([409, 'uniqueness'])
    }
  })

  test('CRE-4 of many simultaneous creates of one name exactly one wins', async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => call('POST', '/Users', newUser('race@example.com'))),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(11).fill(409)])
    const { body } = await call('GET', '/Users?filter=userName eq "race@example.com"')
    expect(body.totalResults).toBe(1)
  })

  test('a refused create is an event that names no object, since none was made', async () => {
    const audited = scimApi(db, principal({ account: 'audited' }))
    const { body } = await audited('POST', '/Users', newUser('taken'))
    await audited('POST', '/Users', newUser('Taken'))
    const { events } = await listEvents(db, 'audited', parseEventQuery({ last: '5m' }, new Date(), 90), new Date())
    const seen = events.map(({ status, resourceId, resourceName }) => [status, resourceId, resourceName])
    expect(seen).toEqual([
      [201, body.id, 'taken'],
      [409, undefined, 'Taken'],
    ])
  })

  test('PUT-4 PAT-16 a renamed user frees its old name and takes the new one', async () => {
    const { body } = await call('POST', '/Users', newUser('old-name'))
    const { body: other } = await call('POST', '/Users', newUser('other-name'))
    const taken = await call(
      'PATCH',
      `/Users/${other.id}`,
      patchOf({ op: 'replace', path: 'userName', value: 'OLD-NAME' }),
    )
    expect([taken.status, taken.body.scimType]).toEqual([409, 'uniqueness'])
    const renamed = await call(
      'PATCH',
      `/Users/${body.id}`,
      patchOf({ op: 'replace', value: { userName: 'New-Name' } }),
    )
    expect([renamed.status, renamed.body.userName]).toEqual([200, 'New-Name'])
    expect((await call('PUT', `/Users/${body.id}`, newUser('NEW-NAME'))).body.userName).toBe('NEW-NAME')
    expect((await call('POST', '/Users', newUser('old-name'))).status).toBe(201)
  })

  test('PUT-6 PAT-7 what changes nothing keeps version and lastModified', async () => {
    const { body } = await call('POST', '/Users', newUser('unchanged', { externalId: 'x', active: true }))
    expect((await call('PUT', `/Users/${body.id}`, body)).body).toEqual(body)
    expect(
      (await call('PATCH', `/Users/${body.id}`, patchOf({ op: 'add', path: 'active', value: 'True' }))).body,
    ).toEqual(body)
  })

  test('ETG-3 ETG-4 conditional requests', async () => {
    const { body } = await call('POST', '/Users', newUser('etag'))
    const path = `/Users/${body.id}`
    const current = await call('GET', path, undefined, { 'If-None-Match': 'W/"9", W/"1"' })
    expect([current.status, current.body]).toEqual([304, undefined])
    expect((await call('GET', path, undefined, { 'If-None-Match': 'W/"2"' })).status).toBe(200)
    const stale = await call('PATCH', path, patchOf({ op: 'add', path: 'title', value: 'x' }), { 'If-Match': 'W/"7"' })
    expect({ status: stale.status, body: stale.body }).toEqual(
      refusal(412, undefined, `Cannot change "${body.id}": its version is W/"1" now; read it again and retry`),
    )
    const racers = await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        call('PATCH', path, patchOf({ op: 'add', path: 'title', value: `t${i}` }), { 'If-Match': 'W/"1"' }),
      ),
    )
    expect(racers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(412)])
    expect((await call('DELETE', path, undefined, { 'If-Match': '*' })).status).toBe(204)
  })

  test('PAT-23 simultaneous patches of different attributes lose nothing', async () => {
    const { body } = await call('POST', '/Users', newUser('busy'))
    const names = ['title', 'locale', 'nickName', 'userType', 'timezone', 'displayName', 'preferredLanguage']
    const answers = await Promise.all(
      names.map((path) => call('PATCH', `/Users/${body.id}`, patchOf({ op: 'add', path, value: path }))),
    )
    expect(answers.map(({ status }) => status)).toEqual(names.map(() => 200))
    const after = (await call('GET', `/Users/${body.id}`)).body
    expect(names.map((name) => after[name])).toEqual(names)
    expect(after.meta.version).toBe('W/"8"')
  })

  test('DEL-1 DEL-3 a deleted user is gone everywhere and its name is free', async () => {
    const { body } = await call('POST', '/Users', newUser('leaver', { externalId: 'leaver-1' }))
    const path = `/Users/${body.id}`
    const deletes = await Promise.all(Array.from({ length: 4 }, () => call('DELETE', path)))
    expect(deletes.map(({ status }) => status).sort()).toEqual([204, 404, 404, 404])
    for (const [method, content] of [
      ['GET'],
      ['PUT', newUser('leaver')],
      ['PATCH', patchOf({ op: 'remove', path: 'title' })],
    ]) {
      const { status, body: answer } = await call(method as string, path, content)
      expect({ status, body: answer }).toEqual(refusal(404, undefined, `There is no User with id "${body.id}"`))
    }
    for (const filter of ['userName eq "leaver"', 'externalId eq "leaver-1"', `id eq "${body.id}"`]) {
      expect((await call('GET', `/Users?filter=${encodeURIComponent(filter)}`)).body.totalResults).toBe(0)
    }
    expect((await call('POST', '/Users', newUser('leaver'))).status).toBe(201)
  })

  test('a password is never shown, and kept as a hash only where the integration syncs passwords', async () => {
    const { body } = await call('POST', '/Users', newUser('secretive', { password: 'correct horse' }))
    expect(JSON.stringify(body)).not.toContain('correct horse')
    const syncing = scimApi(db, principal({ syncPassword: true }))
    const kept = await syncing('POST', '/Users', newUser('syncing', { password: 'correct horse' }))
    const same = await syncing(
      'PATCH',
      `/Users/${kept.body.id}`,
      patchOf({ op: 'replace', value: { password: 'correct horse' } }),
    )
    expect(same.body.meta.version).toBe('W/"1"')
    const other = await syncing(
      'PATCH',
      `/Users/${kept.body.id}`,
      patchOf({ op: 'replace', value: { password: 'battery staple' } }),
    )
    expect(other.body.meta.version).toBe('W/"2"')
    const asked = await syncing('GET', `/Users/${kept.body.id}?attributes=password`)
    expect(JSON.stringify(asked.body)).not.toMatch(/password|scrypt/)
  })
})

describe('ownership', () => {
  test("AUT-5 another role's objects are not there, and a monitor sees them but cannot change them", async () => {
    const { body } = await call('POST', '/Users', newUser('owned'))
    const other = scimApi(db, principal({ role: 'OTHER', integration: 'OTHER' }))
    const monitor = scimApi(db, principal({ role: 'OTHER', integration: 'OTHER', privileges: ['monitorUser'] }))
    const elsewhere = scimApi(db, principal({ account: 'elsewhere', privileges: ['monitorUser', 'createUser'] }))
    const path = `/Users/${body.id}`
    for (const stranger of [other, elsewhere]) {
      expect((await stranger('GET', path)).status).toBe(404)
      expect((await stranger('DELETE', path)).status).toBe(404)
      expect((await stranger('GET', '/Users?filter=userName eq "owned"')).body.totalResults).toBe(0)
      expect((await stranger('GET', '/Users')).body.totalResults).toBe(0)
    }
    expect((await monitor('GET', path)).status).toBe(200)
    const { status, body: refused } = await monitor('DELETE', path)
    expect({ status, body: refused }).toEqual(
      refusal(
        403,
        undefined,
        `Cannot change User "${body.id}": it belongs to role "GENERIC_SCIM_PROVISIONER", this token acts for "OTHER"`,
      ),
    )
    expect((await other('POST', '/Users', newUser('OWNED'))).status).toBe(409)
    expect((await elsewhere('POST', '/Users', newUser('owned'))).status).toBe(201)
    expect((await monitor('POST', '/Users', newUser('new'))).status).toBe(403)
  })

  test('an expired token is refused by the Lambda itself, to the millisecond', async () => {
    const tokenExpiresAt = Date.parse('2026-05-01T00:00:00.000Z')
    const at = (ms: number) => scimApi(db, principal({ tokenExpiresAt }), { now: () => new Date(tokenExpiresAt + ms) })
    expect((await at(-1)('GET', '/Users')).status).toBe(200)
    const { status, body } = await at(0)('GET', '/Users')
    expect({ status, body }).toEqual(
      refusal(401, undefined, 'The token has expired, at 2026-05-01T00:00:00.000Z: issue a new one'),
    )
  })
})
