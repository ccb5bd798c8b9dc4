import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { detailNames, EVENT_COLUMNS, presentEvent } from '../../../shared/audit/event-row.ts'
import { eventFields } from '../../../shared/audit/rest-event.ts'
import { anEvent } from '../../factories/events.ts'

const AT = new Date('2026-08-31T10:00:00.123Z')

test("an event is shown with Snowflake's columns, in their order, and ours at the end", () => {
  const row = presentEvent(anEvent(AT))
  expect(Object.keys(row)).toEqual([...EVENT_COLUMNS])
  expect(EVENT_COLUMNS.slice(0, 13)).toEqual([
    ...['EVENT_TIMESTAMP', 'EVENT_ID', 'EVENT_TYPE', 'ENDPOINT', 'METHOD', 'STATUS', 'ERROR_CODE', 'DETAILS'],
    ...['CLIENT_IP', 'ACTOR_NAME', 'ACTOR_DOMAIN', 'RESOURCE_NAME', 'RESOURCE_DOMAIN'],
  ])
})

test('the audit guide describes every column in its place, and every part of DETAILS', () => {
  const guide = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'audit-guide.md'), 'utf8')
  const [, section = ''] = guide.split('\n## Columns\n')
  const rows = section.split('\n## ')[0]?.match(/^\| [A-Z][^|]+\|/gm) ?? []
  const documented = rows.flatMap((row) => row.match(/[A-Z_]+/g) ?? [])
  expect(documented).toEqual([...EVENT_COLUMNS])
  const details = /^\| DETAILS \|([^|]+)\|/m.exec(section)?.[1] ?? ''
  expect([...details.matchAll(/`(\w+)`/g)].map(([, name]) => name)).toEqual(detailNames())
})

test('every field stands in a column of its own or in DETAILS, but for account, scimType and what orders changes', () => {
  const hidden = eventFields().filter(([, { shown }]) => shown === undefined)
  expect(hidden.map(([name]) => name)).toEqual(['account', 'scimType', 'version', 'turn', 'act'])
  const columns = eventFields().flatMap(([, { shown }]) => (shown === undefined || shown === 'DETAILS' ? [] : [shown]))
  expect([...columns, 'STATUS', 'ERROR_CODE', 'DETAILS'].sort()).toEqual([...EVENT_COLUMNS].sort())
})

test('a change shows who, what, from where and what it changed', () => {
  const changes = [{ attribute: 'active', before: true, after: false }]
  const event = anEvent(AT, {
    eventId: '0199-id',
    method: 'PATCH',
    endpoint: 'scim/v2/Users/42',
    tokenId: 'tok1',
    userAgent: 'OKTA SCIM Integration',
    query: 'attributes=userName',
    resourceId: '42',
    resourceName: 'ann@example.com',
    resourceDomain: 'USER',
    changes,
    durationMs: 48,
  })
  expect(presentEvent(event)).toEqual({
    EVENT_TIMESTAMP: '2026-08-31T10:00:00.123Z',
    EVENT_ID: '0199-id',
    EVENT_TYPE: 'SCIM',
    ENDPOINT: 'scim/v2/Users/42',
    METHOD: 'PATCH',
    STATUS: 'SUCCESS',
    ERROR_CODE: null,
    DETAILS: JSON.stringify({
      requestId: event.requestId,
      tokenId: 'tok1',
      userAgent: 'OKTA SCIM Integration',
      query: 'attributes=userName',
      changes,
    }),
    CLIENT_IP: '203.0.113.7',
    ACTOR_NAME: 'OKTA_PROVISIONER',
    ACTOR_DOMAIN: 'OKTA_PROVISIONING',
    RESOURCE_NAME: 'ann@example.com',
    RESOURCE_DOMAIN: 'USER',
    HTTP_STATUS: 200,
    RESOURCE_ID: '42',
    DURATION_MS: 48,
  })
})

test('an event that nobody measured took no known time', () => {
  expect(presentEvent(anEvent(AT)).DURATION_MS).toBeNull()
})

test.each([
  [{ status: 409, scimType: 'uniqueness', detail: 'Taken' }, '409 uniqueness'],
  [{ status: 404, detail: 'Gone' }, '404'],
])('a refusal shows status and scimType as its error code: %o', (given, code) => {
  const row = presentEvent(anEvent(AT, given))
  expect([row.STATUS, row.ERROR_CODE, row.HTTP_STATUS]).toEqual(['FAILURE', code, given.status])
  expect(JSON.parse(row.DETAILS)).toMatchObject({ detail: given.detail })
})
