import { describe, expect, test } from 'vitest'
import { dayAt, type FeedPage, letGo, placeOf, toFeedPage, tooMany } from '../../../console/page/events/feed-pages.ts'
import { tellPage } from '../../../console/page/events/tell-page.ts'
import type { EventRow } from '../../../shared/audit/event-row.ts'
import { toText } from '../../../shared/audit/sentences/parts.ts'
import { IDS, KNOWN, ofAda, ofFinance, rowOf } from '../../factories/sentences.ts'

const { integrations = [] } = KNOWN
const NOBODY = new Map<string, string>()
const page = (rows: readonly EventRow[], before?: string): FeedPage =>
  toFeedPage(before, rows, tellPage(rows, { integrations }, NOBODY))
const onDay = (day: number, eventId: string) =>
  rowOf({ ...ofAda({ status: 403 }), time: `2020-11-${day}T12:00:00.000Z`, eventId })
const PAGES = [
  page([onDay(26, 'e'), onDay(26, 'd')]),
  page([onDay(26, 'c'), onDay(25, 'b')], 'x'),
  page([onDay(25, 'a')]),
]

describe('pages of a feed', () => {
  test('a line of the list is found on its page', () => {
    expect([0, 1, 2, 4, 5].map((index) => placeOf(PAGES, index))).toEqual([
      ...[{ page: 0, line: 0 }, { page: 0, line: 1 }, { page: 1, line: 0 }, { page: 2, line: 0 }, undefined],
    ])
  })

  test('a day is told where it begins, across pages, whether or not the page before is held', () => {
    const days = (pages: readonly FeedPage[]) =>
      [0, 1, 2, 3, 4].map((index) => dayAt(pages, placeOf(pages, index) ?? { page: 9, line: 9 }))
    const expected = ['Thursday 26 November 2020', undefined, undefined, 'Wednesday 25 November 2020', undefined]
    expect(days(PAGES)).toEqual(expected)
    expect(days(PAGES.map((one, i) => (i === 1 ? letGo(one) : one)))).toEqual([
      ...[expected[0], undefined, undefined, undefined, undefined],
    ])
  })

  test('what is let go keeps its place and its number of lines', () => {
    expect(letGo(PAGES[1] as FeedPage)).toEqual({
      ...{ before: 'x', end: '2020-11-25T12:00:00.000Z#b', rowCount: 2, count: 2 },
      ...{ lastDay: '2020-10-25', rows: undefined, told: [] },
    })
  })

  test('of too many pages those farthest from what is seen are let go, never the newest', () => {
    const many = Array.from({ length: 6 }, () => page([onDay(26, 'e')]))
    expect(tooMany(many, 1, 4)).toEqual([5, 4])
    expect(tooMany(many, 5, 4)).toEqual([1, 2])
    expect(tooMany(many, 5, 6)).toEqual([])
    expect(
      tooMany(
        many.map((one, i) => (i > 3 ? letGo(one) : one)),
        0,
        4,
      ),
    ).toEqual([])
  })
})

describe('tellPage()', () => {
  const told = (rows: readonly EventRow[], names = NOBODY) => {
    const { told, wanted } = tellPage(rows, { integrations }, names)
    return { told: told.map(({ sentence }) => toText(sentence)), wanted }
  }

  test('names are those of that time: what is renamed later is called as it was', () => {
    const rename = ofAda({
      changes: [{ attribute: 'userName', before: 'ada@example.com', after: 'ada.b@example.com' }],
    })
    const grant = ofFinance({ changes: [{ attribute: 'members.added', after: [IDS.ada] }] })
    const newestFirst = [
      rowOf({ ...grant, eventId: 'c' }),
      rowOf({ ...rename, eventId: 'b' }),
      rowOf({ ...grant, eventId: 'a' }),
    ]
    expect(told(newestFirst)).toEqual({
      told: [
        'Okta added ada.b@example.com to role Finance',
        'Okta renamed ada@example.com to ada.b@example.com',
        'Okta added ada@example.com to role Finance',
      ],
      wanted: [],
    })
  })

  test('says whose names it lacks, of those that sentences would tell', () => {
    const one = rowOf(ofFinance({ changes: [{ attribute: 'members.added', after: [IDS.bo] }] }))
    const many = rowOf(ofFinance({ changes: [{ attribute: 'members.removed', before: [IDS.ada, IDS.bo, IDS.cy] }] }))
    expect(told([one, many])).toEqual({
      told: ['Okta added 1 user to role Finance', 'Okta removed 3 users from role Finance'],
      wanted: [IDS.bo],
    })
    expect(told([one], new Map([[IDS.bo, 'bo@example.com']]))).toEqual({
      told: ['Okta added bo@example.com to role Finance'],
      wanted: [],
    })
  })
})
