import { expect, test } from 'vitest'
import { Pace } from '../../../shared/store/pace.ts'

test('what would have to wait longer than it may is refused at once, and takes nothing of the pace', async () => {
  const pace = new Pace()
  expect(await pace.take(500)).toBe(true)
  expect(await pace.take(1_000_000, 100)).toBe(false)
  expect(await pace.take(1_000_000, 5_000)).toBe(true)
  expect(await pace.take(1, 60_000)).toBe(false)
})
