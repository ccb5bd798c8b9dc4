import { describe, expect, test } from 'vitest'
import { LAMBDA_NAMES } from '../../infra/bundling.ts'
import { toGatewayModel } from '../../local/gateway/template.ts'
import {
  ADMIN_ROUTES,
  gatewayMethods,
  OPEN_ROUTES,
  type Route,
  SCIM_UNKNOWN,
  scimGatewayPaths,
  scimRoutes,
} from '../../shared/http/routes.ts'
import { ERROR_SCHEMA } from '../../shared/scim/error.ts'
import { RESOURCE_TYPES } from '../../shared/scim/resource-types.ts'
import { resourcesOf, stack, theOnly } from './stack.ts'

const model = toGatewayModel(stack)
const byPath = new Map(model.routes.map((route) => [route.path, route]))

describe('routes', () => {
  const SCIM: readonly Route[] = [...scimRoutes(RESOURCE_TYPES), SCIM_UNKNOWN]

  test('every SCIM route asks the authorizer and goes to its function (SECURITY S7, S9)', () => {
    for (const route of SCIM) {
      for (const path of scimGatewayPaths(route)) {
        for (const method of gatewayMethods(SCIM, route)) {
          expect([path, byPath.get(path)?.methods.get(method)]).toMatchObject([
            path,
            {
              authorization: { function: 'authorizer' },
              ...{ function: route.function, needsKey: true, streams: route.streams ?? false },
            },
          ])
        }
      }
    }
  })

  test('every path takes any method, and those of another function by name', () => {
    const methodsAt = (path: string) => {
      const methods = byPath.get(`/scim/v2${path}`)?.methods ?? []
      return [...methods].map(([method, model]) => [method, model.function, model.streams])
    }
    expect(methodsAt('/Users')).toEqual([['ANY', 'users', false]])
    expect(methodsAt('/Groups')).toEqual([
      ['GET', 'group-reads', true],
      ['ANY', 'groups', false],
    ])
    expect(methodsAt('/Groups/.search')).toEqual([['ANY', 'group-reads', true]])
    expect(methodsAt('/{endpointId}/Groups/{id}')).toEqual(methodsAt('/Groups'))
    for (const [path, { methods }] of byPath) expect([path, methods.has('ANY')]).toEqual([path, true])
  })

  test('a streaming integration has the address and the time of one, and no other streams', () => {
    const integrations = resourcesOf('AWS::ApiGateway::Method').map(([, { Integration }]) => Integration)
    const modes = integrations.map(({ Uri, ResponseTransferMode, TimeoutInMillis }) => [
      JSON.stringify(Uri).includes('/2021-11-15/functions/') &&
        JSON.stringify(Uri).includes('/response-streaming-invocations'),
      ResponseTransferMode,
      TimeoutInMillis,
    ])
    const expected = integrations.map(({ Uri }) =>
      JSON.stringify(Uri).includes('groupreads') ? [true, 'STREAM', 119_000] : [false, 'BUFFERED', 14_000],
    )
    expect(modes).toEqual(expected)
    expect(modes.filter(([streams]) => streams)).toHaveLength(6)
  })

  test('a streaming integration with the address of another, and the reverse, is found before AWS refuses it', () => {
    const swapped = structuredClone(stack.template)
    for (const { Type, Properties } of Object.values(swapped.Resources)) {
      const { Integration } = Properties as { Integration: Record<string, unknown> }
      if (Type === 'AWS::ApiGateway::Method') Integration.ResponseTransferMode = 'STREAM'
    }
    expect(() => toGatewayModel({ ...stack, template: swapped })).toThrow(
      'An integration of mode STREAM has the address of the other mode',
    )
  })

  test('every admin path takes signed requests only (SECURITY S9)', () => {
    for (const { path, function: name } of ADMIN_ROUTES) {
      expect([...(byPath.get(path)?.methods ?? [])]).toMatchObject([
        ['ANY', { authorization: 'AWS_IAM', function: name, needsKey: false }],
      ])
    }
  })

  test('no path is there that routes.ts does not have, and no method is open but where tokens are got (SECURITY S7)', () => {
    const scim = [...scimRoutes(RESOURCE_TYPES), SCIM_UNKNOWN].flatMap(scimGatewayPaths)
    const admin = ADMIN_ROUTES.map(({ path }) => path)
    const open = OPEN_ROUTES.map(({ path }) => path)
    expect([...byPath.keys()].sort()).toEqual([...new Set([...scim, ...admin, ...open])].sort())
    const found = [...byPath].filter(([, { methods }]) => methods.get('ANY')?.authorization === 'NONE')
    expect(found.map(([path]) => path).sort()).toEqual([...open].sort())
    // AWS knows the limits of a method by its name.
    for (const { path, methods } of OPEN_ROUTES) {
      expect([...(byPath.get(path)?.methods.keys() ?? [])]).toEqual([...methods, 'ANY'])
    }
    const types = resourcesOf('AWS::ApiGateway::Method').map(([, method]) => method.AuthorizationType)
    expect(new Set(types)).toEqual(new Set(['CUSTOM', 'AWS_IAM', 'NONE']))
  })

  test('the authorizer is cached by token and address, for a minute at most (SECURITY S4, S5)', () => {
    expect(theOnly('AWS::ApiGateway::Authorizer')).toMatchObject({
      Type: 'REQUEST',
      IdentitySource: 'method.request.header.Authorization,context.identity.sourceIp',
      AuthorizerResultTtlInSeconds: 60,
    })
  })

  test('a function may be called by this API only, with one permission each, and one by its schedule', () => {
    const permissions = resourcesOf('AWS::Lambda::Permission').map(([, permission]) => permission)
    const byApi = permissions.filter(({ Principal }) => Principal === 'apigateway.amazonaws.com')
    expect(byApi).toHaveLength(LAMBDA_NAMES.length)
    for (const { SourceArn } of byApi) expect(JSON.stringify(SourceArn)).toContain('GatewayApi')
    const others = permissions.filter((permission) => !byApi.includes(permission))
    const schedules = resourcesOf('AWS::Events::Rule').map(() => 'events.amazonaws.com')
    expect(schedules.length).toBeGreaterThan(2)
    expect(others.map(({ Principal }) => Principal)).toEqual(schedules)
  })
})

