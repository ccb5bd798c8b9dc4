import { Duration } from 'aws-cdk-lib'
import {
  ApiKeySourceType,
  AuthorizationType,
  EndpointType,
  IdentitySource,
  LambdaIntegration,
  type MethodOptions,
  RequestAuthorizer,
  ResponseTransferMode,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway'
import { APIGATEWAY_AUTHORIZER_CHANGE_DEPLOYMENT_LOGICAL_ID } from 'aws-cdk-lib/cx-api'
import { Construct } from 'constructs'
import {
  ADMIN_ROUTES,
  type FunctionName,
  gatewayMethods,
  OPEN_ROUTES,
  type Route,
  SCIM_UNKNOWN,
  scimGatewayPaths,
  scimRoutes,
} from '../shared/http/routes.ts'
import { gatewayLimitMs } from '../shared/http/time-limits.ts'
import { RESOURCE_TYPES } from '../shared/scim/resource-types.ts'
import { accessLog } from './access-log.ts'
import { ClientLimits } from './client-limits.ts'
import type { ServiceSettings } from './config/settings.ts'
import { Domain } from './domain.ts'
import { Firewall } from './firewall.ts'
import type { ScimFunctions } from './functions.ts'
import { addGatewayResponses } from './gateway-responses.ts'
import type { Twin } from './twin.ts'

/** Who guesses secrets shall not take the others' share: clients ask for a token once an hour. */
const OPEN_LIMITS = { throttlingRateLimit: 10, throttlingBurstLimit: 20 }

export interface ScimApiProps {
  settings: ServiceSettings
  functions: ScimFunctions
  twin: Twin | undefined
}

/**
 * The REST API: every SCIM path behind the token authorizer, every admin path behind AWS IAM, and open what nobody can be
 * asked for a token at: where clients of OAuth 2.0 get theirs, at a rate of its own.
 */
export class ScimApi extends Construct {
  readonly api: RestApi
  readonly #functions: ScimFunctions
  readonly #integrations = new Map<FunctionName, LambdaIntegration>()

  constructor(scope: Construct, id: string, { settings, functions, twin }: ScimApiProps) {
    super(scope, id)
    // A stage serves what was deployed: without this, a changed authorizer waits for the next change of a method.
    this.node.setContext(APIGATEWAY_AUTHORIZER_CHANGE_DEPLOYMENT_LOGICAL_ID, true)
    this.#functions = functions
    this.api = this.#addApi(settings)
    addGatewayResponses(this.api)
    // The stack says where clients send requests; the library's own output names an address that may be switched off.
    this.api.node.tryRemoveChild('Endpoint')
    const tokenRequired = this.#authorizeByToken(settings)
    this.#addRoutes([...scimRoutes(RESOURCE_TYPES), SCIM_UNKNOWN], scimGatewayPaths, tokenRequired)
    this.#addRoutes(ADMIN_ROUTES, ({ path }) => [path], { authorizationType: AuthorizationType.IAM })
    this.#addOpenRoutes()
    this.#addAround(settings, twin)
  }

  /** What stands before the stage and beside it. */
  #addAround(settings: ServiceSettings, twin: Twin | undefined): void {
    const { api } = this
    new ClientLimits(this, 'Clients', { settings, api })
    if (settings.firewall) new Firewall(this, 'Firewall', { settings, stage: api.deploymentStage })
    const { domainName, certificateArn } = settings
    if (domainName === undefined || certificateArn === undefined) return
    new Domain(this, 'Domain', { settings: { ...settings, domainName, certificateArn }, api, twin })
  }

  /** Request data is never traced. */
  #addApi(settings: ServiceSettings): RestApi {
    const watched = { metricsEnabled: settings.gatewayMetrics, dataTraceEnabled: false }
    return new RestApi(this, 'Api', {
      restApiName: settings.name,
      description: 'SCIM 2.0 provisioning, administration and REST event history',
      endpointTypes: [EndpointType.REGIONAL],
      cloudWatchRole: settings.apiGatewayLogRole,
      disableExecuteApiEndpoint: !settings.defaultEndpoint,
      apiKeySourceType: ApiKeySourceType.AUTHORIZER,
      deployOptions: {
        stageName: settings.stage,
        throttlingRateLimit: settings.requestsPerSecond,
        throttlingBurstLimit: settings.burst,
        tracingEnabled: settings.tracing,
        ...watched,
        methodOptions: Object.fromEntries(
          OPEN_ROUTES.map(({ path, methods: [method] }) => [`${path}/${method}`, { ...OPEN_LIMITS, ...watched }]),
        ),
        ...accessLog(this, settings),
      },
    })
  }

  /** The address is part of the cache key: an answer for one address says nothing about another (SECURITY S5). */
  #authorizeByToken({ authorizerCacheSeconds }: ServiceSettings): MethodOptions {
    const authorizer = new RequestAuthorizer(this, 'Authorizer', {
      handler: this.#functions.require('authorizer'),
      identitySources: [IdentitySource.header('Authorization'), IdentitySource.context('identity.sourceIp')],
      resultsCacheTtl: Duration.seconds(authorizerCacheSeconds),
    })
    return { authorizer, authorizationType: AuthorizationType.CUSTOM, apiKeyRequired: true }
  }

  /** Every method of a path goes to a function, which answers 405 where RFC 7644 §3.2 asks for it. */
  #addRoutes(routes: readonly Route[], pathsOf: (route: Route) => string[], options: MethodOptions): void {
    for (const route of routes) {
      for (const path of pathsOf(route)) {
        const resource = this.api.root.resourceForPath(path)
        for (const method of gatewayMethods(routes, route))
          resource.addMethod(method, this.#integration(route), options)
      }
    }
  }

  /** The methods that have limits of their own stand by their names, or there would be none to set them for. */
  #addOpenRoutes(): void {
    const open = { authorizationType: AuthorizationType.NONE }
    for (const {
      path,
      methods: [method],
      ...route
    } of OPEN_ROUTES) {
      const resource = this.api.root.resourceForPath(path)
      for (const one of [method, 'ANY'])
        resource.addMethod(one, this.#integration({ path, methods: [method], ...route }), open)
    }
  }

  /**
   * One integration, and so one permission, per function. It gives up just before the function's own limit, so that the
   * client hears 504 and not the end of a Lambda.
   */
  #integration(route: Route): LambdaIntegration {
    const known = this.#integrations.get(route.function)
    if (known) return known
    const integration = new LambdaIntegration(this.#functions.require(route.function), {
      timeout: Duration.millis(gatewayLimitMs(route)),
      responseTransferMode: route.streams ? ResponseTransferMode.STREAM : ResponseTransferMode.BUFFERED,
      scopePermissionToMethod: false,
    })
    this.#integrations.set(route.function, integration)
    return integration
  }
}
