import { describe, expect, test } from 'vitest'
import type { RestEvent } from '../../../../shared/audit/rest-event.ts'
import { REFUSAL_DETAIL } from '../../../../shared/store/events/refused-tokens.ts'
import { byAdmin, IDS, ofAda, ofFinance, sentenceOf } from '../../../factories/sentences.ts'

type Case = [sentence: string, event: Partial<RestEvent>]
const list = (query: string, more: Partial<RestEvent> = {}) => ({ endpoint: 'scim/v2/Users', query, ...more })
const entra = { actorName: 'AAD_PROVISIONER', actorDomain: 'ENTRA_PROVISIONING' }
const ownBase = 'scim/v2/9c186f94-b78c-4045-90b7-7456b568bd3a'

describe('reads', () => {
  test.each<Case>([
    ['Okta looked up ada@example.com', ofAda({ method: 'GET' })],
    ['Okta looked up ada@example.com', ofAda({ method: 'GET', endpoint: `${ownBase}/Users/${IDS.ada}` })],
    ['Okta looked up role Finance', ofFinance({ method: 'GET' })],
    [
      'Okta looked up chen@example.com and found nobody',
      list('filter=userName eq "chen@example.com"', { part: 0, total: 0 }),
    ],
    ['Okta looked up chen@example.com', list('filter=userName eq "chen@example.com"&count=1', { part: 1, total: 1 })],
    ['Okta looked up ada@example.com', list(`filter=id eq "${IDS.ada}"`, { part: 1, total: 1 })],
    ['Okta looked up a&b=c@example.com', list('filter=emails[type eq "work"].value eq "a&b=c@example.com"')],
    [
      'Okta looked up role Finance and found none',
      { endpoint: 'scim/v2/Groups', query: 'filter=displayName eq "Finance"', part: 0, total: 0 },
    ],
    ['Okta listed users, 100 of 8,214', list('startIndex=1&count=100', { part: 100, total: 8214 })],
    ['Okta listed users', list('startIndex=1')],
    ['Okta listed users that match title pr, 3 of 3', list('filter=title pr', { part: 3, total: 3 })],
    ['Okta listed users that match (masked)', list('filter=(masked)')],
    ['Okta listed roles, 7 of 7', { endpoint: 'scim/v2/Groups', part: 7, total: 7 }],
    ['Okta listed users, 2 of 2', { method: 'POST', endpoint: 'scim/v2/Users/.search', part: 2, total: 2 }],
    ['Okta listed users and roles, 9 of 12', { method: 'POST', endpoint: 'scim/v2/.search', part: 9, total: 12 }],
    ["Okta read the service's configuration", { endpoint: 'scim/v2/ServiceProviderConfig' }],
    ["Okta read the service's configuration", { endpoint: 'scim/v2/Schemas' }],
    ["Okta read the service's configuration", { endpoint: 'scim/v2/ResourceTypes/User' }],
  ])('%s', (sentence, event) => {
    expect(sentenceOf(event)).toBe(sentence)
  })
})

