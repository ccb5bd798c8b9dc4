import type { APIGatewayProxyEvent, Context } from 'aws-lambda'
import { describe, expect, test, vi } from 'vitest'
import { REHEARSALS } from '../../../functions/rehearsals.ts'
import { LOCAL_AWS } from '../../../local/environment.ts'
import { adminHandler } from '../../../shared/http/admin/handler.ts'
import { adminOperations } from '../../../shared/http/admin/operations.ts'
import { adminResourceOperations } from '../../../shared/http/admin/resource-operations.ts'
import { auditHandler } from '../../../shared/http/audit-handler.ts'
import { authorizerHandler, rehearseAuthorizer } from '../../../shared/http/authorizer-handler.ts'
import { bulkOperations } from '../../../shared/http/bulk-operations.ts'
import { discoveryOperations } from '../../../shared/http/discovery-operations.ts'
import { openDoorkeeper } from '../../../shared/http/doorkeeper.ts'
import { eventsHandler } from '../../../shared/http/events-handler.ts'
import { oauthHandler } from '../../../shared/http/oauth/handler.ts'
import { rehearse } from '../../../shared/http/rehearsal.ts'
import { resourceReads } from '../../../shared/http/resource-operations.ts'
import type { FunctionName } from '../../../shared/http/routes.ts'
import { scimHandler } from '../../../shared/http/scim-handler.ts'
import { searchOperations } from '../../../shared/http/search-operations.ts'
import { groupMembers } from '../../../shared/resources/members.ts'
import { RESOURCE_TYPES } from '../../../shared/scim/resource-types.ts'
import { openDb } from '../../../shared/store/client.ts'
import { putEvent } from '../../../shared/store/events/write.ts'
import { openNoTable } from '../../../shared/store/no-table.ts'
import { PRODUCT_OPERATIONS } from '../../factories/scim-api.ts'

type Handler = (event: APIGatewayProxyEvent, context: Context) => Promise<unknown>

const config = {
  ...{ tableName: 'none', dynamodbEndpoint: 'http://127.0.0.1:1', publicBaseUrl: undefined },
  ...{ eventRetentionDays: 90, requestLog: false },
}
const options = { config, db: openNoTable(openDb(config, LOCAL_AWS)), putEvent, doorkeeper: openDoorkeeper() }
const scim = scimHandler<'users' | 'groups' | 'group-reads' | 'search' | 'bulk' | 'discovery'>(options, {
  ...PRODUCT_OPERATIONS,
  ...resourceReads(RESOURCE_TYPES.Group, { derived: groupMembers }),
  ...searchOperations,
  ...discoveryOperations,
  ...bulkOperations(putEvent, PRODUCT_OPERATIONS),
})
const HANDLERS: Record<FunctionName, Handler> = {
  ...{ users: scim, groups: scim, 'group-reads': scim, search: scim, bulk: scim, discovery: scim },
  ...{ events: eventsHandler(options), admin: adminHandler<'admin'>(options, adminOperations) },
  audit: auditHandler(options, undefined),
  'admin-resources': adminHandler<'admin-resources'>(options, adminResourceOperations),
  oauth: oauthHandler({ ...options, fetchKeys: async () => [] }),
}

describe('what is rehearsed', () => {
  test.each([
    ['users', [201]],
    ['groups', [201]],
    ['group-reads', [200]],
    ['search', [200]],
    ['bulk', [200]],
    ['discovery', [200, 200]],
    ['events', [400]],
    ['audit', [400]],
    ['admin', [200]],
    ['admin-resources', [200]],
    ['oauth', [200]],
  ] as const)('%s answers as an empty table would have it, and writes no log', async (name, expected) => {
    const written = vi.spyOn(process.stdout, 'write')
    const statuses: unknown[] = []
    const watched: Handler = async (event, context) => {
      const answer = await HANDLERS[name](event, context)
      statuses.push(Object(answer).statusCode)
    }
    await rehearse(watched, REHEARSALS[name])
    const lines = written.mock.calls.map(([line]) => line)
    written.mockRestore()
    expect([statuses, lines]).toEqual([expected, []])
  })

  test('the authorizer refuses a token that nobody has, and is no figure', async () => {
    const written = vi.spyOn(process.stdout, 'write')
    const authorize = authorizerHandler({ db: options.db, region: 'none', deployment: 'rolecall', isQuiet: true })
    const refusals: unknown[] = []
    await rehearseAuthorizer((event, invocation) =>
      authorize(event, invocation).catch((error) => {
        refusals.push(error)
        throw error
      }),
    )
    const lines = written.mock.calls.map(([line]) => line)
    written.mockRestore()
    expect([refusals, lines]).toEqual([[new Error('Unauthorized')], []])
  })

  test('no failure of a rehearsal is one of the start', async () => {
    const failing = () => Promise.reject(new Error('not ready'))
    await expect(rehearse(failing, REHEARSALS.users)).resolves.toBeUndefined()
    await expect(rehearseAuthorizer(failing)).resolves.toBeUndefined()
  })
})
