import * as z from 'zod'
import type { LambdaName } from '../../infra/bundling.ts'
import type { SynthesizedStack } from '../synthesize.ts'

/** What the gateway of the deployed system is told by its template, and nothing else. */
export interface GatewayModel {
  stage: string
  routes: readonly GatewayRoute[]
  /** Response type → what the gateway answers by itself. */
  responses: ReadonlyMap<string, GatewayResponse>
  functions: ReadonlyMap<LambdaName, FunctionModel>
  clients: ClientLimits
}

/** What one client may send, by the key that the authorizer names. */
export interface ClientLimits {
  /** Value of a key → its id. */
  keys: ReadonlyMap<string, string>
  requestsPerSecond: number
  burst: number
}

export interface GatewayRoute {
  /** As API Gateway writes it: `/scim/v2/Users/{id}`. */
  path: string
  /** HTTP method or `ANY` → what happens. */
  methods: ReadonlyMap<string, MethodModel>
}

export interface MethodModel {
  authorization: 'NONE' | 'AWS_IAM' | AuthorizerModel
  function: LambdaName
  timeoutMs: number
  /** Whether only clients with a key of the usage plan get through. */
  needsKey: boolean
  /** Whether the function answers in the streaming format; then it always must. */
  streams: boolean
}

export interface AuthorizerModel {
  id: string
  function: LambdaName
  /** `method.request.header.Authorization`, `context.identity.sourceIp`. */
  identitySources: readonly string[]
  ttlSeconds: number
}

export interface GatewayResponse {
  status: number
  headers: Readonly<Record<string, string>>
  contentType: string
  template: string
}

export interface FunctionModel {
  /** The name it is invoked by: `rolecall-events`. */
  functionName: string
  timeoutMs: number
  memoryMb: number
  /** What the template knows of its environment; names and addresses of resources it does not. */
  environment: Readonly<Record<string, string>>
}

const DEFAULT_INTEGRATION_TIMEOUT_MS = 29_000
const DEFAULT_AUTHORIZER_TTL_SECONDS = 300

const Ref = z.object({ Ref: z.string() })
const GetAtt = z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) })
const Resource = z.object({ PathPart: z.string(), ParentId: z.union([Ref, GetAtt]) })
const Method = z.object({
  HttpMethod: z.string(),
  ResourceId: z.union([Ref, GetAtt]),
  AuthorizationType: z.enum(['NONE', 'AWS_IAM', 'CUSTOM']),
  AuthorizerId: Ref.optional(),
  ApiKeyRequired: z.boolean().default(false),
  Integration: z.object({
    Type: z.literal('AWS_PROXY'),
    Uri: z.unknown(),
    TimeoutInMillis: z.number().default(DEFAULT_INTEGRATION_TIMEOUT_MS),
    ResponseTransferMode: z.enum(['BUFFERED', 'STREAM']).default('BUFFERED'),
  }),
})
const Authorizer = z.object({
  Type: z.literal('REQUEST'),
  AuthorizerUri: z.unknown(),
  IdentitySource: z.string(),
  AuthorizerResultTtlInSeconds: z.number().default(DEFAULT_AUTHORIZER_TTL_SECONDS),
})
const Response = z.object({
  ResponseType: z.string(),
  StatusCode: z.string(),
  ResponseParameters: z.record(z.string(), z.string()).default({}),
  ResponseTemplates: z.record(z.string(), z.string()),
})
const Lambda = z.object({
  FunctionName: z.string(),
  Timeout: z.number(),
  MemorySize: z.number(),
  Environment: z.object({ Variables: z.record(z.string(), z.unknown()) }),
})
/** The authorizer names the key, never the client. */
const Api = z.object({ ApiKeySourceType: z.literal('AUTHORIZER') })
const UsagePlan = z.object({ Throttle: z.object({ RateLimit: z.number(), BurstLimit: z.number() }) })
const UsagePlanKey = z.object({ KeyId: Ref, UsagePlanId: Ref })
const ApiKey = z.object({ Value: z.string(), Enabled: z.literal(true) })
const Stage = z.object({ StageName: z.string() })

/** Reads the synthesised stack. @throws {Error} when it holds what this gateway does not imitate. */
export function toGatewayModel(stack: SynthesizedStack): GatewayModel {
  const reader = new TemplateReader(stack)
  const [stage] = reader.all('AWS::ApiGateway::Stage', Stage)
  if (!stage) throw new Error('The template has no stage')
  return {
    stage: stage[1].StageName,
    routes: reader.routes(),
    responses: new Map(reader.all('AWS::ApiGateway::GatewayResponse', Response).map(([, one]) => toResponse(one))),
    functions: reader.functions(),
    clients: reader.clients(),
  }
}

class TemplateReader {
  readonly #stack: SynthesizedStack

  constructor(stack: SynthesizedStack) {
    this.#stack = stack
  }

