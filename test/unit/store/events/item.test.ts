import { deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type EventField, eventFields, IN_KEY, type RestEvent } from '../../../../shared/audit/rest-event.ts'
import { newToken } from '../../../../shared/auth/token.ts'
import { parseEventItem, shardOf, toEventItem } from '../../../../shared/store/events/item.ts'
import { newId } from '../../../../shared/store/new-id.ts'
import { anEvent } from '../../../factories/events.ts'

const AT = new Date('2026-08-31T10:00:00.123Z')
const TABLE = { tableName: 't', eventRetentionDays: 90 }
const EXPIRY = Math.floor(AT.getTime() / 1000) + 90 * 86_400
const item = (given: Partial<RestEvent>) => toEventItem(TABLE, anEvent(AT, given))

/** Any event that the table of fields allows, each optional field there or not. */
function someEvent(): fc.Arbitrary<RestEvent> {
  const someValue = ({ is, max = 40 }: EventField): fc.Arbitrary<unknown> => {
    if (is === 'text')
      return fc.string({ unit: 'binary', maxLength: Math.min(40, max) }).filter((text) => text.length <= max)
    if (is === 'integer') return fc.nat()
    return is === 'changes' ? fc.array(change, { maxLength: 20 }) : fc.constantFrom(...is)
  }
  const change = fc.record({ attribute: fc.string(), before: json(), after: json() }, { requiredKeys: ['attribute'] })
  const attributes = eventFields().filter(([, { kept }]) => kept !== IN_KEY)
  const required = attributes.filter(([, { optional }]) => !optional).map(([name]) => name)
  const fields = fc.record(Object.fromEntries(attributes.map(([name, field]) => [name, someValue(field)])), {
    requiredKeys: required,
  })
  const time = fc.date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true })
  const key = fc.record({ account: fc.constantFrom('default', 'acme'), time: time.map((at) => at.toISOString()) })
  return fc.tuple(fields, key).map(([some, rest]) => ({ ...anEvent(AT), ...(some as Partial<RestEvent>), ...rest }))
}

/** What JSON holds: it knows no negative zero. */
const json = () => fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown)

