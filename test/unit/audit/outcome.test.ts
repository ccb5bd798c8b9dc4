import { expect, test } from 'vitest'
import { presentEvent } from '../../../shared/audit/event-row.ts'
import { outcomeOf, outcomeOfRow } from '../../../shared/audit/outcome.ts'
import { anEvent } from '../../factories/events.ts'

const AT = new Date('2026-08-31T10:00:00.123Z')
const changes = [{ attribute: 'title', after: 'x' }]
const ENDPOINT_ID = '0199e1a0-0000-7000-8000-000000000001'

test.each([
  ['a change', { method: 'PATCH', changes }, 'changed'],
  ['a look-up', {}, 'read'],
  ['a list of some objects', { part: 100, total: 8214 }, 'read'],
  ['a search, which is a POST', { method: 'POST', endpoint: 'scim/v2/Users/.search', part: 3 }, 'read'],
  ['what was sent again as it was', { method: 'PUT' }, 'read'],
  ['a change of nothing', { method: 'PATCH', changes: [] }, 'read'],
  ['a dry run of an administrator', { type: 'ADMIN', method: 'PATCH', query: 'dryRun=true' }, 'read'],
  ['a question of the history', { type: 'ADMIN', endpoint: 'events', part: 200 }, 'read'],
  [
    'a Bulk request with operations that were done',
    { method: 'POST', endpoint: 'scim/v2/Bulk', part: 38, total: 40 },
    'changed',
  ],
  [
    'the same below an endpoint id',
    { method: 'POST', endpoint: `scim/v2/${ENDPOINT_ID}/Bulk`, part: 1, total: 1 },
    'changed',
  ],
  ['a Bulk request of which nothing was done', { method: 'POST', endpoint: 'scim/v2/Bulk', part: 0, total: 2 }, 'read'],
  ['an access token that was issued', { method: 'POST', endpoint: 'oauth2/token' }, 'changed'],
  ['one that was not', { method: 'POST', endpoint: 'oauth2/token', status: 401, count: 3 }, 'refused'],
  ['a refusal', { method: 'PATCH', status: 409 }, 'refused'],
  ['a client that came too often', { status: 429 }, 'refused'],
  ['a fault of ours', { status: 503 }, 'failed'],
] as const)('%s: %o is %s', (_what, given, outcome) => {
  const event = anEvent(AT, {
    ...given,
    changes: given && 'changes' in given ? [...given.changes] : undefined,
  } as object)
  expect([outcomeOf(event), outcomeOfRow(presentEvent(event))]).toEqual([outcome, outcome])
})
