import { expect, test } from 'vitest'
import { transactionUnits } from '../../bench/transaction-units.ts'

const put = (item: object) => ({ Put: { TableName: 't', Item: { pk: 'p', sk: 's', ...item } } })
const check = { ConditionCheck: { TableName: 't', Key: { pk: 'p', sk: 's' }, ConditionExpression: 'x' } }

test.each([
  ['two for an item of up to a kilobyte', [put({ x: 'x'.repeat(1000) })], 2],
  ['four for one byte more than a kilobyte', [put({ x: 'x'.repeat(1024) })], 4],
  ['for each item, equal or not, and each condition check', [put({}), put({}), check], 6],
  ['two more for an index entry, whatever the index does not show', [put({ gsi1pk: 'q', x: 'x'.repeat(1500) })], 6],
  ['by the bytes of UTF-8 and of binary values', [put({ x: 'é'.repeat(500), y: new Uint8Array(100) })], 4],
])('a transaction counts %s', (_name, TransactItems, units) => {
  expect(transactionUnits({ TransactItems })).toBe(units)
})

test('other commands are not transactions', () => {
  expect(transactionUnits({ Item: {} })).toBeUndefined()
})
