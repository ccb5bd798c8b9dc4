import { beforeAll, describe, expect, test } from 'vitest'
import { withTable } from '../../factories/engine.ts'
import { scanEvents } from '../../factories/scan.ts'
import { newGroup, newUser, patchOf, principal, scimApi } from '../../factories/scim-api.ts'

const db = withTable()
const okta = scimApi(db, principal({ role: 'OKTA_PROVISIONER', integration: 'OKTA' }))
const entra = scimApi(db, principal({ role: 'AAD_PROVISIONER', integration: 'ENTRA' }))
const monitors = ['createUser', 'createRole', 'monitorUser', 'monitorRole']
const monitor = scimApi(db, principal({ role: 'AAD_PROVISIONER', integration: 'ENTRA', privileges: monitors }))

const rename = patchOf({ op: 'replace', path: 'displayName', value: 'X' })
const belongs = 'It belongs to role OKTA_PROVISIONER. To hand it over: rolecall ownership transfer'
const ids: Record<string, string> = {}
beforeAll(async () => {
  for (const name of ['ada@example.com', 'o brien', '$(id)', '-x'])
    ids[name] = (await okta('POST', '/Users', newUser(name))).body.id
  ids.Ops = (await okta('POST', '/Groups', newGroup('Ops'))).body.id
})

const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error'
const lastEvent = async () => (await scanEvents(db)).at(-1)
/** What every event of these clients has. */
const STAMP = {
  ...{ eventId: expect.any(String), requestId: expect.any(String), time: expect.any(String), account: 'default' },
  durationMs: expect.any(Number),
  ...{
    type: 'SCIM',
    actorName: 'AAD_PROVISIONER',
    actorDomain: 'ENTRA',
    tokenId: 'testToken',
    clientIp: '203.0.113.7',
  },
}

describe('a change that is refused for the owner', () => {
  test('tells the event whose the object is and the command that mends it, and the client no more than before', async () => {
    const id = ids['ada@example.com']
    const detail = `Cannot change User "${id}": it belongs to role "OKTA_PROVISIONER", this token acts for "AAD_PROVISIONER"`
    const answer = await monitor('PATCH', `/Users/${id}`, rename)
    expect([answer.status, answer.body]).toEqual([403, { schemas: [ERROR], status: '403', detail }])
    expect(await lastEvent()).toEqual({
      ...STAMP,
      ...{ method: 'PATCH', endpoint: `scim/v2/Users/${id}`, status: 403, detail },
      ...{ resourceId: id, resourceName: 'ada@example.com', resourceDomain: 'USER' },
      advice: `${belongs} --user ada@example.com --to AAD_PROVISIONER`,
    })
  })

  test('names the account where it is not the one of callers who name none', async () => {
    const elsewhere = { account: 'emea' }
    const owner = scimApi(db, principal({ ...elsewhere, role: 'OKTA_PROVISIONER', integration: 'OKTA' }))
    const other = scimApi(db, principal({ ...elsewhere, role: 'HR', integration: 'HR', privileges: monitors }))
    const { id } = (await owner('POST', '/Users', newUser('eve'))).body
    expect((await other('DELETE', `/Users/${id}`)).status).toBe(403)
    expect((await scanEvents(db, 'emea')).at(-1)?.advice).toBe(`${belongs} --user eve --to HR --account emea`)
  })

  test.each(['o brien', '$(id)', '-x'])('names %s by its id, since the command goes through a shell', async (name) => {
    await monitor('DELETE', `/Users/${ids[name]}`)
    expect((await lastEvent())?.advice).toBe(`${belongs} --user ${ids[name]} --to AAD_PROVISIONER`)
  })

  test('inside Bulk tells the event of its operation', async () => {
    const operation = { method: 'PATCH', path: `/Groups/${ids.Ops}`, data: rename }
    const bulk = { schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'], Operations: [operation] }
    const { body } = await monitor('POST', '/Bulk', bulk)
    expect(body.Operations[0].status).toBe('403')
    const events = (await scanEvents(db)).filter(({ advice }) => advice?.includes('--role'))
    expect(events).toMatchObject([
      { endpoint: `scim/v2/Groups/${ids.Ops}`, advice: `${belongs} --role Ops --to AAD_PROVISIONER` },
    ])
  })
})

describe('a name that an object of another owner holds', () => {
  const detail =
    'The userName "ADA@example.com" is taken in this account: find its holder with a filter (userName eq "ADA@example.com"), or choose another; one of another role is not shown to you'
  const taken = { schemas: [ERROR], status: '409', scimType: 'uniqueness', detail }

  test('tells the event whose it is, and the client no more than before', async () => {
    const answer = await entra('POST', '/Users', newUser('ADA@example.com'))
    expect([answer.status, answer.body]).toEqual([409, taken])
    expect(await lastEvent()).toEqual({
      ...STAMP,
      ...{ method: 'POST', endpoint: 'scim/v2/Users', status: 409, scimType: 'uniqueness', detail },
      ...{ resourceName: 'ADA@example.com', resourceDomain: 'USER' },
      advice: `${belongs} --user ADA@example.com --to AAD_PROVISIONER`,
    })
  })

  test('tells it of a rename too, and of a role', async () => {
    const { id } = (await entra('POST', '/Users', newUser('own'))).body
    const answer = await entra('PATCH', `/Users/${id}`, patchOf({ op: 'replace', path: 'userName', value: 'O BRIEN' }))
    expect(answer.status).toBe(409)
    expect((await lastEvent())?.advice).toBe(`${belongs} --user ${ids['o brien']} --to AAD_PROVISIONER`)
    const group = await entra('POST', '/Groups', newGroup('ops'))
    expect([group.status, (await lastEvent())?.advice]).toEqual([409, `${belongs} --role ops --to AAD_PROVISIONER`])
  })

  test('tells nothing where the caller sees the holder', async () => {
    await monitor('POST', '/Users', newUser('ADA@example.com'))
    expect(await lastEvent()).not.toHaveProperty('advice')
    await okta('POST', '/Users', newUser('ADA@example.com'))
    expect(await lastEvent()).not.toHaveProperty('advice')
  })
})
