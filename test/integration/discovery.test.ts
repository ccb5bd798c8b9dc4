import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { GetCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LOCAL_AWS } from '../../local/environment.ts'
import { parseEventQuery } from '../../shared/audit/event-query.ts'
import { discoveryOperations } from '../../shared/http/discovery-operations.ts'
import { scimHandler } from '../../shared/http/scim-handler.ts'
import { listEvents } from '../../shared/store/events/query.ts'
import { lightTable, openLightDb } from '../../shared/store/light-client.ts'
import { apiEvent, type GivenRequest, lambdaContext, OKTA } from '../factories/api-event.ts'
import { idleDoorkeeper } from '../factories/doorkeeper.ts'
import { testConfig, withTable } from '../factories/engine.ts'
import { anEvent } from '../factories/events.ts'

const NOW = new Date('2026-08-31T12:00:00.000Z')
const BASE = 'https://scim.example.com/scim/v2'
const db = withTable()
let get: (given: Omit<GivenRequest, 'principal'>) => Promise<{ status: number; headers: object; body: unknown }>

beforeAll(async () => {
  const config = testConfig(db.tableName)
  const options = {
    config,
    db: openLightDb(config),
    ...lightTable(config, LOCAL_AWS),
    doorkeeper: idleDoorkeeper(),
    now: () => NOW,
  }
  const handler = scimHandler<'discovery'>(options, discoveryOperations)
  get = async ({ resource, ...given }) => {
    const event = apiEvent({ ...given, resource: `/scim/v2${resource}`, principal: OKTA })
    const { statusCode, headers = {}, body } = await handler(event, lambdaContext() as never)
    return { status: statusCode, headers, body: body ? JSON.parse(body) : undefined }
  }
})

const error = (status: number, detail: string | RegExp) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
  status: String(status),
  detail: typeof detail === 'string' ? detail : expect.stringMatching(detail),
})

describe('discovery through the pipeline', () => {
  test('DIS-1 MED-1: /ServiceProviderConfig is one object with the exact media type', async () => {
    const { status, headers, body } = await get({ resource: '/ServiceProviderConfig' })
    expect(status).toBe(200)
    expect(headers).toMatchObject({ 'content-type': 'application/scim+json' })
    expect(body).toMatchObject({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
      meta: { location: `${BASE}/ServiceProviderConfig` },
    })
  })

  test('DIS-6 DIS-13: the lists are ListResponses, and each of their resources is found at its location', async () => {
    for (const list of ['/ResourceTypes', '/Schemas']) {
      const { status, body } = await get({ resource: list })
      expect(status).toBe(200)
      const { Resources, totalResults } = body as { Resources: Listed[]; totalResults: number }
      expect(totalResults).toBe(Resources.length)
      expect(totalResults).toBeGreaterThan(1)
      for (const resource of Resources) {
        expect(resource.meta.location).toBe(`${BASE}${list}/${resource.id}`)
        expect(await get({ resource: `${list}/{id}`, params: { id: resource.id } })).toMatchObject({
          status: 200,
          body: resource,
        })
      }
    }
  })

  test.each(['/ResourceTypes/{id}', '/Schemas/{id}'])('DIS-6 ERR-2: an unknown id at %s is a 404', async (resource) => {
    const { status, body } = await get({ resource, params: { id: 'urn:nothing' } })
    expect(status).toBe(404)
    expect(body).toEqual(error(404, /^There is no .*"urn:nothing": GET \/(Schemas|ResourceTypes) lists them$/))
  })

  test('DIS-11: paging and sorting are ignored on /Schemas and /ResourceTypes', async () => {
    for (const resource of ['/Schemas', '/ResourceTypes']) {
      const query = { startIndex: '2', count: '1', sortBy: 'id', attributes: 'name' }
      expect(await get({ resource, query })).toEqual({ ...(await get({ resource })), headers: expect.anything() })
    }
  })

  test('DIS-11: a filter on /Schemas and /ResourceTypes is refused with 403', async () => {
    for (const resource of ['/Schemas', '/ResourceTypes']) {
      const { status, body } = await get({ resource, query: { filter: 'name eq "User"' } })
      expect(status).toBe(403)
      expect(body).toEqual(error(403, `Cannot filter ${resource}: leave the filter out, the answer is short`))
    }
  })

  test.each(['POST', 'PUT', 'PATCH', 'DELETE'])('DIS-12: %s to a discovery endpoint is a 405', async (method) => {
    for (const resource of ['/ServiceProviderConfig', '/ResourceTypes', '/Schemas/{id}']) {
      const { status, headers, body } = await get({ method, resource, params: { id: 'User' } })
      expect(status).toBe(405)
      expect(headers).toMatchObject({ allow: 'GET' })
      expect(body).toEqual(error(405, `Cannot ${method} ${resource}: this endpoint offers GET`))
    }
  })

  test.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])('ME-1: %s /Me is a 501', async (method) => {
    const { status, body } = await get({ method, resource: '/Me' })
    expect(status).toBe(501)
    expect(body).toEqual(error(501, 'There is no /Me: a token stands for an integration, use /Users'))
  })

  test('ERR-2: an unknown endpoint is a 404', async () => {
    const params = { endpointId: OKTA.endpointId, proxy: 'Devices/1' }
    const { status, body } = await get({ resource: '/{endpointId}/{proxy+}', params })
    expect(status).toBe(404)
    expect(body).toEqual(error(404, `There is no endpoint "scim/v2/${OKTA.endpointId}/Devices/1"`))
  })

  test('ERR-2: a base URL with a slash at its end is told so', async () => {
    const params = { endpointId: OKTA.endpointId, proxy: '/Users' }
    const { status, body } = await get({ resource: '/{endpointId}/{proxy+}', params })
    expect(status).toBe(404)
    const hint = 'write the base URL without a slash at its end'
    expect(body).toEqual(error(404, `There is no endpoint "scim/v2/${OKTA.endpointId}//Users"; ${hint}`))
  })

  test('every answer above is an event, refusals too', async () => {
    const { events } = await listEvents(db, 'default', parseEventQuery({ limit: 10_000 }, NOW, 90), NOW)
    expect(new Set(events.map(({ status }) => status))).toEqual(new Set([200, 403, 404, 405, 501]))
    expect(events.find(({ status }) => status === 403)).toMatchObject({
      endpoint: 'scim/v2/Schemas',
      query: 'filter=name eq "User"',
      actorName: 'OKTA_PROVISIONER',
      detail: 'Cannot filter /Schemas: leave the filter out, the answer is short',
    })
  })
})

