import { expect, test } from 'vitest'
import { EVENT_COLUMNS, presentEvent } from '../../../shared/audit/event-row.ts'
import { anEvent } from '../../factories/events.ts'

const AT = new Date('2026-08-31T10:00:00.123Z')

test("an event is shown with Snowflake's columns, in their order, and two of ours at the end", () => {
  const row = presentEvent(anEvent(AT))
  expect(Object.keys(row)).toEqual([...EVENT_COLUMNS])
  expect(EVENT_COLUMNS.slice(0, 13)).toEqual([
    ...['EVENT_TIMESTAMP', 'EVENT_ID', 'EVENT_TYPE', 'ENDPOINT', 'METHOD', 'STATUS', 'ERROR_CODE', 'DETAILS'],
    ...['CLIENT_IP', 'ACTOR_NAME', 'ACTOR_DOMAIN', 'RESOURCE_NAME', 'RESOURCE_DOMAIN'],
  ])
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
  })
})

test.each([
  [{ status: 409, scimType: 'uniqueness', detail: 'Taken' }, '409 uniqueness'],
  [{ status: 404, detail: 'Gone' }, '404'],
])('a refusal shows status and scimType as its error code: %o', (given, code) => {
  const row = presentEvent(anEvent(AT, given))
  expect([row.STATUS, row.ERROR_CODE, row.HTTP_STATUS]).toEqual(['FAILURE', code, given.status])
  expect(JSON.parse(row.DETAILS)).toMatchObject({ detail: given.detail })
})
