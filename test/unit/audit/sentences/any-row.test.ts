import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EVENT_METHODS } from '../../../../shared/audit/event-kind.ts'
import { type EventRow, presentEvent } from '../../../../shared/audit/event-row.ts'
import type { Change, RestEvent } from '../../../../shared/audit/rest-event.ts'
import { foldEvents } from '../../../../shared/audit/sentences/fold.ts'
import { toText } from '../../../../shared/audit/sentences/parts.ts'
import { sentenceText, toSentence } from '../../../../shared/audit/sentences/sentence.ts'
import { newToken } from '../../../../shared/auth/token.ts'
import { ADMIN_ROUTES, scimRoutes } from '../../../../shared/http/routes.ts'
import { RESOURCE_TYPES } from '../../../../shared/scim/resource-types.ts'
import { parseEventItem, toEventItem } from '../../../../shared/store/events/item.ts'
import { anEvent } from '../../../factories/events.ts'
import { AT, IDS, KNOWN, sentenceOf } from '../../../factories/sentences.ts'

const words = fc.string().filter((text) => !/undefined|null|NaN/.test(text))
const endpoints = fc.constantFrom(
  ...[
    ...scimRoutes(RESOURCE_TYPES).map(({ path }) => `scim/v2${path}`),
    ...ADMIN_ROUTES.map(({ path }) => path.slice(1)),
  ],
  ...['admin/ownership', 'admin/undo', 'admin/users/{id}/undrop', 'admin/tokens/{id}/rotate', 'oauth2/token'],
  ...['admin/integrations/{name}/release', 'admin/accounts/{account}', 'admin/network-policies/{name}'],
  ...['notice/token-expires', 'notice/integration-silent', 'notice/brake', 'notice/x'],
)
const endpoint = fc.oneof(
  endpoints.map((path) => path.replace(/\{\w+\+?\}/, IDS.ada)),
  words,
)
const value = fc.oneof(words, fc.boolean(), fc.integer(), fc.array(words), fc.dictionary(words, words))
const attribute = fc.oneof(
  fc.constantFrom(
    'active',
    'userName',
    'displayName',
    'password',
    'members.added',
    'members.removed',
    '(cut)',
    'owner',
  ),
  fc.constantFrom('privileges', 'allowed', 'expiresAt', 'name', 'brakeReleasedUntil', 'daysLeft', 'retentionDays'),
  words,
)
const change = fc.record({ attribute, before: value, after: value }, { requiredKeys: ['attribute'] })
const optional = fc.record(
  {
    ...{ resourceId: fc.oneof(fc.constant(IDS.ada), words), resourceName: words, scimType: words, detail: words },
    resourceDomain: fc.constantFrom('USER', 'ROLE', 'INTEGRATION', 'TOKEN', 'ACCOUNT', 'X_Y', ''),
    ...{ query: words, changes: fc.array(change), cause: words, skipped: words },
    ...{ part: fc.nat(), total: fc.nat(), count: fc.nat(), retryAfter: fc.nat() },
  },
  { requiredKeys: [] },
)
const event: fc.Arbitrary<RestEvent> = fc
  .record({
    type: fc.constantFrom<RestEvent['type']>('SCIM', 'ADMIN'),
    method: fc.constantFrom(...EVENT_METHODS, 'NOTICE', 'BREW'),
    ...{ endpoint, status: fc.constantFrom(200, 201, 204, 400, 401, 403, 404, 409, 412, 413, 429, 500, 501, 503) },
    ...{ actorName: words, actorDomain: words },
  })
  .chain((given) => optional.map((more) => anEvent(AT, { ...given, ...more } as Partial<RestEvent>)))

