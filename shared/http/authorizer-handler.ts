import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda'
import { toCarried } from '../auth/carried.ts'
import { clientKeyOf } from '../auth/client-key.ts'
import { isAllowed } from '../auth/network-policy.ts'
import { type DeployedApi, toPolicy } from '../auth/policy.ts'
import { type Principal, toAuthorizerContext } from '../auth/principal.ts'
import { newToken, parseToken, verifySecret } from '../auth/token.ts'
import type { Db } from '../store/client.ts'
import { withDeadline } from '../store/deadline.ts'
import { countRefusedToken, type RefusalReason } from '../store/events/refused-tokens.ts'
import { getClientAccess, getToken, type TokenRecord } from '../store/token-record.ts'
import { bearerToken, faultOf } from './bearer-token.ts'
import { logUnexpected } from './failure.ts'
import { log } from './log.ts'
import { type Outcome, recorded } from './recorded.ts'
import { logRefusal } from './refusal-line.ts'
import { REHEARSED_INVOCATION } from './rehearsal.ts'
import { SCIM_BASE, SCIM_METHODS } from './routes.ts'
import { deadlineOf, type RemainingTime } from './time-limits.ts'

export interface AuthorizerOptions {
  db: Db
  /** The region this function runs in. */
  region: string
  /** The name of the deployment, which its keys are made of. */
  deployment: string
  now?: () => Date
  /** Whether refusals have no line. */
  isQuiet?: boolean
}

type Authorizer = (
  event: APIGatewayRequestAuthorizerEvent,
  invocation: RemainingTime,
) => Promise<APIGatewayAuthorizerResult>

/** What the authorizer makes of a call. `token` is known where its secret was right. */
interface Verdict {
  reason?: RefusalReason
  token?: TokenRecord
}

const SURFACE = { methods: SCIM_METHODS, base: SCIM_BASE }
/** Refusals of good tokens: answered 403 by a policy that denies, all others 401. */
const FORBIDDEN: readonly (RefusalReason | undefined)[] = ['disabled', 'network']
/** What is counted although the caller is let in. */
const ADMITTED: readonly (RefusalReason | undefined)[] = [undefined, 'observed']

/**
 * The custom authorizer: one consistent read for a well-formed token, none for others. The gateway keeps what is
 * returned for at most a minute per token and address, so the policy covers the whole SCIM surface and the resource
 * Lambda checks expiry again. It also names the key that the gateway counts the client's requests by. Refusals are counted; whether that succeeds changes no answer.
 * @throws {Error} `Unauthorized`, which the gateway answers 401 and does not cache; anything else, such as a table that
 * does not answer, it answers 503.
 */
export function authorizerHandler(options: AuthorizerOptions): Authorizer {
  const { db: table, region, deployment, now = () => new Date(), isQuiet } = options
  return async (event, invocation) => {
    const at = now()
    const db = withDeadline(table, deadlineOf(invocation, table))
    const { sourceIp } = event.requestContext.identity
    const { requestId } = event.requestContext
    const report = (error: unknown) => logUnexpected(error, event)
    const record = async (outcome: Outcome<Verdict>) => {
      if ('refusal' in outcome) log('WARN', 'token not checked', { requestId }, { UncheckedTokens: 1 })
      else {
        const { reason, token } = outcome.answer
        if (reason && !isQuiet) logRefusal(event, reason, token)
        await count(db, outcome.answer, sourceIp, at, event)
      }
      return outcome
    }
    const outcome = await recorded({ requestId, record, report }, () => judge(db, event, at))
    if ('refusal' in outcome) throw outcome.refusal
    const { reason, token } = outcome.answer
    const isAdmitted = ADMITTED.includes(reason)
    if (!token || (!isAdmitted && !FORBIDDEN.includes(reason))) throw new Error('Unauthorized')
    const policyDocument = toPolicy(isAdmitted ? 'Allow' : 'Deny', toDeployedApi(event, region), SURFACE)
    const principal = isAdmitted ? toAuthorizerContext(toPrincipal(token)) : {}
    const usageIdentifierKey = clientKeyOf(deployment, token.access.endpointId)
    return { principalId: token.tokenId, policyDocument, context: principal, usageIdentifierKey }
  }
}

