import { describe, expect, test } from 'vitest'
import { moreOf, titleOf } from '../../../console/page/health/findings.ts'
import { toTold } from '../../../console/page/health/told.ts'
import type { HealthFinding } from '../../../shared/watch/health/finding.ts'
import { FINDING_KINDS } from '../../../shared/watch/health/finding.ts'

const finding = (kind: HealthFinding['kind'], more: Partial<HealthFinding> = {}): HealthFinding => ({
  ...{ kind, severity: 'problem', message: '', command: '', ...more },
})

test('every kind of finding has a title of its own', () => {
  const titles = FINDING_KINDS.map((kind) => titleOf({ kind }))
  expect(new Set(titles).size).toBe(FINDING_KINDS.length)
})

describe('moreOf()', () => {
  const integration = 'OKTA'
  test.each<[string, HealthFinding, ReturnType<typeof moreOf>]>([
    [
      'a token that ends, on the page of its integration',
      finding('token-ends', { integration }),
      { label: 'Open OKTA', path: ['integrations', 'OKTA'], query: {} },
    ],
    ['a token of nobody, nowhere', finding('token-ends'), undefined],
    ['waiting work, nowhere', finding('unfinished-work'), undefined],
    [
      'failed requests, in the timeline',
      finding('failed', { integration }),
      { label: 'See the events', path: [], query: { integration: 'OKTA', status: '5xx' } },
    ],
    [
      'changes by hand, in the timeline',
      finding('changed-by-hand'),
      { label: 'See the events', path: [], query: { integration: 'IAM', show: 'changed', kind: 'user,role' } },
    ],
  ])('shows more of %s', (_what, given, expected) => {
    expect(moreOf(given)).toEqual(expected)
  })
})

test('instants in a sentence are told apart', () => {
  expect(toTold('3 requests since 2026-08-31T10:00:00.000Z, the latest at 2026-08-31T11:00:00Z')).toEqual([
    { is: 'text', text: '3 requests since ' },
    { is: 'instant', at: '2026-08-31T10:00:00.000Z' },
    { is: 'text', text: ', the latest at ' },
    { is: 'instant', at: '2026-08-31T11:00:00Z' },
  ])
  expect(toTold('All is well')).toEqual([{ is: 'text', text: 'All is well' }])
})