  /** Every resource of a type: logical id and properties. */
  all<Properties>(type: string, schema: z.ZodType<Properties>): [string, Properties][] {
    const resources = Object.entries(this.#stack.template.Resources).filter(([, resource]) => resource.Type === type)
    return resources.map(([id, resource]) => [id, schema.parse(resource.Properties)])
  }

  routes(): GatewayRoute[] {
    const paths = this.#paths()
    const authorizers = new Map(
      this.all('AWS::ApiGateway::Authorizer', Authorizer).map((one) => this.#authorizer(...one)),
    )
    const methods = new Map<string, Map<string, MethodModel>>()
    for (const [id, method] of this.all('AWS::ApiGateway::Method', Method)) {
      const path = 'Ref' in method.ResourceId ? paths.get(method.ResourceId.Ref) : '/'
      if (path === undefined) throw new Error(`The method ${id} belongs to no resource`)
      const ofPath = methods.get(path) ?? new Map<string, MethodModel>()
      methods.set(path, ofPath.set(method.HttpMethod, this.#method(method, authorizers)))
    }
    return [...methods].map(([path, ofPath]) => ({ path, methods: ofPath }))
  }

  functions(): Map<LambdaName, FunctionModel> {
    const models = new Map<LambdaName, FunctionModel>()
    for (const [id, lambda] of this.all('AWS::Lambda::Function', Lambda)) {
      const name = this.#stack.entries.get(id)
      const { FunctionName: functionName, Timeout: seconds, MemorySize: memoryMb } = lambda
      const known = Object.entries(lambda.Environment.Variables).filter(([, value]) => typeof value === 'string')
      const environment = Object.fromEntries(known) as Record<string, string>
      if (name) models.set(name, { functionName, timeoutMs: seconds * 1000, memoryMb, environment })
    }
    return models
  }

  /** The one usage plan, with those keys that are in it. */
  clients(): ClientLimits {
    this.all('AWS::ApiGateway::RestApi', Api)
    const [plan] = this.all('AWS::ApiGateway::UsagePlan', UsagePlan)
    if (!plan) throw new Error('The template has no usage plan')
    const values = new Map(this.all('AWS::ApiGateway::ApiKey', ApiKey).map(([id, { Value }]) => [id, Value]))
    const members = this.all('AWS::ApiGateway::UsagePlanKey', UsagePlanKey).map(([, { KeyId }]) => KeyId.Ref)
    const { RateLimit: requestsPerSecond, BurstLimit: burst } = plan[1].Throttle
    return { keys: new Map(members.map((id) => [values.get(id) ?? '', id])), requestsPerSecond, burst }
  }

  /** Logical id → full path; parents may come after their children. */
  #paths(): Map<string, string> {
    const resources = new Map(this.all('AWS::ApiGateway::Resource', Resource))
    const pathOf = (id: string): string => {
      const resource = resources.get(id)
      if (!resource) throw new Error(`The resource ${id} is not in the template`)
      const parent = 'Ref' in resource.ParentId ? pathOf(resource.ParentId.Ref) : ''
      return `${parent}/${resource.PathPart}`
    }
    return new Map([...resources.keys()].map((id) => [id, pathOf(id)]))
  }

  #method(method: z.infer<typeof Method>, authorizers: Map<string, AuthorizerModel>): MethodModel {
    const { AuthorizationType: type, AuthorizerId: authorizerId, Integration: integration } = method
    const authorizer = authorizerId && authorizers.get(authorizerId.Ref)
    if (type === 'CUSTOM' && !authorizer) throw new Error('A method with a custom authorizer names none')
    return {
      authorization: type === 'CUSTOM' && authorizer ? authorizer : (type as 'NONE' | 'AWS_IAM'),
      function: this.#functionOf(integration.Uri),
      timeoutMs: integration.TimeoutInMillis,
      needsKey: method.ApiKeyRequired,
      streams: requireMatchingMode(integration),
    }
  }

  #authorizer(id: string, authorizer: z.infer<typeof Authorizer>): [string, AuthorizerModel] {
    const { AuthorizerUri: uri, IdentitySource: sources, AuthorizerResultTtlInSeconds: ttlSeconds } = authorizer
    const identitySources = sources.split(',').map((source) => source.trim())
    return [id, { id, function: this.#functionOf(uri), identitySources, ttlSeconds }]
  }

  /** The function whose ARN an integration's address is made of. */
  #functionOf(uri: unknown): LambdaName {
    for (const match of JSON.stringify(uri).matchAll(/"Fn::GetAtt":\["(\w+)","Arn"\]/g)) {
      const name = this.#stack.entries.get(match[1] ?? '')
      if (name) return name
    }
    throw new Error(`An integration names no function of ours: ${JSON.stringify(uri).slice(0, 200)}`)
  }
}

/** Whether an integration streams. @throws {Error} where its address says otherwise: AWS would refuse to deploy it. */
function requireMatchingMode({ Uri, ResponseTransferMode }: z.infer<typeof Method>['Integration']): boolean {
  const streams = ResponseTransferMode === 'STREAM'
  if (JSON.stringify(Uri).includes('/response-streaming-invocations') === streams) return streams
  throw new Error(`An integration of mode ${ResponseTransferMode} has the address of the other mode`)
}

function toResponse(response: z.infer<typeof Response>): [string, GatewayResponse] {
  const [template] = Object.entries(response.ResponseTemplates)
  if (!template) throw new Error(`The gateway response ${response.ResponseType} has no template`)
  const headers = Object.entries(response.ResponseParameters).map(([name, value]) => [
    name.replace('gatewayresponse.header.', ''),
    value.replace(/^'|'$/g, ''),
  ])
  const status = Number(response.StatusCode)
  return [
    response.ResponseType,
    { status, headers: Object.fromEntries(headers), contentType: template[0], template: template[1] },
  ]
}
