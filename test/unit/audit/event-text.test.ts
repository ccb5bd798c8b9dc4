import { describe, expect, test } from 'vitest'
import { toTextMatcher } from '../../../shared/audit/event-text.ts'
import { anEvent } from '../../factories/events.ts'

const AT = new Date('2026-11-26T14:32:08.123Z')
const event = anEvent(AT, {
  ...{ method: 'PATCH', status: 409, scimType: 'uniqueness', account: 'acme', userAgent: 'Okta SCIM Client 1.0' },
  ...{ resourceName: 'Ada Straße', resourceDomain: 'USER', query: 'filter=userName eq "ada"', total: 8214 },
  durationMs: 777,
  changes: [
    {
      attribute: 'emails',
      before: [{ value: 'ADA@example.com' }],
      after: [{ value: 'new@example.org', primary: true }],
    },
  ],
})

describe('toTextMatcher()', () => {
  test.each([
    ['a name, in any letter case', 'STRASSE'],
    ['words in any order', 'straße ada'],
    ['a part of a word', 'xample.or'],
    ['a value before a change', 'ada@EXAMPLE.com'],
    ['the name of an attribute, also within a value', 'emails primary'],
    ['a quotation, as it was sent', 'eq "ada"'],
    ['method and status', 'patch 409'],
    ['what a failure is called', 'failure 409'],
    ['an address', '203.0.113.7'],
    ['a number', '8214'],
    ['the client', 'scim client'],
    ['the day', '2026-11-26'],
  ])('finds %s', (_what, text) => {
    expect(toTextMatcher(text)(event)).toBe(true)
  })

  test.each([
    ['a word that is not there', 'ada bo'],
    ['words that only stand side by side', 'patchscim'],
    ['the account, which is no field of the row', 'acme'],
    ['how long it took', '777'],
  ])('does not find %s', (_what, text) => {
    expect(toTextMatcher(text)(event)).toBe(false)
  })
})
