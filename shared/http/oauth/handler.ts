import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda'
import { Trail } from '../../audit/trail.ts'
import type { FetchKeys } from '../../auth/oauth/assertion.ts'
import { OAuthError } from '../../auth/oauth/oauth-error.ts'
import { parseTokenRequest, type TokenRequest } from '../../auth/oauth/token-request.ts'
import {
  type AccessToken,
  findClient,
  issueAccessToken,
  type ProvenClient,
  proveClient,
} from '../../resources/access-tokens.ts'
import type { ScimError } from '../../scim/error.ts'
import { withDeadline } from '../../store/deadline.ts'
import { countRefusedToken, type RefusalReason } from '../../store/events/refused-tokens.ts'
import type { OAuthClient } from '../../store/oauth-clients.ts'
import { newTally } from '../../store/tally.ts'
import type { HandlerOptions } from '../api-handler.ts'
import { type ApiRequest, toApiRequest } from '../api-request.ts'
import { logUnexpected } from '../failure.ts'
import { eventRecorder, type Outcome, recorded } from '../recorded.ts'
import { logRefusal } from '../refusal-line.ts'
import { logRequest } from '../request-line.ts'
import { startTrail } from '../start-trail.ts'
import { deadlineOf } from '../time-limits.ts'
import { KeysNotFetched } from './fetch-keys.ts'
import { metadata, serviceUrl, TOKEN_PATH } from './metadata.ts'

export interface OAuthHandlerOptions extends HandlerOptions {
  fetchKeys: FetchKeys
}

type Answer = { body: AccessToken }

/**
 * The token endpoint of OAuth 2.0 (RFC 6749 §3.2) and its description (RFC 8414): the one function that anybody may call.
 * A request of a client that has proved who it is has an event, whatever becomes of it; others are counted like refused
 * tokens, those too whose issuer's keys cannot be had. Errors have the form of RFC 6749 §5.2.
 */
export function oauthHandler({ fetchKeys, ...options }: OAuthHandlerOptions) {
  const { config, putEvent, now = () => new Date() } = options
  return async (event: APIGatewayProxyEvent, lambda: Context): Promise<APIGatewayProxyResult> => {
    const at = now()
    const request = toApiRequest(event)
    const base = serviceUrl(config, event)
    if (request.route !== TOKEN_PATH) return request.method === 'GET' ? json(200, metadata(base)) : notOffered('GET')
    if (request.method !== 'POST') return notOffered('POST')
    const tally = newTally()
    const db = withDeadline({ ...options.db, tally }, deadlineOf(lambda, options.db))
    const { sourceIp } = event.requestContext.identity
    const report = (error: unknown) => logUnexpected(error, event)
    let asked: TokenRequest | undefined
    let found: OAuthClient | undefined
    let trail: Trail | undefined
    const record = async (outcome: Outcome<Answer>): Promise<Outcome<Answer>> => {
      if (trail) return eventRecorder<Answer>({ trail, db, putEvent, report }, () => 200).record(outcome)
      const reason = 'refusal' in outcome ? reasonOf(outcome.refusal, asked) : undefined
      if (reason && config.requestLog) logRefusal(event, reason, found)
      // No refusal waits for its count.
      if (reason) await countRefusedToken(db, { account: found?.account, reason, sourceIp, now: at }).catch(report)
      if (reason === 'keys' && 'refusal' in outcome) report(outcome.refusal.cause)
      return outcome
    }
    const outcome = await recorded<Answer>({ requestId: event.requestContext.requestId, record, report }, async () => {
      asked = readRequest(event, request)
      found = await findClient(db, asked)
      const proof = { now: at, audiences: [base, `${base}${TOKEN_PATH}`], fetchKeys }
      const client = await proveClient(proof, found, asked)
      trail = toTrail(event, request, client, at)
      return { body: await issueAccessToken({ db, now: at, sourceIp, trail }, client) }
    })
    const answer = 'refusal' in outcome ? toErrorAnswer(outcome.refusal) : json(200, outcome.answer.body)
    if (config.requestLog) {
      const whose = found && { account: found.account, integration: found.integration }
      const durationMs = now().getTime() - at.getTime()
      logRequest(event, { status: answer.statusCode, durationMs, ...whose, tally })
    }
    return answer
  }
}

function readRequest({ body, isBase64Encoded }: APIGatewayProxyEvent, { headers }: ApiRequest): TokenRequest {
  const text = Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8').toString('utf8')
  return parseTokenRequest({ contentType: headers['content-type'], authorization: headers.authorization, body: text })
}

function toTrail(event: APIGatewayProxyEvent, request: ApiRequest, { client }: ProvenClient, now: Date): Trail {
  const { account, integration: actorDomain, access, clientId } = client
  // What stands in the address of a token request is no business of the history.
  const start = startTrail(event, { ...request, query: {} }, now)
  return new Trail({ ...start, type: 'SCIM', account, actorName: access.role, actorDomain, tokenId: clientId })
}

/** Why somebody who claimed to be a client could not be believed; nothing of a form that claims nothing. */
function reasonOf(refusal: ScimError, asked: TokenRequest | undefined): RefusalReason | undefined {
  if (refusal instanceof KeysNotFetched) return 'keys'
  if (!(refusal instanceof OAuthError) || refusal.code !== 'invalid_client') return undefined
  return asked?.proof.kind === 'assertion' ? 'assertion' : 'client'
}

const HEADERS = { 'cache-control': 'no-store', pragma: 'no-cache', 'content-type': 'application/json' }
const json = (statusCode: number, body: object, headers: Record<string, string> = {}): APIGatewayProxyResult => ({
  statusCode,
  headers: { ...HEADERS, ...headers },
  body: JSON.stringify(body),
})

const notOffered = (allow: string) =>
  json(405, { error: 'invalid_request', error_description: `Only ${allow} is offered here` }, { allow })

/** The scheme is named as often as credentials are refused (RFC 6749 §5.2); a gateway may hand it on under another name. */
function toErrorAnswer(refusal: ScimError): APIGatewayProxyResult {
  const { status, message, headers } = refusal
  const error =
    refusal instanceof OAuthError ? refusal.code : status === 500 ? 'server_error' : 'temporarily_unavailable'
  const challenge = status === 401 ? { 'www-authenticate': 'Basic realm="rolecall"' } : {}
  return json(status, { error, error_description: plain(message) }, { ...headers, ...challenge })
}

/** The characters a description may have. */
const plain = (text: string): string => text.replace(/["\\]|[^ -~]/g, "'")
