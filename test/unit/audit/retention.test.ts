import { expect, test } from 'vitest'
import { keptSince } from '../../../shared/audit/retention.ts'

test('events are here since so many days ago, to the millisecond, whatever form the present has', () => {
  const now = new Date('2026-03-01T00:00:00.001Z')
  expect(new Date(keptSince(now, 90)).toISOString()).toBe('2025-12-01T00:00:00.001Z')
  expect(keptSince(now.getTime(), 90)).toBe(keptSince(now, 90))
})
