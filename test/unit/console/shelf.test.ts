import { expect, test } from 'vitest'
import { Shelf } from '../../../console/page/list/shelf.ts'

const NOW = 1_000_000
const shown = (age: number | undefined) => ({ age })

test('what an entry of the history showed is found by it alone, for five minutes', () => {
  const shelf = new Shelf<{ age: number | undefined }>()
  const [fresh, old, unanswered] = [shown(NOW - 299_999), shown(NOW - 300_000), shown(undefined)]
  shelf.keep('first ada', fresh)
  shelf.keep('second ada', old)
  shelf.keep('third ada', unanswered)
  const found = ['first ada', 'second ada', 'third ada', 'fourth ada'].map((key) => shelf.find(key, NOW))
  expect(found).toEqual([fresh, undefined, unanswered, undefined])
  expect(found[0]).toBe(fresh)
})

test('eight are kept, the latest, and none once something was changed', () => {
  const shelf = new Shelf<{ age: number | undefined }>()
  const keys = Array.from({ length: 9 }, (_, i) => `entry ${i}`)
  for (const key of keys) shelf.keep(key, shown(NOW))
  shelf.keep('entry 1', shown(NOW))
  shelf.keep('entry 9', shown(NOW))
  const found = () => [...keys, 'entry 9'].filter((key) => shelf.find(key, NOW))
  expect(found()).toEqual(['entry 1', ...keys.slice(3), 'entry 9'])
  shelf.clear()
  expect(found()).toEqual([])
})
