import { describe, expect, test } from 'vitest'
import { withTable } from '../../factories/engine.ts'
import { scanAll } from '../../factories/scan.ts'
import { newUser, patchOf, principal, scimApi } from '../../factories/scim-api.ts'

const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error'
const SNOWFLAKE = 'urn:ietf:params:scim:schemas:extension:2.0:User'
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const db = withTable()
const call = scimApi(db)
const separate = scimApi(db, principal({ separateUserNames: true }))

const refusal = (status: number, scimType: string, detail: string) => ({
  status,
  body: { schemas: [ERROR], status: String(status), scimType, detail },
})
const named = (snowflakeUserName: string) => ({ [SNOWFLAKE]: { snowflakeUserName } })
const MISSING =
  'The attribute snowflakeUserName is required: this account keeps the name of a user apart from userName, the name to sign in with'

describe('snowflakeUserName, the name of a user apart from the one to sign in with', () => {
  test('is unique among users in any letter case, and says so', async () => {
    const first = await call('POST', '/Users', newUser('ada@example.com', named('ADA')))
    expect(first).toMatchObject({ status: 201, body: { [SNOWFLAKE]: { snowflakeUserName: 'ADA' } } })
    const second = await call('POST', '/Users', newUser('ada2@example.com', named('ada')))
    const detail =
      'The snowflakeUserName "ada" is taken in this account: find its holder with a filter (snowflakeUserName eq "ada"), or choose another; one of another role is not shown to you'
    expect(second).toMatchObject(refusal(409, 'uniqueness', detail))
    // A name to sign in with is another thing.
    expect((await call('POST', '/Users', newUser('ADA'))).status).toBe(201)
  })

  test('is found by a filter without a scan, under each of its names', async () => {
    const { body } = await call('POST', '/Users', newUser('bo@example.com', named('BO')))
    const okta = scimApi(db, principal({ clientKind: 'OKTA' }))
    for (const [client, name] of [
      [call, 'snowflakeUserName'],
      [call, `${SNOWFLAKE}:snowflakeUserName`],
      [okta, `${ENTERPRISE}:snowflakeUserName`],
    ] as const) {
      const found = await client('GET', `/Users?filter=${encodeURIComponent(`${name} eq "bo"`)}&attributes=id`)
      expect([name, found.body.Resources.map(({ id }: { id: string }) => id)]).toEqual([name, [body.id]])
    }
  })

  test('is free again when it is changed, taken away or deleted', async () => {
    const { body: chen } = await call('POST', '/Users', newUser('chen@example.com', named('CHEN')))
    const at = `${SNOWFLAKE}:snowflakeUserName`
    expect(
      (await call('PATCH', `/Users/${chen.id}`, patchOf({ op: 'replace', path: at, value: 'CHEN2' }))).status,
    ).toBe(200)
    const { status, body: other } = await call('POST', '/Users', newUser('other@example.com', named('CHEN')))
    expect(status).toBe(201)
    const taken = await call('PATCH', `/Users/${other.id}`, patchOf({ op: 'replace', path: at, value: 'chen2' }))
    expect([taken.status, taken.body.scimType]).toEqual([409, 'uniqueness'])
    expect((await call('PATCH', `/Users/${chen.id}`, patchOf({ op: 'remove', path: at }))).status).toBe(200)
    expect(
      (await call('PATCH', `/Users/${other.id}`, patchOf({ op: 'replace', path: at, value: 'CHEN2' }))).status,
    ).toBe(200)
    expect((await call('DELETE', `/Users/${other.id}`)).status).toBe(204)
    const claims = (await scanAll(db)).filter(({ pk }) => pk === 'A#default#NAME#USER.snowflakeUserName')
    expect(claims.map(({ sk }) => sk).filter((name) => String(name).startsWith('chen'))).toEqual([])
  })

  test('of two that race for it one wins', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, i) => call('POST', '/Users', newUser(`race${i}@example.com`, named('RACE')))),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...new Array(7).fill(409)])
  })
})