interface Listed {
  id: string
  meta: { location: string }
}

describe('lightTable()', () => {
  let server: Server
  /** What the stand-in for DynamoDB answers, call after call. */
  let answers: (readonly [number, object] | 'drop' | 'hang')[]
  let calls: number
  let put: () => Promise<number>

  beforeAll(async () => {
    server = createServer((request, response) => {
      calls += 1
      const answer = answers.shift()
      if (answer === 'hang') return
      if (!answer || answer === 'drop') request.socket.destroy()
      else response.writeHead(answer[0]).end(JSON.stringify(answer[1]))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const config = { ...testConfig('t'), dynamodbEndpoint: `http://127.0.0.1:${port}` }
    const { putEvent } = lightTable(config, LOCAL_AWS)
    put = () => putEvent(openLightDb(config), anEvent(NOW))
  })

  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })

  const named = (name: string) => ({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: `No: ${name}` })

  test.each([
    ['a lost connection', ['drop', [200, {}]]],
    ['two seconds of silence', ['hang', [200, {}]]],
    [
      'a fault of the service',
      [
        [500, named('InternalServerError')],
        [200, {}],
      ],
    ],
    [
      'a fault that is no JSON of DynamoDB',
      [
        [503, []],
        [200, {}],
      ],
    ],
    [
      'throttling',
      [
        [400, named('ThrottlingException')],
        [200, {}],
      ],
    ],
    ['a lost answer, the event being there the second time', ['drop', [400, named('ConditionalCheckFailedException')]]],
  ] as const)('survives %s', async (_name, given) => {
    answers = [...given]
    calls = 0
    await put()
    expect(calls).toBe(2)
  })

  test.each([
    ['two lost connections', ['drop', 'drop'], 2, { code: 'ECONNRESET' }],
    ['a refusal', [[400, named('AccessDeniedException')]], 1, { name: 'AccessDeniedException' }],
    [
      'two faults',
      [
        [500, {}],
        [500, {}],
      ],
      2,
      { name: 'InternalServerError', message: 'DynamoDB answered 500' },
    ],
  ] as const)('fails after %s', async (_name, given, expected, failure) => {
    answers = [...given]
    calls = 0
    await expect(put()).rejects.toMatchObject(failure)
    expect(calls).toBe(expected)
  })
})

test('a table opened without the SDK says so when it is asked for a document client', () => {
  expect(() => openLightDb(testConfig('t')).client.send(new GetCommand({ TableName: 't', Key: {} }))).toThrow(
    'This function carries no document client',
  )
})
