import { expect, test } from 'vitest'
import { batchWrite } from '../../../shared/store/batch-write.ts'
import { Pace } from '../../../shared/store/pace.ts'
import { withTable } from '../../factories/engine.ts'
import { scanAll } from '../../factories/scan.ts'

const db = withTable()

test('ends where the pace would have it wait past its time', { timeout: 10_000 }, async () => {
  const pace = new Pace()
  await pace.take(100_000)
  const requests = [{ PutRequest: { Item: { pk: 'paced', sk: '1' } } }]
  expect(await batchWrite(db, requests, { pace, partition: 'paced', until: db.clock() + 60_000 })).toBe(false)
  expect(await scanAll(db)).toEqual([])
})