describe('whatever the event', () => {
  test('a sentence is there, and says nothing that is not', () => {
    fc.assert(
      fc.property(event, fc.boolean(), (given, isKnown) => {
        const text = sentenceText(presentEvent(given), isKnown ? { ...KNOWN, own: IDS.ada } : {})
        expect(text.trim()).not.toBe('')
        expect(text).not.toMatch(/undefined|NaN|\[object|\bnull\b/)
      }),
      { numRuns: 2000 },
    )
  })

  test('every part has a text, and texts do not stand beside texts', () => {
    fc.assert(
      fc.property(event, (given) => {
        const parts = toSentence(presentEvent(given), KNOWN)
        expect(parts.filter(({ text }) => text === '')).toEqual([])
        expect(parts.filter(({ is }, i) => is === 'text' && parts[i + 1]?.is === 'text')).toEqual([])
      }),
    )
  })

  test('folding loses no event and keeps their order', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 20 }), (events) => {
        const rows = events.map(presentEvent)
        const told = foldEvents(rows, KNOWN)
        expect(told.flatMap((line) => line.rows)).toEqual(rows)
        expect(told.filter(({ sentence }) => toText(sentence).trim() === '')).toEqual([])
      }),
    )
  })

  test('a row that is none makes a sentence too', () => {
    const empty = {} as EventRow
    expect(sentenceText(empty)).toBe('Somebody tried to send a request and was refused: nobody wrote down why')
    expect(sentenceText({ ...empty, HTTP_STATUS: 200, DETAILS: '{"changes":[null,7],"part":"x"}' })).toBe(
      'Somebody sent a request',
    )
  })
})

describe('routes', () => {
  const served = [
    ...scimRoutes(RESOURCE_TYPES).map((route) => ({ ...route, path: `scim/v2${route.path}` })),
    ...ADMIN_ROUTES,
  ]
  const requests = served.flatMap(({ path, methods }) =>
    methods.map((method) => [method, path.replace(/^\//, '')] as const),
  )

  // A token stands for an integration, so that there is no /Me to be changed.
  test.each(requests.filter(([method, path]) => path !== 'scim/v2/Me' || method === 'GET'))(
    '%s %s has words of its own',
    (method, path) => {
      const endpoint = path.replace(/\{\w+\+?\}/, IDS.ada)
      for (const status of [200, 409]) {
        expect(sentenceOf({ type: path.startsWith('scim') ? 'SCIM' : 'ADMIN', method, endpoint, status })).not.toMatch(
          /\b(?:sent|send) (?:GET|POST|PUT|PATCH|DELETE) /,
        )
      }
    },
  )
})

describe('secrets', () => {
  const { token } = newToken()
  const table = { tableName: 'x', eventRetentionDays: 90 }

  test('no token that a client put anywhere is told', () => {
    const withToken = fc.record({
      ...{ endpoint: fc.constantFrom(`scim/v2/Users/${token}`, `admin/tokens/${token}`, token) },
      ...{ resourceName: fc.constantFrom(token, 'ada'), detail: fc.constantFrom(`There is no "${token}"`, token) },
      query: fc.constantFrom(`filter=userName eq "${token}"`, `resource=${token}`, `filter=password eq "${token}"`),
      changes: fc.constantFrom<[Change[], Change[]]>(
        [{ attribute: 'title', after: token }],
        [{ attribute: 'userName', before: 'a', after: token }],
      ),
    })
    fc.assert(
      fc.property(event, withToken, (given, told) => {
        const stored = parseEventItem('default', toEventItem(table, { ...given, ...told }))
        expect(stored && sentenceText(presentEvent(stored.event), KNOWN)).not.toContain(token.slice(-20))
      }),
    )
  })

  test('values of secret attributes are not told, even where an event held them', () => {
    const changes = [{ attribute: 'clientSecret', after: 'hunter2' }]
    for (const [endpoint, resourceDomain] of [
      [`admin/users/${IDS.ada}`, 'USER'],
      ['admin/accounts/default', 'ACCOUNT'],
    ] as const)
      expect(sentenceOf({ type: 'ADMIN', method: 'PATCH', endpoint, resourceDomain, changes })).not.toContain('hunter2')
  })
})
