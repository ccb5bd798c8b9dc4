import { describe, expect, test } from 'vitest'
import { readQuery } from '../../../console/page/router/schema.ts'
import {
  commandOf,
  filtersOf,
  instantsOf,
  isOpenRange,
  outcomesOf,
  rangeOf,
  spanWords,
} from '../../../console/page/timeline/question.ts'
import { TIMELINE } from '../../../console/page/timeline/schema.ts'
import { parseEventQuery } from '../../../shared/audit/event-query.ts'

const NOW = Date.parse('2026-11-26T14:32:08.000Z')
const valuesOf = (query: string) => readQuery(TIMELINE, new URLSearchParams(query)).values
const question = (query: string) => {
  const values = valuesOf(query)
  return { ...filtersOf(values), ...outcomesOf(values), ...rangeOf(values) }
}

describe('the question of an address', () => {
  test('at first it is everything of 24 hours', () => {
    expect(question('')).toEqual({ type: 'ALL', allowEmpty: 'true', last: '24h' })
  })

  test('names each filter as the service does; an object is asked for with what only read it', () => {
    expect(question('show=refused,failed&object=ada@example.com&took=>500ms&integration=!OKTA&text=x&open=1')).toEqual({
      ...{ type: 'ALL', allowEmpty: 'true', last: '24h', outcome: 'refused,failed' },
      ...{
        resource: 'ada@example.com',
        reads: 'true',
        took: '>500ms',
        integration: '!OKTA',
        text: 'x',
        kind: '!audit',
      },
    })
  })

  test('a range of its own has no span', () => {
    expect(question('from=2026-11-25T10:00:00Z')).toEqual({
      ...{ type: 'ALL', allowEmpty: 'true', from: '2026-11-25T10:00:00Z' },
    })
    expect(isOpenRange(valuesOf('from=2026-11-25T10:00:00Z'))).toBe(true)
    expect(isOpenRange(valuesOf('from=2026-11-25T10:00:00Z&to=2026-11-25T11:00:00Z'))).toBe(false)
  })

  test.each([
    '',
    'show=failed&kind=user,!token&method=PUT&status=4xx&address=192.0.2.0/24&took=<2s',
    'last=all&object=x',
  ])('the service can read it: %s', (query) => {
    expect(() => parseEventQuery(question(query), new Date(NOW), 90)).not.toThrow()
  })
})

describe('instantsOf()', () => {
  test.each([
    ['', '2026-11-25T14:32:08.000Z', '2026-11-26T14:32:08.000Z'],
    ['last=all', '2026-11-16T14:32:08.000Z', '2026-11-26T14:32:08.000Z'],
    ['last=90d', '2026-11-16T14:32:08.000Z', '2026-11-26T14:32:08.000Z'],
    ['from=2026-11-20T00:00:00Z&to=2026-11-21T00:00:00Z', '2026-11-20T00:00:00.000Z', '2026-11-21T00:00:00.000Z'],
  ])('of %j, where events are kept ten days', (query, from, to) => {
    const range = instantsOf(valuesOf(query), NOW, 10)
    expect([range.from, range.to].map((at) => new Date(at).toISOString())).toEqual([from, to])
  })
})

test('a span in words', () => {
  expect(['24h', '1h', '15m', '7d', 'all'].map(spanWords)).toEqual([
    ...['the last 24 hours', 'the last hour', 'the last 15 minutes', 'the last 7 days', 'all that is kept'],
  ])
})

test('the command that asks the same', () => {
  expect(commandOf(valuesOf('last=7d&show=failed&object=ada&status=4xx'))).toEqual([
    ...['event-history', '--last', '7d', '--type', 'ALL', '--status', '4xx', '--resource', 'ada', '--reads'],
    ...['--outcome', 'failed'],
  ])
})
