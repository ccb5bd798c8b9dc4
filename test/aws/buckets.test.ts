import { expect, test } from 'vitest'
import { Buckets } from './buckets.ts'

const write = (units: number, partition = 'p') => ({ kind: 'write', of: 't', arn: 'arn', partition, units }) as const
const RATES = { writeUnitsPerSecond: 1000, readUnitsPerSecond: 3000, burstSeconds: 0 }

test('a key has a second of its rate, may owe, and is admitted again when the debt is paid', () => {
  let now = 0
  const buckets = new Buckets(RATES, () => now)
  buckets.take(write(999))
  expect(buckets.hasRoom(write(1))).toBe(true)
  buckets.take(write(501))
  expect(buckets.hasRoom(write(1))).toBe(false)
  now = 500
  expect(buckets.hasRoom(write(1))).toBe(false)
  now = 501
  expect(buckets.hasRoom(write(1))).toBe(true)
})

test('without burst an idle key has no more than that; with burst it saves up', () => {
  let now = 0
  const [plain, saving] = [0, 300].map((burstSeconds) => new Buckets({ ...RATES, burstSeconds }, () => now)) as [
    Buckets,
    Buckets,
  ]
  for (const buckets of [plain, saving]) buckets.take(write(1001))
  now = 3_600_000
  for (const buckets of [plain, saving]) buckets.take(write(5000))
  expect([plain, saving].map((buckets) => buckets.hasRoom(write(1)))).toEqual([false, true])
  saving.take(write(300 * 1000))
  expect(saving.hasRoom(write(1))).toBe(false)
})

test('keys, kinds, tables and indexes pay for themselves', () => {
  const buckets = new Buckets(RATES, () => 0)
  buckets.take(write(2000))
  const others = [write(1, 'q'), { ...write(1), kind: 'read' as const }, { ...write(1), of: 't/gsi1' }]
  expect(others.map((charge) => buckets.hasRoom(charge))).toEqual([true, true, true])
  expect(buckets.hasRoom(write(1))).toBe(false)
})