describe('toEventItem()', () => {
  test('a read is one small item, in a shard of its day, not indexed by its resource', () => {
    const eventId = '0199e1a0-0000-7000-8000-00000000002a'
    expect(item({ eventId, resourceId: '42', resourceDomain: 'USER' })).toEqual({
      pk: 'A#default#EVENT#2026-08-31#10',
      sk: `2026-08-31T10:00:00.123Z#${eventId}`,
      ttl: EXPIRY,
      type: 'SCIM',
      path: 'scim/v2/Users',
      verb: 'GET',
      status: 200,
      ip: '203.0.113.7',
      actor: 'OKTA_PROVISIONER',
      via: 'OKTA_PROVISIONING',
      req: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
      rid: '42',
      domain: 'USER',
    })
  })

  test.each([
    ['a change', { changes: [{ attribute: 'active', after: false }] }, true],
    ['a refusal of a known resource', { status: 403 }, true],
    ['an admin change', { type: 'ADMIN' as const, method: 'POST' }, true],
    ['a dry run of one', { type: 'ADMIN' as const, method: 'POST', query: 'account=a&dryRun=true' }, false],
    ['a read', {}, false],
    ['a write that changed nothing', { method: 'PUT' }, false],
    ['a request for an object that is not there', { status: 404 }, false],
    ['an admin read', { type: 'ADMIN' as const }, false],
  ])('%s is indexed by its resource: %o, %s', (_name, given, indexed) => {
    const stored = item({ resourceId: '42', ...given })
    expect(stored.gsi1pk).toBe(indexed ? 'A#default#HISTORY#42' : undefined)
    expect(stored.gsi1sk).toBe(indexed ? stored.sk : undefined)
  })

  test('what is stored is read back whole', () => {
    const event = anEvent(AT, {
      status: 412,
      scimType: 'invalidVers',
      detail: 'No longer current',
      tokenId: 'tok1',
      userAgent: 'curl',
      query: 'filter=userName eq "ä"',
      resourceId: '42',
      resourceName: 'ann',
      resourceDomain: 'USER',
      changes: [{ attribute: 'name', before: { a: [1, null] }, after: '' }],
      count: 3,
    })
    const { pk: _, ...stored } = toEventItem(TABLE, event)
    expect(parseEventItem('default', stored)).toEqual({ event, sortKey: stored.sk, ttlSeconds: EXPIRY })
    const plain = anEvent(AT)
    expect(parseEventItem('default', toEventItem(TABLE, plain))?.event).toEqual(plain)
  })

  test('whatever the rows of the table allow is stored and read back whole', () => {
    fc.assert(
      fc.property(someEvent(), (event) => {
        const stored = toEventItem(TABLE, event)
        expect(parseEventItem(event.account, stored)?.event).toEqual(event)
        expect(Object.keys(stored).filter((name) => name.length > 8)).toEqual([])
      }),
    )
  })

  test('texts are cut where their row says, and no character in two', () => {
    const texts = eventFields().filter(([, { is, max }]) => is === 'text' && max !== undefined)
    const event = anEvent(AT, Object.fromEntries(texts.map(([name]) => [name, `x${'💡'.repeat(4000)}`])))
    const read = parseEventItem('default', toEventItem(TABLE, event))?.event
    for (const [name, { max = 0 }] of texts) {
      expect([name, read?.[name]]).toEqual([name, `x${'💡'.repeat(Math.floor((max - 1) / 2))}`])
    }
    expect(texts.length).toBeGreaterThan(10)
  })

  test('no secret is stored, in whichever field it came', () => {
    const { token, tokenId } = newToken()
    const texts = eventFields().filter(([, { is, kept }]) => is === 'text' && typeof kept === 'string')
    for (const [name] of texts) {
      const stored = JSON.stringify(item({ [name]: `a ${token} password eq "hunter2"` }))
      expect([name, stored.includes(token.slice(33)), stored.includes('hunter2')]).toEqual([name, false, false])
    }
    const changes = [{ attribute: 'title', before: { deep: [token] }, after: `Boss ${token}` }]
    const masked = `rolecall_${tokenId}_(masked)`
    expect(parseEventItem('default', item({ changes }))?.event.changes).toEqual([
      { attribute: 'title', before: { deep: [masked] }, after: `Boss ${masked}` },
    ])
  })

  test('long changes are packed, and read back whole', () => {
    const changes = Array.from({ length: 40 }, (_, i) => ({
      attribute: `emails${i}`,
      before: 'é'.repeat(i),
      after: [i],
    }))
    const event = anEvent(AT, { changes, method: 'PATCH' })
    const stored = toEventItem(TABLE, event)
    expect(stored.changes).toBeUndefined()
    expect((stored.packed as Uint8Array).length).toBeLessThan(JSON.stringify(changes).length / 3)
    expect(parseEventItem('default', stored)?.event).toEqual(event)
  })

  test('ids of one process spread evenly over the 16 shards', () => {
    const counts = new Array<number>(16).fill(0)
    for (let i = 0; i < 16_000; i++) {
      const shard = shardOf(newId(AT))
      counts[shard] = (counts[shard] ?? 0) + 1
    }
    expect(Math.min(...counts)).toBeGreaterThan(850)
    expect(Math.max(...counts)).toBeLessThan(1150)
  })

  test('the largest event stays under 12 KB (SECURITY D6)', () => {
    const long = 'x'.repeat(100_000)
    const stored = item({
      endpoint: 'x'.repeat(512),
      userAgent: 'x'.repeat(256),
      query: 'x'.repeat(512),
      detail: long,
      resourceName: long,
      changes: [{ attribute: 'photos', before: long, after: long }],
    })
    expect(Buffer.byteLength(JSON.stringify(stored))).toBeLessThan(12_288)
  })
})

describe('parseEventItem()', () => {
  test.each([
    ['a missing attribute', { verb: undefined }],
    ['a status that is text', { status: '200' }],
    ['an unknown type', { type: 'SOAP' }],
    ['changes that are no JSON', { changes: '{' }],
    ['packed changes that were not packed by us', { packed: new Uint8Array([1, 2, 3]) }],
    ['packed changes that unpack to megabytes', { packed: deflateRawSync(`["${'x'.repeat(9_000_000)}"]`) }],
    ['a sort key without an id', { sk: '2026-08-31T10:00:00.123Z' }],
  ])('reads no event from an item with %s', (_name, poison) => {
    expect(parseEventItem('default', { ...item({}), ...poison })).toBeUndefined()
  })
})
