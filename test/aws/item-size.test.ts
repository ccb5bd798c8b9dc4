import { expect, test } from 'vitest'
import { itemSize } from './item-size.ts'

test.each([
  ['names and text by their bytes of UTF-8', { é: { S: 'né' } }, 5],
  ['two digits of a number a byte, one byte beside, leading and trailing zeros none', { n: { N: '0012300' } }, 4],
  ['a sign as one byte more', { n: { N: '-12' } }, 4],
  ['binary values by what they hold, not by their base64', { b: { B: 'AAECAw==' } }, 5],
  ['truth and null as one byte', { t: { BOOL: true }, n: { NULL: true } }, 4],
  [
    'lists and maps as three bytes and one for each element',
    { l: { L: [{ S: 'ab' }] }, m: { M: { k: { S: 'v' } } } },
    14,
  ],
  ['sets by their elements', { s: { SS: ['ab', 'c'] }, n: { NS: ['12'] }, b: { BS: ['AAEC'] } }, 11],
])('an item counts %s', (_name, item, bytes) => {
  expect(itemSize(item)).toBe(bytes)
})
