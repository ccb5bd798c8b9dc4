import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import {
  AccessLogFormat,
  AuthorizationType,
  EndpointType,
  IdentitySource,
  LambdaIntegration,
  LogGroupLogDestination,
  type MethodOptions,
  RequestAuthorizer,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway'
import { LogGroup } from 'aws-cdk-lib/aws-logs'
import { APIGATEWAY_AUTHORIZER_CHANGE_DEPLOYMENT_LOGICAL_ID } from 'aws-cdk-lib/cx-api'
import { Construct } from 'constructs'
import {
  ADMIN_ROUTES,
  type FunctionName,
  type Route,
  SCIM_UNKNOWN,
  scimGatewayPaths,
  scimRoutes,
} from '../shared/http/routes.ts'
import { GATEWAY_LIMIT_MS } from '../shared/http/time-limits.ts'
import { RESOURCE_TYPES } from '../shared/scim/resource-types.ts'
import type { Deployment } from './config.ts'
import type { ScimFunctions } from './functions.ts'
import { addGatewayResponses } from './gateway-responses.ts'

export const STAGE = 'prod'
/** A revoked token, a disabled integration and a changed network policy take effect within this time. */
const AUTHORIZER_CACHE_SECONDS = 60
const REQUESTS_PER_SECOND = 50
const BURST = 100

export interface ScimApiProps {
  deployment: Deployment
  functions: ScimFunctions
}

/** The REST API: every SCIM path behind the token authorizer, every admin path behind AWS IAM, nothing open. */
export class ScimApi extends Construct {
  readonly api: RestApi
  readonly #functions: ScimFunctions
  readonly #integrations = new Map<FunctionName, LambdaIntegration>()

  constructor(scope: Construct, id: string, { deployment, functions }: ScimApiProps) {
    super(scope, id)
    // A stage serves what was deployed: without this, a changed authorizer waits for the next change of a method.
    this.node.setContext(APIGATEWAY_AUTHORIZER_CHANGE_DEPLOYMENT_LOGICAL_ID, true)
    this.#functions = functions
    this.api = this.#addApi(deployment)
    addGatewayResponses(this.api)
    const tokenRequired = this.#authorizeByToken()
    for (const route of [...scimRoutes(RESOURCE_TYPES), SCIM_UNKNOWN]) {
      for (const path of scimGatewayPaths(route)) this.#addRoute(path, route, tokenRequired)
    }
    for (const route of ADMIN_ROUTES) this.#addRoute(route.path, route, { authorizationType: AuthorizationType.IAM })
  }

  /** Access log lines hold no header, no body and no query string; request data is never traced. */
  #addApi(deployment: Deployment): RestApi {
    const logs = new LogGroup(this, 'AccessLogs', {
      retention: deployment.logRetentionDays,
      removalPolicy: RemovalPolicy.RETAIN,
    })
    return new RestApi(this, 'Api', {
      restApiName: deployment.name,
      description: 'SCIM 2.0 provisioning, administration and REST event history',
      endpointTypes: [EndpointType.REGIONAL],
      cloudWatchRole: true,
      deployOptions: {
        stageName: STAGE,
        throttlingRateLimit: REQUESTS_PER_SECOND,
        throttlingBurstLimit: BURST,
        metricsEnabled: true,
        tracingEnabled: true,
        dataTraceEnabled: false,
        accessLogDestination: new LogGroupLogDestination(logs),
        accessLogFormat: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG)),
      },
    })
  }

  /** The address is part of the cache key: an answer for one address says nothing about another (SECURITY S5). */
  #authorizeByToken(): MethodOptions {
    const authorizer = new RequestAuthorizer(this, 'Authorizer', {
      handler: this.#functions.require('authorizer'),
      identitySources: [IdentitySource.header('Authorization'), IdentitySource.context('identity.sourceIp')],
      resultsCacheTtl: Duration.seconds(AUTHORIZER_CACHE_SECONDS),
    })
    return { authorizer, authorizationType: AuthorizationType.CUSTOM }
  }

  /** Every method goes to the function, which answers 405 where RFC 7644 §3.2 asks for it. */
  #addRoute(path: string, route: Route, options: MethodOptions): void {
    this.api.root.resourceForPath(path).addMethod('ANY', this.#integration(route.function), options)
  }

  /** One integration, and so one permission, per function. */
  #integration(name: FunctionName): LambdaIntegration {
    const known = this.#integrations.get(name)
    if (known) return known
    const integration = new LambdaIntegration(this.#functions.require(name), {
      timeout: Duration.millis(GATEWAY_LIMIT_MS),
      scopePermissionToMethod: false,
    })
    this.#integrations.set(name, integration)
    return integration
  }
}

const ACCESS_LOG = {
  time: '$context.requestTimeEpoch',
  requestId: '$context.requestId',
  method: '$context.httpMethod',
  route: '$context.resourcePath',
  status: '$context.status',
  error: '$context.error.responseType',
  latencyMs: '$context.responseLatency',
  integrationLatencyMs: '$context.integrationLatency',
  bytes: '$context.responseLength',
  sourceIp: '$context.identity.sourceIp',
}