describe('refusals', () => {
  test.each<Case>([
    [
      'Entra tried to change ada@example.com and was refused: OKTA_PROVISIONER owns it',
      ofAda({
        ...{ ...entra, status: 403 },
        detail: `Cannot change User "${IDS.ada}": it belongs to role "OKTA_PROVISIONER", this token acts for "AAD_PROVISIONER"`,
      }),
    ],
    [
      'Okta tried to create a user and was refused: its role lacks the privilege createUser',
      {
        ...{ method: 'POST', endpoint: 'scim/v2/Users', status: 403 },
        detail: 'Cannot create a User: role "OKTA_PROVISIONER" lacks the privilege createUser',
      },
    ],
    [
      'Okta tried to create user ada@example.com and was refused: the name is taken',
      {
        ...{ method: 'POST', endpoint: 'scim/v2/Users', status: 409, scimType: 'uniqueness' },
        ...{ resourceDomain: 'USER', resourceName: 'ada@example.com', detail: 'The userName is taken in this account' },
      },
    ],
    [
      'Okta tried to change a user that is not here',
      {
        ...{ method: 'PATCH', endpoint: `scim/v2/Users/${IDS.ada}`, status: 404 },
        detail: `There is no User with id "${IDS.ada}"`,
      },
    ],
    [
      'Okta tried to look up a role that is not here',
      {
        ...{ endpoint: `scim/v2/Groups/${IDS.finance}`, status: 404 },
        detail: `There is no Group with id "${IDS.finance}"`,
      },
    ],
    [
      'Okta tried to change role Finance and was refused: it had changed in between (412)',
      ofFinance({ method: 'PUT', status: 412, detail: 'Cannot change: its version is W/"4" now; read it again' }),
    ],
    [
      'Okta tried to list users that match bad and was refused: the filter cannot be read: Cannot read filter "bad": expected an attribute',
      list('filter=bad', {
        ...{ status: 400, scimType: 'invalidFilter' },
        detail: 'Cannot read filter "bad": expected an attribute',
      }),
    ],
    [
      'Okta tried to send several operations in one request and was refused: the body is too large',
      { method: 'POST', endpoint: 'scim/v2/Bulk', status: 413, detail: 'The body has 2000000 bytes' },
    ],
    [
      'Okta tried to change ada@example.com and was refused: this region is a secondary',
      ofAda({ status: 503, detail: 'Cannot write here: this region is a secondary of eu-central-1' }),
    ],
    [
      'Okta tried to change role Finance and was refused: cannot add "x" as member: there is no such user; create the user first',
      ofFinance({
        ...{ status: 400, scimType: 'invalidValue' },
        detail: 'Cannot add "x" as member: there is no such user; create the user first',
      }),
    ],
    [
      'Okta tried to look up itself and was refused: there is no /Me: use /Users',
      { endpoint: 'scim/v2/Me', status: 501, detail: 'There is no /Me: use /Users' },
    ],
    [
      'Okta tried to delete user ada@example.com and was stopped: 25 deactivations an hour reached',
      ofAda({
        ...{ method: 'DELETE', status: 429, retryAfter: 1800 },
        detail:
          'Integration OKTA_PROVISIONING has reached its limit of 25 deactivations an hour: an administrator may let it go on with rolecall integration release OKTA_PROVISIONING --for 1h',
      }),
    ],
    [
      'Okta tried to change ada@example.com and was stopped: 60 objects an hour reached',
      ofAda({
        ...{ status: 429, retryAfter: 1800 },
        detail:
          'Integration OKTA_PROVISIONING may deactivate, delete and take out of groups 60 objects an hour (25, or 10 % of 600): 60 are counted since 13:00 UTC, and 1 more was asked for; nothing was changed: retry after the seconds named in Retry-After, or have an administrator look at it and run "rolecall integration release OKTA_PROVISIONING --for 1h"',
      }),
    ],
    [
      'Okta tried to change ada@example.com and was stopped: see rolecall integration release OKTA_PROVISIONING',
      ofAda({ status: 429, detail: 'See rolecall integration release OKTA_PROVISIONING' }),
    ],
    [
      'Okta tried to change ada@example.com and was asked to wait 2 s',
      ofAda({ status: 429, retryAfter: 2, detail: 'Others keep changing the same resource' }),
    ],
    ['Okta tried to change ada@example.com and was asked to wait', ofAda({ status: 429 })],
    [
      'Okta tried to change ada@example.com and Rolecall failed (503)',
      ofAda({ status: 503, detail: 'The table cannot be reached' }),
    ],
    ['Okta tried to list users and Rolecall failed (500)', list('count=1', { status: 500 })],
    [
      'Okta tried to delete user ada@example.com and was refused: the answer was 400',
      ofAda({ method: 'DELETE', status: 400 }),
    ],
  ])('%s', (sentence, event) => {
    expect(sentenceOf(event)).toBe(sentence)
  })
})

