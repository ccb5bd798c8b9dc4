import { expect, test } from 'vitest'
import { describe as describeChanges } from '../../../../shared/resources/undo/describe.ts'

const NOBODY = { add: [], remove: [], displays: [] }

test.each([
  ['a text', { before: 'Boss', after: 'Engineer' }, 'title "Boss" → "Engineer"'],
  [
    'a text that reads like our words',
    { before: 'none', after: 'a", 3 members back' },
    'title "none" → "a\\", 3 members back"',
  ],
  ['what is not seen', { after: 'a\u202eb' }, 'title none → "a\\u202eb"'],
  ['truth and numbers', { before: false, after: 7 }, 'title false → 7'],
  ['what is too long to be shown', { before: 'x'.repeat(41), after: 'y' }, 'title'],
  ['what has parts', { after: { formatted: 'y' } }, 'title'],
])('what is set back shows %s', (_what, sides, text) => {
  expect(describeChanges([{ attribute: 'title', ...sides }], NOBODY)).toBe(text)
})

test('members are counted, and attributes stand in order', () => {
  const changes = [
    { attribute: 'members.added', after: ['u1'] },
    ...['title', 'active'].map((attribute) => ({ attribute, before: true, after: false })),
  ]
  const displays = [{ userId: 'u4', before: 'Old', after: 'New' }]
  const members = { add: [{ userId: 'u1', display: undefined }], remove: ['u2', 'u3'], displays }
  expect(describeChanges(changes, members)).toBe(
    'active true → false, title true → false, 1 member back, 2 members out, 1 member shown as before',
  )
})
