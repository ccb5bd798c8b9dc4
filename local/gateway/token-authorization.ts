import type { APIGatewayProxyEvent } from 'aws-lambda'
import * as z from 'zod'
import { LOCAL_ACCOUNT } from '../environment.ts'
import type { AuthorizerCache } from './authorizer-cache.ts'
import { GatewayError } from './gateway-error.ts'
import { headerValues, type RawRequest } from './http-message.ts'
import type { Invocation } from './lambda.ts'
import { type Policy, PolicyDocument, permits } from './policy.ts'
import { API_ID } from './proxy-event.ts'
import type { AuthorizerModel } from './template.ts'

/** An authorizer's answer, kept for every method and path of the same caller. */
export interface Decision {
  principalId: string
  policy: Policy
  context: Record<string, string>
  /** The key that the client's requests are counted by. */
  key: string | undefined
}

/** What is known of a caller whom the authorizer has let in. */
export interface Authorized {
  /** The authorizer context of the request's event. */
  context: Record<string, string>
  key: string | undefined
}

const Answer = z.object({
  principalId: z.string().min(1),
  policyDocument: PolicyDocument,
  context: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
  usageIdentifierKey: z.string().optional(),
})

export interface TokenAuthorization {
  authorizer: AuthorizerModel
  cache: AuthorizerCache<Decision>
  region: string
  stage: string
  /** Calls the authorizer's function. */
  call(event: unknown): Promise<Invocation>
}

/**
 * What API Gateway does for a REQUEST authorizer: identity sources, cache, function, policy.
 * @throws {GatewayError}
 */
export async function authorizeByToken(
  request: RawRequest,
  event: APIGatewayProxyEvent,
  setup: TokenAuthorization,
): Promise<Authorized> {
  const { authorizer, cache } = setup
  const identity = authorizer.identitySources.map((source) => identityValue(source, request))
  const methodArn = toMethodArn(request, setup)
  const cached = cache.get(authorizer.id, identity)
  const decision = cached ?? (await decide(event, methodArn, setup))
  if (!cached) cache.put(authorizer.id, identity, decision, authorizer.ttlSeconds)
  if (!permits(decision.policy, methodArn)) throw new GatewayError('ACCESS_DENIED')
  return { context: { ...decision.context, principalId: decision.principalId }, key: decision.key }
}

/** Every identity source has to be there, once and not empty, or the function is not even asked. */
function identityValue(source: string, request: RawRequest): string {
  if (source === 'context.identity.sourceIp') return request.sourceIp
  const header = /^method\.request\.header\.(.+)$/.exec(source)?.[1]
  if (!header) throw new Error(`This gateway does not know the identity source ${source}`)
  const values = headerValues(request, header)
  if (values.length !== 1 || !values[0]) throw new GatewayError('UNAUTHORIZED')
  return values[0]
}

async function decide(event: APIGatewayProxyEvent, methodArn: string, setup: TokenAuthorization): Promise<Decision> {
  const { body: _body, isBase64Encoded: _encoded, ...rest } = event
  const invocation = await setup.call({ type: 'REQUEST', methodArn, ...rest })
  if (invocation.kind === 'crash' && invocation.error.message === 'Unauthorized') throw new GatewayError('UNAUTHORIZED')
  if (invocation.kind === 'crash') throw new GatewayError('AUTHORIZER_FAILURE', { cause: invocation.error })
  if (invocation.kind !== 'done') throw new GatewayError('AUTHORIZER_FAILURE')
  const answer = Answer.safeParse(invocation.payload)
  if (!answer.success) throw new GatewayError('AUTHORIZER_CONFIGURATION_ERROR', { cause: answer.error })
  const { principalId, policyDocument: policy, context, usageIdentifierKey: key } = answer.data
  const texts = Object.entries(context).map(([name, value]) => [name, String(value)])
  return { principalId, policy, context: Object.fromEntries(texts), key }
}

const toMethodArn = ({ method, path }: RawRequest, { region, stage }: Pick<TokenAuthorization, 'region' | 'stage'>) =>
  `arn:aws:execute-api:${region}:${LOCAL_ACCOUNT}:${API_ID}/${stage}/${method}${path}`
