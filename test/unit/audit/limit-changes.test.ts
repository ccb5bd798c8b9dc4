import { expect, test } from 'vitest'
import { limitChanges, MAX_CHANGES_BYTES } from '../../../shared/audit/limit-changes.ts'

const sizeOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value))

test('changes within 8 KB stay as they are', () => {
  const changes = [{ attribute: 'title', before: 'x'.repeat(4000), after: 'y'.repeat(4000) }]
  expect(limitChanges(changes)).toEqual(changes)
})

test('long values are cut first and say how many characters are missing (SECURITY D6)', () => {
  const changes = [
    { attribute: 'title', after: 'Dr' },
    { attribute: 'photos', before: 'x'.repeat(20_000) },
  ]
  expect(limitChanges(changes)).toEqual([
    { attribute: 'title', after: 'Dr' },
    { attribute: 'photos', before: `"${'x'.repeat(119)}… (19882 characters left out)` },
  ])
})

test('attributes that still do not fit are counted and named (SECURITY D6)', () => {
  const changes = Array.from({ length: 1000 }, (_, i) => ({ attribute: `attribute${i}`, after: 'é'.repeat(400) }))
  const limited = limitChanges(changes)
  const kept = limited.length - 1
  expect(kept).toBeGreaterThan(10)
  expect(sizeOf(limited)).toBeLessThanOrEqual(MAX_CHANGES_BYTES)
  expect(limited.at(-1)).toEqual({
    attribute: '(cut)',
    after: expect.stringMatching(
      new RegExp(`^${1000 - kept} attributes left out: attribute${kept}, .*… \\(\\d+ characters left out\\)$`),
    ),
  })
})

test('no change list is larger than 8 KB, whatever its characters', () => {
  const changes = Array.from({ length: 300 }, (_, i) => ({
    attribute: `${'\u0001'.repeat(300)}${i}`,
    after: '😀'.repeat(999),
  }))
  expect(sizeOf(limitChanges(changes))).toBeLessThanOrEqual(MAX_CHANGES_BYTES)
})
