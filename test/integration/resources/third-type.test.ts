import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tableStatements } from '../../../infra/permissions.ts'
import { parseEventQuery } from '../../../shared/audit/event-query.ts'
import { presentEvent } from '../../../shared/audit/event-row.ts'
import { RESOURCE_TYPES } from '../../../shared/scim/resource-types.ts'
import type { Db } from '../../../shared/store/client.ts'
import { listEvents } from '../../../shared/store/events/query.ts'
import { DEVICE, DEVICE_SCHEMA } from '../../factories/device.ts'
import { engineEndpoint, openTestDb, testTable } from '../../factories/engine.ts'
import { type RecordingProxy, startRecordingProxy } from '../../factories/recording-proxy.ts'
import { type Answer, type Call, newUser, patchOf, principal, scimApi } from '../../factories/scim-api.ts'
import { permits, type Statement } from '../../infra/statement.ts'

const MESSAGES = 'urn:ietf:params:scim:api:messages:2.0'
const BASE = 'https://scim.example.com/scim/v2'

let db: Db
let proxy: RecordingProxy
let call: Call

const caller = (account: string, given: object = {}) =>
  scimApi(db, principal({ account, privileges: ['createDevice', 'createUser'], ...given }), { further: [DEVICE] })

beforeAll(async () => {
  const { tableName } = await testTable()
  proxy = await startRecordingProxy(engineEndpoint())
  db = openTestDb(tableName, { endpoint: proxy.endpoint })
  call = caller('default')
})
afterAll(() => proxy.close())

const newDevice = (serialNumber: string, more: object = {}) => ({ schemas: [DEVICE_SCHEMA], serialNumber, ...more })
const refusal = ({ status, body }: Answer) => [status, body.scimType, body.detail]
const serialsOf = ({ body }: Answer) =>
  body.Resources.map(({ serialNumber, userName }: Record<string, string>) => serialNumber ?? userName)

/** One whole life of a device, in an account of its own; its id. */
async function liveOnce(account: string): Promise<string> {
  const own = caller(account)
  const { body } = await own('POST', '/Devices', newDevice('ONE', { tags: [{ value: 'lab' }] }))
  const path = `/Devices/${body.id}`
  const rename = patchOf({ op: 'replace', value: { serialNumber: 'TWO', 'tags[type eq "x"].value': 'desk' } })
  const answers = [
    await own('PATCH', path, rename),
    await own('GET', path),
    await own('GET', '/Devices?filter=tags.value eq "lab"&sortBy=model'),
    await own('DELETE', path),
  ]
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 204])
  return body.id
}

