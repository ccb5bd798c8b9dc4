import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { expect } from 'vitest'

const ATTEMPTS = 500
const PAUSE_MS = 10

/**
 * Asks until the answer is as expected: an index tells late what was written. After ATTEMPTS it fails with the last
 * answer.
 */
export async function untilTold(ask: () => Promise<unknown>, expected: unknown): Promise<void> {
  let told = await ask()
  for (let asked = 1; asked < ATTEMPTS && !isDeepStrictEqual(told, expected); asked++) {
    await sleep(PAUSE_MS)
    told = await ask()
  }
  expect(told).toEqual(expected)
}
