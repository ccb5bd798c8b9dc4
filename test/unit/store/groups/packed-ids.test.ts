import { describe, expect, test } from 'vitest'
import { packIds, unpackIds } from '../../../../shared/store/groups/packed-ids.ts'
import { newId } from '../../../../shared/store/new-id.ts'

describe('packIds()', () => {
  test('keeps ids in order, 16 bytes each', () => {
    const ids = Array.from({ length: 1000 }, () => newId(new Date()))
    const packed = packIds(ids)
    expect(packed.length).toBe(16_000)
    expect(unpackIds(packed)).toEqual(ids)
    expect(unpackIds(new Uint8Array(packed as Uint8Array))).toEqual(ids)
  })

  test.each([
    ['that are no UUIDs', ['00000000-0000-7000-8000-000000000000', 'user#1']],
    ['in capitals, which would come back in small letters', ['0193A5E2-0000-7000-8000-00000000000A']],
    ['that are empty', ['']],
  ])('keeps ids %s as text', (_what, ids) => {
    expect(packIds(ids)).toEqual(ids)
    expect(unpackIds(packIds(ids))).toEqual(ids)
  })

  test('keeps none as none', () => {
    expect([unpackIds(packIds([])), unpackIds(undefined)]).toEqual([[], []])
  })
})
