import { describe, expect, test } from 'vitest'
import { only } from '../../../shared/audit/choice.ts'
import { parseEventQuery } from '../../../shared/audit/event-query.ts'
import { ScimError } from '../../../shared/scim/error.ts'

const NOW = new Date('2026-08-31T12:00:00.000Z')
const read = (source: object, retentionDays = 90) => parseEventQuery(source, NOW, retentionDays)
const ago = (ms: number) => new Date(NOW.getTime() - ms)
const DAY = 86_400_000

const refusalOf = (source: object, retentionDays = 90) => {
  try {
    read(source, retentionDays)
  } catch (error) {
    if (error instanceof ScimError) return [error.status, error.scimType, error.message]
    throw error
  }
  throw new Error('It was accepted')
}

describe('parseEventQuery()', () => {
  test('asks for the last seven days and 100 events by default, as Snowflake does', () => {
    expect(read({})).toEqual({ from: ago(7 * DAY), to: NOW, limit: 100, type: 'SCIM' })
    expect(read({ method: 'notice' })).toMatchObject({ method: { any: ['NOTICE'], none: [] }, type: 'ALL' })
  })

  test('asks for all there is where the retention is shorter than seven days', () => {
    expect(read({}, 3)).toEqual({ from: ago(3 * DAY), to: NOW, limit: 100, type: 'SCIM' })
  })

  test.each([
    ['30s', 30_000],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['90d', 90 * DAY],
  ])('reads last=%s as a range that ends now', (last, ms) => {
    expect(read({ last })).toEqual({ from: ago(ms), to: NOW, limit: 100, type: 'SCIM' })
  })

  test('reads last=all as the whole retention, also before an end', () => {
    expect(read({ last: 'all' }, 30)).toEqual({ from: ago(30 * DAY), to: NOW, limit: 100, type: 'SCIM' })
    expect(read({ last: 'ALL', to: '2026-08-30T00:00:00Z' }, 30)).toMatchObject({ from: ago(30 * DAY) })
  })

  test('takes what a question is for', () => {
    expect(read({ purpose: 'follow' })).toEqual({ ...read({}), purpose: 'follow' })
    const detail = 'Cannot read purpose "fun": expected one of follow, export, console, drift'
    expect(refusalOf({ purpose: 'fun' })).toEqual([400, 'invalidValue', detail])
  })

  test('counts last back from the end of the range when one is given', () => {
    expect(read({ last: '1h', to: '2026-08-30T00:00:00Z' })).toEqual({
      from: new Date('2026-08-29T23:00:00Z'),
      to: new Date('2026-08-30T00:00:00Z'),
      limit: 100,
      type: 'SCIM',
    })
  })

  test.each([
    ['an instant', '2026-08-31T10:00:00Z'],
    ['an instant with an offset', '2026-08-31T12:00:00+02:00'],
    ['an instant without a zone, as UTC', '2026-08-31T10:00:00'],
    ['a space for the T', '2026-08-31 10:00:00.000'],
    ['seconds since 1970', '1788170400'],
    ['milliseconds since 1970, as a number', 1_788_170_400_000],
  ])('reads %s', (_name, from) => {
    expect(read({ from }).from).toEqual(new Date('2026-08-31T10:00:00.000Z'))
  })

  test('reads a bare date as its beginning in from and as its end in to, both in UTC', () => {
    const { from, to } = read({ from: '2026-08-01', to: '2026-08-30' })
    expect([from, to]).toEqual([new Date('2026-08-01T00:00:00.000Z'), new Date('2026-08-30T23:59:59.999Z')])
    const day = read({ TIME_RANGE_END: '2026-08-30', last: '1d' })
    expect(day.from).toEqual(new Date('2026-08-29T23:59:59.999Z'))
  })

  test('ends a day that is not over with now', () => {
    expect(read({ from: '2026-08-31', to: '2026-08-31' })).toMatchObject({
      ...{ from: new Date('2026-08-31T00:00:00.000Z'), to: NOW },
    })
  })

  test("reads Snowflake's arguments in any spelling, as numbers or text", () => {
    const expected = { from: new Date('2026-08-31T11:55:00Z'), to: NOW, limit: 200, type: 'SCIM' }
    const [start, end] = ['2026-08-31T11:55:00Z', '2026-08-31T12:00:00Z']
    const named = { REST_SERVICE_TYPE: 'scim', TIME_RANGE_START: start, TIME_RANGE_END: end, RESULT_LIMIT: 200 }
    expect(read(named)).toEqual(expected)
    expect(read({ timeRangeStart: start, timeRangeEnd: end, resultLimit: '200' })).toEqual(expected)
  })

  test('reads every filter; names of integrations and methods in any letter case', () => {
    const filters = {
      integration: 'okta_provisioning',
      method: 'patch',
      status: '4xx',
      resource: 'Ann',
      actor: 'okta_provisioner',
      token: '3fTq0Zr8LkWb2NcXyV9aHs',
      address: '192.0.2.0/24',
      text: 'Ann Lead',
      account: 'acme',
    }
    expect(read(filters)).toEqual({
      from: ago(7 * DAY),
      to: NOW,
      limit: 100,
      type: 'ALL',
      integration: only('OKTA_PROVISIONING'),
      method: only('PATCH'),
      status: only([400, 499]),
      resource: 'Ann',
      actor: only('okta_provisioner'),
      token: '3fTq0Zr8LkWb2NcXyV9aHs',
      address: only('192.0.2.0/24'),
      text: 'Ann Lead',
    })
  })

  test.each([
    [{ outcome: 'changed,Failed' }, { outcome: { any: ['changed', 'failed'], none: [] } }],
    [{ kind: 'user,!token' }, { kind: { any: ['user'], none: ['token'] } }],
    [{ integration: '!okta' }, { integration: { any: [], none: ['OKTA'] } }],
    [{ integration: 'okta,!entra' }, { integration: { any: ['OKTA'], none: ['ENTRA'] } }],
    [{ method: '!get,!patch' }, { method: { any: [], none: ['GET', 'PATCH'] } }],
    [{ status: '!404' }, { status: { any: [], none: [[404, 404]] } }],
    [{ status: 409 }, { status: only([409, 409]) }],
    [{ address: '!192.0.2.0/24,!::1' }, { address: { any: [], none: ['192.0.2.0/24', '::1'] } }],
    [
      { actor: '!arn:aws:sts::1:assumed-role/r/a,b' },
      { actor: { any: [], none: ['arn:aws:sts::1:assumed-role/r/a,b'] } },
    ],
    [{ request: 'c6af9ac6-7b61' }, { request: 'c6af9ac6-7b61' }],
    [{ took: '>500ms' }, { took: { is: '>', ms: 500 } }],
    [{ took: '< 2 s' }, { took: { is: '<', ms: 2000 } }],
    [{ order: 'DESC' }, { order: 'desc' }],
  ])('reads %o', (source, expected) => {
    expect(read({ ...source, type: 'SCIM' })).toEqual({
      from: ago(7 * DAY),
      to: NOW,
      limit: 100,
      type: 'SCIM',
      ...expected,
    })
  })

  test.each([
    [{ type: 'admin' }, 'ADMIN'],
    [{ type: 'SCIM', integration: 'OKTA' }, 'SCIM'],
    [{ resource: 'Ann' }, 'ALL'],
    [{ actor: 'arn:aws:iam::000000000000:user/ann' }, 'ALL'],
    [{ token: '3fTq0Zr8LkWb2NcXyV9aHs' }, 'ALL'],
    [{ address: '::1' }, 'ALL'],
    [{ method: 'GET', status: '200', text: 'ann' }, 'SCIM'],
    [{ kind: 'token' }, 'ALL'],
    [{ request: 'c6af9ac6' }, 'ALL'],
    [{ integration: '!okta', actor: '!ann', address: '!::1', outcome: 'changed', took: '>1s' }, 'SCIM'],
  ])('%o asks for events of type %s', (source, type) => {
    expect(read(source).type).toBe(type)
  })

  test('an unknown type is refused', () => {
    const detail = 'Cannot read type "SOAP": expected one of SCIM, ADMIN, ALL'
    expect(refusalOf({ type: 'SOAP' })).toEqual([400, 'invalidValue', detail])
  })

  test.each([
    ['success', [100, 399]],
    ['FAILURE', [400, 599]],
    ['409', [409, 409]],
    [412, [412, 412]],
    ['5XX', [500, 599]],
  ])('reads status %s as a range of statuses', (status, expected) => {
    expect(read({ status }).status).toEqual(only(expected))
  })

  test.each([
    [{ limit: '1' }, 1],
    [{ limit: 10_000 }, 10_000],
  ])('accepts %o', (source, limit) => {
    expect(read(source).limit).toBe(limit)
  })

  test.each(['0', '10001', '-5', '1.5', 'many', 0, 10_001, 2.5])('refuses limit %s', (limit) => {
    const shown = typeof limit === 'string' ? `"${limit}"` : limit
    const detail = `Cannot read limit ${shown}: expected a whole number from 1 to 10000`
    expect(refusalOf({ limit })).toEqual([400, 'invalidValue', detail])
  })

  test('a range outside the retention is refused, naming the retention', () => {
    expect(refusalOf({ from: '2026-08-20T00:00:00Z' }, 7)).toEqual([
      400,
      'invalidValue',
      'Cannot show events from 2026-08-20T00:00:00.000Z: events are kept 7 days, here since 2026-08-24T12:00:00.000Z',
    ])
    expect(refusalOf({ last: '8d' }, 7)[2]).toMatch(/events are kept 7 days/)
    expect(refusalOf({ to: '2020-01-01' }, 7)[2]).toMatch(/^Cannot show events from 2020-01-01T.*kept 7 days/)
  })

  test.each([
    [
      { from: '2026-08-31T12:00:00Z', to: '2026-08-31T11:00:00Z' },
      /from 2026-08-31T12.* to 2026-08-31T11.*ends first$/,
    ],
    [{ from: '2026-08-31T13:00:00Z' }, /events of 2026-08-31T13:00:00.000Z: it is in the future, now is 2026-08-31T12/],
    [{ to: '2026-09-01' }, /events of 2026-09-01T00:00:00.000Z: it is in the future/],
    [{ from: '2026-08-31T11:00:00Z', last: '5m' }, /"from" and "last" together/],
    [{ from: 'yesterday' }, /^Cannot read from "yesterday": expected an instant such as/],
    [{ from: '2026-02-30T00:00:00Z' }, /^Cannot read from "2026-02-30T00:00:00Z"/],
    [
      { last: '5 minutes' },
      /^Cannot read last "5 minutes": expected a number and s, m, h or d, such as 5m, or "all" that is kept$/,
    ],
    [{ text: ' ' }, /^Cannot read text " ": expected words$/],
    [{ text: 'x'.repeat(257) }, /: expected words of at most 256 characters$/],
    [{ last: '0m' }, /^Cannot read last "0m"/],
    [{ last: '999999999d' }, /events are kept 90 days/],
    [{ status: 'OK' }, /^Cannot read status "OK": expected SUCCESS, FAILURE, a status such as 409/],
    [{ REST_SERVICE_TYPE: 'saml' }, /^Cannot read service "saml": expected "scim", the only service there is$/],
    [{ status: true }, /^Cannot read status true: expected SUCCESS/],
    [{ limit: [5] }, /^Cannot read limit an array of 1: expected a whole number/],
    [{ from: {} }, /^Cannot read from an object: expected an instant/],
    [{ resource: '' }, /^Cannot read resource "": expected an id or a name$/],
    [
      { method: ['GET'] },
      /^Cannot read method an array of 1: expected one of GET, POST, PUT, PATCH, DELETE, INVOKE, NOTICE, RESTORE, FAILOVER, REPAIR, ANY$/,
    ],
    [
      { method: 'POTS' },
      /^Cannot read method "POTS": expected one of GET, POST, PUT, PATCH, DELETE, INVOKE, NOTICE, RESTORE, FAILOVER, REPAIR, ANY$/,
    ],
    [{ actor: '' }, /^Cannot read actor "": expected a role or an ARN$/],
    [
      { token: 'short' },
      /^Cannot read token "short": expected the 22 letters and digits of a token id, no whole token$/,
    ],
    [{ address: '192.0.2.0/33' }, /^Cannot read address "192.0.2.0\/33": expected an address or a CIDR block such as/],
    [{ integration: '' }, /^Cannot read integration "": expected a name of at most 256 characters$/],
    [{ integration: 'OKTA,' }, /^Cannot read integration "OKTA,": expected a name of at most 256 characters$/],
    [
      { outcome: 'changed,done' },
      /^Cannot read outcome "changed,done": expected one of changed, read, refused, failed$/,
    ],
    [
      { kind: 'group' },
      /^Cannot read kind "group": expected one of user, role, token, integration, provisioner, policy, account, oauth, audit, bulk, service$/,
    ],
    [{ took: '500ms' }, /^Cannot read took "500ms": expected more or less than a time, such as >500ms or <2s$/],
    [{ request: '' }, /^Cannot read request "": expected the id of a request$/],
    [{ order: 'up' }, /^Cannot read order "up": expected one of asc, desc$/],
    [{ before: 'A#x' }, /^Cannot read before "A#x": expected the value of "next" of an earlier answer$/],
    [{ user: 'ann' }, /^Cannot use parameter "user": there is from, to, last, limit/],
    [{ from: 1_788_170_400, TIME_RANGE_START: 1 }, /^Cannot use parameter "from" twice, as "TIME_RANGE_START" too$/],
    [{ allowEmpty: 'yes' }, /^Cannot read allowEmpty "yes": expected "true" or "false"$/],
    [{ changesOnly: 'true' }, /^Cannot use "changesOnly" alone/],
    [{ wait: '5' }, /^Cannot use "wait" alone: name in "after" behind what to wait$/],
    [{ after: 'x', wait: '21' }, /^Cannot read wait "21": expected a whole number from 0 to 20$/],
    [{ after: 'x', last: '5m' }, /^Cannot use "after" and "last" together: behind a place all is told, oldest first$/],
    [{ after: 'x', order: 'desc' }, /^Cannot use "after" and "order" together/],
    [{ after: 'x', before: '2026-08-31T10:00:00.000Z#1' }, /^Cannot use "after" and "before" together/],
    [{ reads: 'true' }, /^Cannot use "reads" alone: name the resource by its id in "resource"$/],
    [{ resource: 'Ann', reads: 'yes' }, /^Cannot read reads "yes": expected "true" or "false"$/],
  ])('refuses %o', (source, detail) => {
    expect(refusalOf(source)).toEqual([400, 'invalidValue', expect.stringMatching(detail)])
  })

  test("allows a caller's clock to be off by a minute", () => {
    expect(read({ from: ago(90 * DAY + 59_000).toISOString() }).from).toEqual(ago(90 * DAY + 59_000))
    expect(read({ to: ago(-59_000).toISOString() }).to).toEqual(ago(-59_000))
    expect(refusalOf({ to: ago(-61_000).toISOString() })[2]).toMatch(/future/)
  })
})
