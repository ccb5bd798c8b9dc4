import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CHANGES_CURSOR, EVENTS_CURSOR, parseCursor, presentCursor } from '../../../../shared/resources/feed/cursor.ts'

const AT = '2026-08-31T10:00:00.123Z'
const REFUSAL = {
  status: 400,
  scimType: 'invalidValue',
  message: 'Cannot read after: expected the "cursor" of an earlier answer, or "oldest"',
}

test.each([
  ['of the feed of changes', CHANGES_CURSOR, 3000],
  ['of those who follow events', EVENTS_CURSOR, 7000],
])('a cursor %s is the position it was made of, in a text that needs no escapes in a URL', (_what, form, longest) => {
  const time = fc.date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true })
  const end = fc.oneof(
    fc.constantFrom('', '$'),
    fc.uuid().map((id) => `#${id}`),
  )
  const place = fc.tuple(time, end).map(([at, rest]) => `${at.toISOString()}${rest}`)
  const mark = fc.stringMatching(new RegExp(`^[0-9a-f]{${2 * form.markBytes}}$`))
  const told = fc.uniqueArray(mark, { maxLength: form.maxMarks }).map((marks) => new Set(marks))
  fc.assert(
    fc.property(fc.record({ place, told }), (position) => {
      const cursor = presentCursor(position, form)
      expect(cursor).toMatch(/^[\w-]{11,}$/)
      expect(cursor.length).toBeLessThan(longest)
      expect(parseCursor(cursor, form)).toEqual(position)
    }),
  )
})

const good = presentCursor({ place: `${AT}#0199e1a0-5f3c-7a11-8b0d-2f4c6e8a0b1c`, told: new Set(['0123456789abcdef']) })

test.each([
  ['nothing', ''],
  ['other text', 'nonsense'],
  ['one that was cut', good.slice(0, -3)],
  ['one that goes on', `${good}AA`],
  ['one of another form', `Ag${good.slice(2)}`],
  ['one that is written otherwise', `${good}=`],
  ['one that is longer than any', good + 'AAAAAAAAAAAAAAAA'.repeat(3000)],
])('%s is refused', (_, cursor) => {
  expect(() => parseCursor(cursor)).toThrow(expect.objectContaining(REFUSAL))
})