describe('refused tokens', () => {
  const refused = (detail: string, count: number, status = 401) =>
    sentenceOf({
      ...{ method: 'ANY', endpoint: 'scim/v2', actorName: 'unknown', actorDomain: 'unknown', status, count },
      detail: `Callers refused in this minute and address block: ${detail}`,
    })
  const CAUSES = {
    expired: 'their token had expired',
    unknown: 'their token is unknown',
    malformed: 'their token is malformed',
    revoked: 'their token was revoked',
    wrong: 'their token is wrong',
    rejected: 'their token was issued before the cut-off',
    disabled: 'the integration is disabled',
    network: 'their address is not allowed',
  } satisfies Partial<Record<keyof typeof REFUSAL_DETAIL, string>>
  test.each(Object.entries(CAUSES))('%s', (reason, cause) => {
    const detail = REFUSAL_DETAIL[reason as keyof typeof REFUSAL_DETAIL]
    expect(refused(detail, 14)).toBe(`14 requests were turned away in a minute because ${cause}`)
  })

  test('one request, an unknown cause, and what a policy only observes', () => {
    expect(refused('the token has expired', 1)).toBe(
      '1 request was turned away in a minute because its token had expired',
    )
    expect(refused('the moon is full', 2)).toBe('2 requests were turned away in a minute because the moon is full')
    expect(refused('the network policy does not allow the address', 3, 200)).toBe(
      '3 requests in a minute came from an address that the network policy would refuse, and were let in',
    )
  })
})

describe('questions', () => {
  const auditor = byAdmin({ actorName: 'arn:aws:iam::123456789012:user/auditor', endpoint: 'events' })
  test.each<Case>([
    ['auditor read 200 events of the last 5 minutes', { ...auditor, query: 'last=5m&limit=200', part: 200 }],
    ['auditor read events of the last hour', { ...auditor, query: 'last=60m' }],
    ['auditor read 1 event of the last 30 seconds', { ...auditor, query: 'last=30s', part: 1 }],
    [
      'auditor read 3 events about ada@example.com from 2026-11-01 to 2026-11-02',
      { ...auditor, query: 'resource=ada@example.com&from=2026-11-01&to=2026-11-02', part: 3 },
    ],
    [
      'Somebody who invoked the function read 7 events of the last 5 minutes',
      { ...auditor, actorName: 'lambda:InvokeFunction', method: 'INVOKE', query: '{"last":"5m","limit":200}', part: 7 },
    ],
    ['auditor read changes of users and roles', { ...auditor, endpoint: 'changes', query: 'after=x' }],
    ['auditor exported 41,200 events', { ...auditor, query: 'purpose=export&last=7d', part: 41200 }],
    ['auditor opened the console', { ...auditor, query: 'purpose=console&last=1d', part: 100 }],
    ['auditor followed the events', { ...auditor, query: 'purpose=follow&last=5m', part: 2 }],
    [
      'auditor ran a drift report',
      { ...auditor, endpoint: 'admin/users', query: 'purpose=drift&count=1000', part: 812, total: 812 },
    ],
    [
      'auditor tried to read events of the last 5 minutes and was refused: no actor "x" was found',
      { ...auditor, query: 'last=5m', status: 404, detail: 'No actor "x" was found' },
    ],
  ])('%s', (sentence, event) => {
    expect(sentenceOf(event)).toBe(sentence)
  })
})

describe('kinds without words of their own', () => {
  test.each<Case>([
    [
      'Okta sent PATCH Users/0199…/photo',
      { method: 'PATCH', endpoint: 'scim/v2/Users/01998888-cb91-70bb-ba0a-4a4d899dbec4/photo' },
    ],
    ['Okta sent GET Printers', { endpoint: 'scim/v2/Printers' }],
    [
      'Okta tried to send BREW Users and was refused: no',
      { method: 'BREW', endpoint: 'scim/v2/Users', status: 405, detail: 'no' },
    ],
    ['ops-admin sent POST admin/new/thing', byAdmin({ method: 'POST', endpoint: 'admin/new/thing' })],
  ])('%s', (sentence, event) => {
    expect(sentenceOf(event)).toBe(sentence)
  })
})