describe('a resource type made of a schema and one entry', () => {
  test('is created, read and described as any other', async () => {
    const sent = { externalId: 'asset-7', model: 'Scanner', tags: [{ value: 'Lab' }], unknown: 1 }
    const { status, headers, body } = await call('POST', '/Devices', newDevice('Ab-1', sent))
    const location = `${BASE}/Devices/${body.id}`
    expect(status).toBe(201)
    expect(headers).toMatchObject({ location, etag: 'W/"1"' })
    expect(body).toEqual({
      schemas: [DEVICE_SCHEMA],
      id: body.id,
      externalId: 'asset-7',
      serialNumber: 'Ab-1',
      model: 'Scanner',
      tags: [{ value: 'Lab' }],
      meta: {
        resourceType: 'Device',
        created: body.meta.created,
        lastModified: body.meta.created,
        location,
        version: 'W/"1"',
      },
    })
    expect((await call('GET', `/Devices/${body.id}`)).body).toEqual(body)
    expect((await call('GET', '/ResourceTypes/Device')).body).toMatchObject({
      endpoint: '/Devices',
      schema: DEVICE_SCHEMA,
    })
    expect((await call('GET', `/Schemas/${DEVICE_SCHEMA}`)).body).toMatchObject({ id: DEVICE_SCHEMA, name: 'Device' })
  })

  test('has a unique name, in any letter case, and a required one', async () => {
    await call('POST', '/Devices', newDevice('Unique'))
    expect(refusal(await call('POST', '/Devices', newDevice('UNIQUE')))).toEqual([
      409,
      'uniqueness',
      'The serialNumber "UNIQUE" is taken in this account: find its holder with a filter (serialNumber eq "UNIQUE"), or choose another; one of another role is not shown to you',
    ])
    expect((await call('POST', '/Users', newUser('Unique'))).status).toBe(201)
    expect((await call('POST', '/Devices', { schemas: [DEVICE_SCHEMA] })).body.scimType).toBe('invalidValue')
  })

  test('asks for its own privileges, and belongs to whom it was created by', async () => {
    const { body } = await call('POST', '/Devices', newDevice('Owned'))
    const path = `/Devices/${body.id}`
    const other = caller('default', { role: 'OTHER', privileges: ['createUser', 'monitorUser', 'monitorRole'] })
    const monitor = caller('default', { role: 'OTHER', privileges: ['monitorDevice'] })
    expect(refusal(await other('GET', path))).toEqual([404, undefined, `There is no Device with id "${body.id}"`])
    expect(refusal(await other('POST', '/Devices', newDevice('New')))).toEqual([
      403,
      undefined,
      'Cannot create a Device: role "OTHER" lacks the privilege createDevice',
    ])
    expect((await monitor('GET', path)).body.serialNumber).toBe('Owned')
    expect(refusal(await monitor('DELETE', path))).toEqual([
      403,
      undefined,
      `Cannot change Device "${body.id}": it belongs to role "GENERIC_SCIM_PROVISIONER", this token acts for "OTHER"`,
    ])
  })

  test('is found by name, by beginning, by lookups and by everything else', async () => {
    const own = caller('filters')
    await own('POST', '/Devices', newDevice('Pen-2', { externalId: 'X', model: 'Pen', tags: [{ value: 'Blue' }] }))
    await own('POST', '/Devices', newDevice('Pen-1', { externalId: 'x', tags: [{ value: 'red' }] }))
    const found: [string, string[]][] = [
      ['serialNumber eq "PEN-1"', ['Pen-1']],
      ['serialNumber sw "pen"', ['Pen-2', 'Pen-1']],
      ['externalId eq "x"', ['Pen-1']],
      ['tags.value eq "BLUE"', ['Pen-2']],
      ['tags[value eq "red"]', ['Pen-1']],
      ['model co "e"', ['Pen-2']],
      ['not (model pr)', ['Pen-1']],
    ]
    for (const [filter, serials] of found) {
      const answer = await own('GET', `/Devices?filter=${encodeURIComponent(filter)}`)
      expect([filter, serialsOf(answer)]).toEqual([filter, serials])
    }
    const sorted = await own('GET', '/Devices?sortBy=serialNumber&count=1')
    expect([sorted.body.totalResults, serialsOf(sorted)]).toEqual([2, ['Pen-1']])
  })

  test('an indexed filter asks for its lookup and for nothing else', async () => {
    const before = proxy.accesses.length
    await caller('filters')('GET', '/Devices?filter=tags.value eq "blue" and model pr')
    const queries = proxy.accesses.slice(before).filter(({ action }) => action === 'Query')
    expect(queries.map(({ key }) => key)).toEqual(['A#filters#LOOKUP#DEVICE#tags.value#blue'])
  })

  test('is searched alone and together with users', async () => {
    const own = caller('searches')
    await own('POST', '/Devices', newDevice('Searched'))
    await own('POST', '/Users', newUser('searching'))
    const search = (filter: string) => ({ schemas: [`${MESSAGES}:SearchRequest`], filter })
    expect(serialsOf(await own('POST', '/Devices/.search', search('id pr')))).toEqual(['Searched'])
    expect(serialsOf(await own('POST', '/.search', search('id pr'))).sort()).toEqual(['Searched', 'searching'])
    expect(serialsOf(await own('POST', '/.search', search('serialNumber pr')))).toEqual(['Searched'])
  })

  test('is patched and replaced, under the rules of If-Match, and not at all where nothing changes', async () => {
    const { body } = await call('POST', '/Devices', newDevice('Patched', { tags: [{ value: 'old' }] }))
    const path = `/Devices/${body.id}`
    const patch = patchOf({ op: 'replace', path: 'tags[value eq "old"].value', value: 'new' })
    const patched = await call('PATCH', path, patch, { 'If-Match': 'W/"1"' })
    expect([patched.status, patched.body.tags, patched.headers.etag]).toEqual([200, [{ value: 'new' }], 'W/"2"'])
    expect((await call('PATCH', path, patchOf({ op: 'remove', path: 'model' }))).headers.etag).toBe('W/"2"')
    expect((await call('PUT', path, newDevice('Patched'), { 'If-Match': 'W/"1"' })).status).toBe(412)
    const replaced = await call('PUT', path, newDevice('Replaced'))
    expect([replaced.status, replaced.body.tags, replaced.headers.etag]).toEqual([200, undefined, 'W/"3"'])
    const lookups = await Promise.all(
      ['tags.value eq "old"', 'tags.value eq "new"', 'serialNumber eq "Patched"', 'serialNumber eq "Replaced"'].map(
        async (filter) => (await call('GET', `/Devices?filter=${filter}`)).body.totalResults,
      ),
    )
    expect(lookups).toEqual([0, 0, 0, 1])
  })

  test('is deleted, and its name is free again', async () => {
    const own = caller('deletes')
    const { body } = await own('POST', '/Devices', newDevice('Gone'))
    const path = `/Devices/${body.id}`
    expect((await own('DELETE', path)).status).toBe(204)
    expect((await own('DELETE', path)).status).toBe(404)
    expect((await own('GET', '/Devices')).body.totalResults).toBe(0)
    expect((await own('POST', '/Devices', newDevice('Gone'))).status).toBe(201)
  })

  test('has its place in Bulk', async () => {
    const operation = (method: string, path: string, more: object) => ({ method, path, ...more })
    const { status, body } = await call('POST', '/Bulk', {
      schemas: [`${MESSAGES}:BulkRequest`],
      Operations: [
        operation('POST', '/Devices', { bulkId: 'd', data: newDevice('Bulk') }),
        operation('PATCH', '/Devices/bulkId:d', { data: patchOf({ op: 'add', path: 'model', value: 'M' }) }),
        operation('POST', '/Things', { bulkId: 't', data: newDevice('Thing') }),
      ],
    })
    expect(status).toBe(200)
    const [{ location }] = body.Operations
    expect(body.Operations).toEqual([
      { location, method: 'POST', bulkId: 'd', version: 'W/"1"', status: '201' },
      { location, method: 'PATCH', version: 'W/"2"', status: '200' },
      {
        method: 'POST',
        bulkId: 't',
        status: '400',
        response: {
          schemas: [`${MESSAGES}:Error`],
          status: '400',
          scimType: 'invalidPath',
          detail: 'Cannot use path "/Things": expected /Users or /Groups or /Devices',
        },
      },
    ])
    expect((await call('GET', location.slice(BASE.length))).body.model).toBe('M')
  })

  test('is audited under its own word, and found by its name', async () => {
    const id = await liveOnce('audited')
    const now = new Date()
    const question = parseEventQuery({ last: '5m', resource: id, type: 'SCIM', reads: true }, now, 90)
    const { events, unreadable } = await listEvents(db, 'audited', question, now)
    const rows = events.map(presentEvent)
    expect([
      unreadable,
      rows.map(({ METHOD, RESOURCE_DOMAIN, RESOURCE_NAME }) => [METHOD, RESOURCE_DOMAIN, RESOURCE_NAME]),
    ]).toEqual([
      0,
      [
        ['POST', 'DEVICE', 'ONE'],
        ['PATCH', 'DEVICE', 'ONE'],
        ['GET', 'DEVICE', 'TWO'],
        ['DELETE', 'DEVICE', 'TWO'],
      ],
    ])
    expect(events[1]?.changes).toContainEqual({ attribute: 'serialNumber', before: 'ONE', after: 'TWO' })
  })

  test('asks of the table what the IAM statement of its function allows, and of no other type what it does not', async () => {
    const before = proxy.accesses.length
    await liveOnce('least')
    const accesses = proxy.accesses.slice(before)
    const arns = {
      table: 'arn:aws:dynamodb:::table/StorageTable',
      index: 'arn:aws:dynamodb:::table/StorageTable/index/gsi1',
    }
    const types = { ...RESOURCE_TYPES, Device: DEVICE }
    const statementsOf = (name: string) =>
      tableStatements(name, arns, { types }).map((statement): Statement => statement.toStatementJson())
    const refused = (statements: Statement[]) =>
      accesses
        .filter(({ action, key, index }) => !permits(statements, action, key, index))
        .flatMap(({ key }) => key ?? [])
    expect(accesses.length).toBeGreaterThan(20)
    for (const name of ['devices', 'search', 'bulk', 'users'])
      expect([name, refused(statementsOf(name))]).toEqual([name, []])
    const withoutDevices = tableStatements('users', arns).map((statement): Statement => statement.toStatementJson())
    expect(new Set(refused(withoutDevices))).toEqual(new Set(['A#least#DEVICE']))
    expect(() => tableStatements('devices', arns)).toThrow('There is no function "devices"')
  })
})
