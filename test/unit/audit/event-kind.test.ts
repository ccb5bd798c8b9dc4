import { expect, test } from 'vitest'
import { EVENT_KINDS, kindOfEvent } from '../../../shared/audit/event-kind.ts'
import { ADMIN_ROUTES, OPEN_ROUTES, scimRoutes } from '../../../shared/http/routes.ts'
import { RESOURCE_TYPES } from '../../../shared/scim/resource-types.ts'
import { anEvent } from '../../factories/events.ts'

const AT = new Date('2026-08-31T10:00:00.123Z')
const ID = '0199e1a0-0000-7000-8000-000000000001'

test.each([
  [{ resourceDomain: 'USER', endpoint: `admin/undo` }, 'user'],
  [{ resourceDomain: 'ROLE' }, 'role'],
  [{ resourceDomain: 'TOKEN', endpoint: 'admin/integrations/OKTA/tokens' }, 'token'],
  [{ resourceDomain: 'NETWORK_POLICY' }, 'policy'],
  [{ resourceDomain: 'OAUTH_CLIENT' }, 'oauth'],
  [{ endpoint: 'scim/v2/Users' }, 'user'],
  [{ endpoint: `scim/v2/${ID}/Users/.search` }, 'user'],
  [{ endpoint: 'scim/v2/Groups' }, 'role'],
  [{ endpoint: 'admin/roles' }, 'role'],
  [{ endpoint: 'admin/integrations' }, 'integration'],
  [{ endpoint: 'admin/integrations/OKTA/tokens' }, 'token'],
  [{ endpoint: 'admin/integrations/OKTA/oauth' }, 'oauth'],
  [{ endpoint: 'events', method: 'INVOKE' }, 'audit'],
  [{ endpoint: 'changes' }, 'audit'],
  [{ endpoint: 'scim/v2/Bulk' }, 'bulk'],
  [{ endpoint: 'scim/v2/Schemas' }, 'service'],
  [{ endpoint: 'scim/v2', method: 'ANY', count: 3 }, 'token'],
  [{ endpoint: 'oauth2/token', count: 3 }, 'oauth'],
] as const)('%o is about: %s', (given, kind) => {
  expect(kindOfEvent(anEvent(AT, given))).toBe(kind)
})

test('every kind has a request that is about it, also where its event names no object', () => {
  const paths = [
    ...scimRoutes(RESOURCE_TYPES).map(({ path }) => `scim/v2${path}`),
    ...[...ADMIN_ROUTES, ...OPEN_ROUTES].map(({ path }) => path.slice(1)),
  ]
  const kinds = paths.map((path) => kindOfEvent(anEvent(AT, { endpoint: path.replace(/\{\w+\}/g, 'X') })))
  expect([...new Set(kinds)].sort()).toEqual([...EVENT_KINDS].sort())
})