describe('gateway responses', () => {
  const TYPES = {
    UNAUTHORIZED: 401,
    ACCESS_DENIED: 403,
    INVALID_SIGNATURE: 403,
    EXPIRED_TOKEN: 403,
    INVALID_API_KEY: 403,
    WAF_FILTERED: 403,
    MISSING_AUTHENTICATION_TOKEN: 404,
    RESOURCE_NOT_FOUND: 404,
    BAD_REQUEST_BODY: 400,
    BAD_REQUEST_PARAMETERS: 400,
    REQUEST_TOO_LARGE: 413,
    UNSUPPORTED_MEDIA_TYPE: 415,
    THROTTLED: 429,
    QUOTA_EXCEEDED: 429,
    API_CONFIGURATION_ERROR: 500,
    AUTHORIZER_CONFIGURATION_ERROR: 500,
    AUTHORIZER_FAILURE: 503,
    INTEGRATION_FAILURE: 502,
    INTEGRATION_TIMEOUT: 504,
    DEFAULT_4XX: 400,
    DEFAULT_5XX: 500,
  }

  test('there is one for every type of API Gateway (SECURITY I2)', () => {
    const statuses = [...model.responses].map(([type, { status }]) => [type, status])
    expect(Object.fromEntries(statuses)).toEqual(TYPES)
  })

  test.each([...model.responses])(
    '%s is a SCIM error that says nothing of the inside (ERR-1, MED-1)',
    (_type, response) => {
      const detail = expect.stringMatching(/^[A-Z][^$]*(\$context\.requestId[^$]*)?[^.]$/)
      expect(JSON.parse(response.template)).toEqual({
        schemas: [ERROR_SCHEMA],
        status: String(response.status),
        detail,
      })
      expect(response.contentType).toBe('application/scim+json')
    },
  )

  test('401 names the scheme, 429 says when to come back (AUT-1)', () => {
    expect(model.responses.get('UNAUTHORIZED')?.headers).toEqual({ 'WWW-Authenticate': 'Bearer' })
    expect(model.responses.get('THROTTLED')?.headers).toEqual({ 'Retry-After': '1' })
    expect(model.responses.get('QUOTA_EXCEEDED')?.headers).toEqual({ 'Retry-After': '60' })
  })
})

describe('the stage', () => {
  const stage = theOnly('AWS::ApiGateway::Stage')

  test('is throttled, and traces no request data (SECURITY D2, I1)', () => {
    expect(stage.MethodSettings).toEqual([
      {
        DataTraceEnabled: false,
        HttpMethod: '*',
        MetricsEnabled: false,
        ResourcePath: '/*',
        ThrottlingBurstLimit: 200,
        ThrottlingRateLimit: 100,
      },
      // API Gateway writes slashes of paths as ~1.
      ...OPEN_ROUTES.map(({ path, methods: [method] }) => ({
        ...{ DataTraceEnabled: false, HttpMethod: method, MetricsEnabled: false },
        ResourcePath: `/${path.replaceAll('/', '~1')}`,
        ...{ ThrottlingBurstLimit: 20, ThrottlingRateLimit: 10 },
      })),
    ])
  })

  test('logs no header, body, query string or path of a client (SECURITY I1)', () => {
    const format = JSON.parse(stage.AccessLogSetting.Format)
    const logged = Object.values(format).map((value) => String(value).replace('$context.', ''))
    expect(logged.sort()).toEqual([
      'authorizer.error',
      'authorizer.latency',
      'error.responseType',
      'httpMethod',
      'identity.apiKeyId',
      'identity.sourceIp',
      'integration.error',
      'integrationLatency',
      'requestId',
      'requestTimeEpoch',
      'resourcePath',
      'responseLatency',
      'responseLength',
      'rolecall',
      'status',
    ])
  })

  test('makes a metric of what the gateway itself answers 429, under the dimension that its lines have, and of nothing else', () => {
    const [log] = resourcesOf('AWS::Logs::LogGroup').find(([id]) => id.includes('AccessLogs')) ?? []
    const { LogGroupName, FilterPattern, MetricTransformations } = theOnly('AWS::Logs::MetricFilter')
    expect({ LogGroupName, FilterPattern, MetricTransformations }).toEqual({
      LogGroupName: { Ref: log },
      FilterPattern: '{ ($.error = "THROTTLED") || ($.error = "QUOTA_EXCEEDED") }',
      MetricTransformations: [
        {
          ...{ MetricNamespace: 'Rolecall', MetricName: 'GatewayThrottles', MetricValue: '1', Unit: 'Count' },
          Dimensions: [{ Key: 'service', Value: '$.service' }],
        },
      ],
    })
    const { service, error } = JSON.parse(stage.AccessLogSetting.Format)
    expect({ service, error }).toEqual({ service: 'rolecall', error: '$context.error.responseType' })
  })

  test('every log group forgets after a while', () => {
    for (const [, group] of resourcesOf('AWS::Logs::LogGroup')) expect(group.RetentionInDays).toBe(90)
  })
})