describe('an account that keeps both names apart', () => {
  test('asks for both in every POST, and lets no PUT and no PATCH take one away', async () => {
    expect(await separate('POST', '/Users', newUser('dara@example.com'))).toMatchObject(
      refusal(400, 'invalidValue', MISSING),
    )
    const { status, body } = await separate('POST', '/Users', newUser('dara@example.com', named('DARA')))
    expect(status).toBe(201)
    expect(await separate('PUT', `/Users/${body.id}`, newUser('dara@example.com'))).toMatchObject(
      refusal(400, 'invalidValue', MISSING),
    )
    const removal = patchOf({ op: 'remove', path: `${SNOWFLAKE}:snowflakeUserName` })
    expect(await separate('PATCH', `/Users/${body.id}`, removal)).toMatchObject(refusal(400, 'invalidValue', MISSING))
    const put = await separate('PUT', `/Users/${body.id}`, newUser('dara2@example.com', named('DARA')))
    expect(put).toMatchObject({ status: 200, body: { userName: 'dara2@example.com', ...named('DARA') } })
    const renamed = await separate(
      'PATCH',
      `/Users/${body.id}`,
      patchOf({ op: 'replace', path: `${SNOWFLAKE}:snowflakeUserName`, value: 'DARA_2' }),
    )
    expect(renamed).toMatchObject({ status: 200, body: { userName: 'dara2@example.com', ...named('DARA_2') } })
  })

  test.each<[string, object]>([
    ['PATCH', patchOf({ op: 'replace', value: { active: false } })],
    ['PUT', newUser('erik@example.com', { active: false })],
  ])('still changes users who were there before, so that they can be deactivated by %s', async (method, body) => {
    const { body: user } = await call('POST', '/Users', newUser('erik@example.com'))
    const off = await separate(method, `/Users/${user.id}`, body)
    expect([off.status, off.body.active]).toEqual([200, false])
    const named = newUser('erik@example.com', { [SNOWFLAKE]: { snowflakeUserName: 'ERIK' } })
    expect((await separate('PUT', `/Users/${user.id}`, named)).status).toBe(200)
    expect(await separate(method, `/Users/${user.id}`, newUser('erik@example.com'))).toMatchObject(
      method === 'PUT' ? refusal(400, 'invalidValue', MISSING) : { status: 400 },
    )
    expect((await call('DELETE', `/Users/${user.id}`)).status).toBe(204)
  })
})

describe('users who are programs', () => {
  const person = { name: { givenName: 'Fay', familyName: 'Lee' }, displayName: 'Fay', password: 'Correct-Horse-7' }
  const syncing = scimApi(db, principal({ syncPassword: true }))
  const stored = async (id: string) => (await scanAll(db)).find(({ pk, sk }) => pk === 'A#default#USER' && sk === id)

  test.each(['service', 'service_agent'])('of type %s have no name and no password, whatever is sent', async (type) => {
    const user = newUser(`${type}@example.com`, { ...person, [SNOWFLAKE]: { type } })
    const { status, body } = await syncing('POST', '/Users', user)
    expect([status, body.name, body.displayName, body[SNOWFLAKE]]).toEqual([201, undefined, 'Fay', { type }])
    expect(await stored(body.id)).not.toHaveProperty('passwordHash')
    const again = await syncing('PUT', `/Users/${body.id}`, user)
    expect([again.status, again.body.meta.version]).toEqual([200, body.meta.version])
  })

  test('lose both where they were persons, and the event says so', async () => {
    const { body } = await syncing('POST', '/Users', newUser('gil@example.com', person))
    expect(await stored(body.id)).toHaveProperty('passwordHash')
    const become = patchOf({ op: 'replace', path: `${SNOWFLAKE}:type`, value: 'service' })
    const changed = await syncing('PATCH', `/Users/${body.id}`, become)
    expect([changed.status, changed.body.name]).toEqual([200, undefined])
    expect(await stored(body.id)).not.toHaveProperty('passwordHash')
  })

  test('of type legacy_service keep them', async () => {
    const user = newUser('old@example.com', { ...person, [SNOWFLAKE]: { type: 'legacy_service' } })
    const { body } = await syncing('POST', '/Users', user)
    expect(body.name).toEqual(person.name)
    expect(await stored(body.id)).toHaveProperty('passwordHash')
  })
})
