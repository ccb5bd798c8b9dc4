import { describe, expect, test } from 'vitest'
import { LIST_RESPONSE, parsePage, presentList } from '../../../shared/scim/list-response.ts'

describe('parsePage()', () => {
  test.each([
    ['starts at 1 with 100 when nothing is asked', {}, { startIndex: 1, count: 100 }],
    ['reads both', { startIndex: '11', count: '10' }, { startIndex: 11, count: 10 }],
    ['reads numbers of a SearchRequest', { startIndex: 11, count: 10 }, { startIndex: 11, count: 10 }],
    ['reads startIndex 0 as 1', { startIndex: '0' }, { startIndex: 1, count: 100 }],
    ['reads a negative startIndex as 1', { startIndex: '-5' }, { startIndex: 1, count: 100 }],
    ['reads a negative count as 0', { count: '-1' }, { startIndex: 1, count: 0 }],
    ['keeps count 0, which asks for the total only', { count: '0' }, { startIndex: 1, count: 0 }],
    ['caps count at the advertised maximum', { count: '9999' }, { startIndex: 1, count: 1000 }],
    ['caps a count past all integers', { count: '9'.repeat(400) }, { startIndex: 1, count: 1000 }],
    ['reads a sign', { startIndex: '+3' }, { startIndex: 3, count: 100 }],
    [
      'caps startIndex at the largest safe integer',
      { startIndex: '9'.repeat(30) },
      { startIndex: 9007199254740991, count: 100 },
    ],
    ['takes null as not given', { startIndex: null, count: null }, { startIndex: 1, count: 100 }],
  ])('%s (PAG-1, PAG-2)', (_name, query, expected) => {
    expect(parsePage(query)).toEqual(expected)
  })

  test.each([
    [{ startIndex: 'abc' }, 'Cannot read startIndex "abc": expected an integer'],
    [{ count: '1.5' }, 'Cannot read count "1.5": expected an integer'],
    [{ count: '' }, 'Cannot read count "": expected an integer'],
    [{ count: '1e3' }, 'Cannot read count "1e3": expected an integer'],
    [{ count: 1.5 }, 'Cannot read count 1.5: expected an integer'],
    [{ count: true }, 'Cannot read count true: expected an integer'],
    [{ startIndex: [1] }, 'Cannot read startIndex an array of 1: expected an integer'],
  ])('refuses %j (PAG-4)', (query, message) => {
    expect(() => parsePage(query)).toThrow(expect.objectContaining({ status: 400, scimType: 'invalidValue', message }))
  })
})

describe('presentList()', () => {
  test('names the message of RFC 7644 §3.4.2', () => {
    expect(LIST_RESPONSE).toBe('urn:ietf:params:scim:api:messages:2.0:ListResponse')
  })

  test('counts what it returns (LST-1)', () => {
    expect(presentList({ resources: ['a', 'b'], totalResults: 7, startIndex: 3 })).toEqual({
      schemas: [LIST_RESPONSE],
      totalResults: 7,
      itemsPerPage: 2,
      startIndex: 3,
      Resources: ['a', 'b'],
    })
  })

  test('has an empty Resources array when nothing matches (LST-2)', () => {
    expect(presentList({ resources: [], totalResults: 0, startIndex: 1 })).toEqual({
      schemas: [LIST_RESPONSE],
      totalResults: 0,
      itemsPerPage: 0,
      startIndex: 1,
      Resources: [],
    })
  })

  test('shows the cursors there are and no others (CUR-1)', () => {
    expect(presentList({ resources: [1], totalResults: 3, nextCursor: 'n', previousCursor: 'p' })).toEqual({
      schemas: [LIST_RESPONSE],
      totalResults: 3,
      itemsPerPage: 1,
      previousCursor: 'p',
      nextCursor: 'n',
      Resources: [1],
    })
  })
})
