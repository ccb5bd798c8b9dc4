import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { digestKey, hourOfKey, toEntry } from '../../../../shared/audit/chain/digest.ts'
import { fingerprintOf } from '../../../../shared/audit/chain/fingerprint.ts'
import { EVENT_COLUMNS, presentEvent } from '../../../../shared/audit/event-row.ts'
import { anEvent } from '../../../factories/events.ts'

const row = presentEvent(
  anEvent(new Date('2026-08-31T10:20:30.123Z'), {
    ...{ eventId: '0199a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b', method: 'PATCH', durationMs: 48 },
    ...{ resourceDomain: 'USER', resourceId: '0199d0c2-77aa-7001-9d3e-0a1b2c3d4e5f', resourceName: 'ada@example.com' },
    changes: [{ attribute: 'active', before: true, after: false }],
  }),
)

test('the fingerprint of a row never changes: who kept a digest holds it against rows of years to come', () => {
  expect(fingerprintOf('acme', row)).toBe('b8b6c78599b6766294784b8faef85777afee657333df6f763e9fb44e109e7590')
})

test('it is SHA-256 of the JSON array that the audit guide describes, and of every column there is', () => {
  const values = EVENT_COLUMNS.map((column) => row[column])
  const text = JSON.stringify([1, 'acme', ...values])
  expect(fingerprintOf('acme', row)).toBe(createHash('sha256').update(text).digest('hex'))
})

test('an event hashes alike with its time as databases write it, and otherwise in another account', () => {
  const ofFile = { ...row, EVENT_TIMESTAMP: '2026-08-31 10:20:30.123' }
  expect(fingerprintOf('acme', ofFile)).toBe(fingerprintOf('acme', row))
  expect(fingerprintOf('other', row)).not.toBe(fingerprintOf('acme', row))
})

test('a digest says what an event was, and names nobody', () => {
  expect(toEntry('acme', '2026-08-31T10:00:00.000Z', row)).toEqual([
    row.EVENT_ID,
    1_230_123,
    fingerprintOf('acme', row),
    'PATCH USER 0199d0c2-77aa-7001-9d3e-0a1b2c3d4e5f 200 by OKTA_PROVISIONING',
  ])
  const unknown = toEntry('acme', '2026-08-31T10:00:00.000Z', { ...row, RESOURCE_ID: 'ada@example.com' })
  expect(JSON.stringify(unknown)).not.toContain('ada')
})

test('the name of a digest is its hour', () => {
  const key = digestKey('acme', '2026-08-31T10:00:00.000Z')
  expect([key, hourOfKey(key), hourOfKey('digests/acme/notes.json')]).toEqual([
    'digests/acme/2026-08-31/10.json',
    '2026-08-31T10:00:00.000Z',
    undefined,
  ])
})
