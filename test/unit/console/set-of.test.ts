import { expect, test } from 'vitest'
import { setOf } from '../../../console/page/objects/set-of.ts'

const typed = (attribute: string, value = '', isGone = false) => setOf({ attribute, value, isGone })

test('an attribute is set once it has a value, and taken away only where one chose so', () => {
  expect([typed('').isReady, typed('title').isReady, typed('', 'Lead').isReady, typed('', '', true).isReady]).toEqual([
    ...[false, false, false, false],
  ])
  expect(typed('title', 'Lead')).toEqual({
    isReady: true,
    operation: { op: 'replace', path: 'title', value: 'Lead' },
    options: ['--set', 'title=Lead'],
  })
  expect(typed('title', 'Lead', true)).toEqual({
    isReady: true,
    operation: { op: 'remove', path: 'title' },
    options: ['--unset', 'title'],
  })
})

test('a value that is JSON is sent as what it says', () => {
  const texts = ['true', '3', '{"a":1}', '[1', 'trueish', '007']
  expect(texts.map((text) => typed('x', text).operation.value)).toEqual([true, 3, { a: 1 }, '[1', 'trueish', '007'])
})