/** Has an authorizer judge a token that nobody was given, and count it. Whatever goes wrong is left to a real one. */
export async function rehearseAuthorizer(authorize: Authorizer): Promise<void> {
  const requestContext = { requestId: 'rehearsal', identity: { sourceIp: '127.0.0.1' } }
  const event = { headers: { Authorization: `Bearer ${newToken().token}` }, requestContext }
  await authorize(event as unknown as APIGatewayRequestAuthorizerEvent, REHEARSED_INVOCATION).catch(() => {})
}

/** Unknown tokens take the same steps as known ones with a wrong secret, so that time tells nothing (SECURITY S3). */
async function judge(db: Db, event: APIGatewayRequestAuthorizerEvent, now: Date): Promise<Verdict> {
  const parsed = parseToken(bearerToken(event) ?? '')
  if (!parsed) return { reason: faultOf(event) }
  const token = await getToken(db, parsed.tokenId)
  const right = verifySecret(parsed.secret, token?.secretHash)
  if (!token) return { reason: 'unknown' }
  if (!right) return { reason: 'wrong' }
  if (token.client !== undefined) return judgeAccessToken(db, { ...token, client: token.client }, event, now)
  const reason = refusalOf(token, event.requestContext.identity.sourceIp, now.getTime())
  return { token, ...(reason && { reason }) }
}

/** An access token has what its client has now: one read more, since it is gone sooner than settings change. */
async function judgeAccessToken(
  db: Db,
  token: TokenRecord & { client: string },
  event: APIGatewayRequestAuthorizerEvent,
  now: Date,
): Promise<Verdict> {
  const access = await getClientAccess(db, token.client)
  if (!access) return { token, reason: 'revoked' }
  const current = { ...token, access }
  const reason = refusalOf(current, event.requestContext.identity.sourceIp, now.getTime())
  return { token: current, ...(reason && { reason }) }
}

/**
 * The token works until the instant it expires, and not at that instant. A network policy that only observes refuses
 * nobody: whom it would refuse is counted.
 */
function refusalOf(token: TokenRecord, sourceIp: string, now: number): RefusalReason | undefined {
  const { enabled, networkPolicy, rejectTokensIssuedBefore = 0 } = token.access
  if (token.revokedAt !== undefined) return 'revoked'
  if (now >= token.expiresAt) return 'expired'
  if (token.createdAt < rejectTokensIssuedBefore) return 'rejected'
  if (!enabled) return 'disabled'
  if (isAllowed(networkPolicy, sourceIp)) return undefined
  return networkPolicy?.mode === 'observe' ? 'observed' : 'network'
}

function toPrincipal(token: TokenRecord): Principal {
  const { account, integration, tokenId, createdAt, expiresAt, access, client: id } = token
  const client = id === undefined ? undefined : { id, issuedAt: createdAt }
  return { account, integration, ...toCarried(access), tokenId, ...(client && { client }), tokenExpiresAt: expiresAt }
}

/** The gateway's own names of what it runs; the path and `methodArn` name what was called, and are not looked at. */
function toDeployedApi({ requestContext }: APIGatewayRequestAuthorizerEvent, region: string): DeployedApi {
  const { accountId, apiId, stage } = requestContext
  return { region, accountId, apiId, stage }
}

/** No refusal waits for its count: what cannot be counted is told to the operators. */
async function count(
  db: Db,
  { reason, token }: Verdict,
  sourceIp: string,
  now: Date,
  event: APIGatewayRequestAuthorizerEvent,
): Promise<void> {
  if (reason === undefined) return
  try {
    const policy = token?.access.networkPolicy?.name
    await countRefusedToken(db, { account: token?.account, token, reason, sourceIp, now, policy })
  } catch (error) {
    logUnexpected(error, event, 'a refused token was not counted')
  }
}
