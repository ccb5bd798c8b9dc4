import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { mapConcurrently } from '../../../shared/store/batch.ts'

describe('mapConcurrently()', () => {
  test('keeps the order of the input, whoever is ready first, and never has more than the limit in flight', async () => {
    let inFlight = 0
    let most = 0
    const double = async (n: number) => {
      most = Math.max(most, ++inFlight)
      for (let turn = n; turn > 0; turn--) await nextTurn()
      inFlight -= 1
      return 2 * n
    }
    expect(await mapConcurrently([3, 2, 1, 0], 2, double)).toEqual([6, 4, 2, 0])
    expect(most).toBe(2)
  })

  test('begins none after a failure, and waits for those in flight before it tells of it', async () => {
    const begun: number[] = []
    const ended: number[] = []
    const run = async (n: number) => {
      begun.push(n)
      if (n === 1) throw new Error('one')
      for (let turn = 0; turn < 5; turn++) await nextTurn()
      ended.push(n)
    }
    await expect(mapConcurrently([0, 1, 2, 3, 4], 2, run)).rejects.toThrow(/^one$/)
    expect([begun, ended]).toEqual([[0, 1], [0]])
  })
})
