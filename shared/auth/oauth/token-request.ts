import { peek } from './claims.ts'
import { OAuthError } from './oauth-error.ts'

/** A request for an access token by client credentials (RFC 6749 §4.4), read and not yet believed. */
export interface TokenRequest {
  clientId: string
  proof: ClientProof
}

/** What a client proves itself with: its secret, or an assertion that somebody it is known to trust has signed. */
export type ClientProof = { kind: 'secret'; secret: string } | { kind: 'assertion'; assertion: string }

/** The one scope there is. */
export const SCOPE = 'scim'

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const MAX_BODY_BYTES = 16 * 1024
const FORM = 'application/x-www-form-urlencoded'

/** What is read of a request for a token. */
export interface FormRequest {
  contentType: string | undefined
  authorization: string | undefined
  body: string
}

/**
 * Reads a request for a token: a form, the grant by client credentials, and one proof of who asks. Secrets may come in
 * the header, in the form, or in both when they are equal, as some clients send them; unknown parameters are ignored
 * (RFC 6749 §3.2), and one that is given twice is refused.
 * @throws {OAuthError} saying what to send.
 */
export function parseTokenRequest({ contentType, authorization, body }: FormRequest): TokenRequest {
  const form = parseForm(contentType, body)
  const grant = form.get('grant_type')
  if (grant === undefined) throw invalid('The parameter grant_type is missing: send grant_type=client_credentials')
  if (grant !== 'client_credentials') {
    throw new OAuthError('unsupported_grant_type', 'The only grant type is client_credentials')
  }
  checkScope(form.get('scope'))
  const basic = parseBasic(authorization)
  return form.has('client_assertion') || form.has('client_assertion_type')
    ? byAssertion(form, basic !== undefined)
    : bySecret(form, basic)
}

function parseForm(contentType: string | undefined, body: string): ReadonlyMap<string, string> {
  if (Buffer.byteLength(body) > MAX_BODY_BYTES) throw invalid(`The body is larger than ${MAX_BODY_BYTES} bytes`)
  if (contentType?.split(';')[0]?.trim().toLowerCase() !== FORM) {
    throw invalid(`The body is no form: send Content-Type ${FORM}`)
  }
  const form = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(body)) {
    if (form.has(name)) throw invalid(`A parameter is given twice${KNOWN.has(name) ? `: ${name}` : ''}`)
    // A parameter without a value is as good as none (RFC 6749 §3.2).
    if (value !== '') form.set(name, value)
  }
  return form
}

const KNOWN = new Set('grant_type scope client_id client_secret client_assertion client_assertion_type'.split(' '))

/** None asks for the one there is; more than that nobody gets (RFC 6749 §3.3). */
function checkScope(scope: string | undefined): void {
  const asked = scope?.split(' ').filter((word) => word !== '') ?? []
  if (asked.some((word) => word !== SCOPE)) throw new OAuthError('invalid_scope', `The only scope is ${SCOPE}`)
}

interface Credentials {
  clientId: string
  secret: string
}

/** `Basic` with id and secret each encoded as in a form (RFC 6749 §2.3.1); nothing without the header. */
function parseBasic(authorization: string | undefined): Credentials | undefined {
  if (authorization === undefined) return undefined
  const [, encoded] = /^basic +([A-Za-z0-9+/=_-]{1,4096})$/i.exec(authorization) ?? []
  const text = Buffer.from(encoded ?? '', 'base64').toString('utf8')
  const colon = text.indexOf(':')
  const clientId = decodeFormWord(text.slice(0, Math.max(0, colon)))
  const secret = decodeFormWord(text.slice(colon + 1))
  if (colon > 0 && clientId && secret) return { clientId, secret }
  throw new OAuthError('invalid_client', 'Cannot read the header Authorization: send Basic with client id and secret')
}

function decodeFormWord(word: string): string | undefined {
  try {
    return decodeURIComponent(word.replaceAll('+', ' '))
  } catch {
    return undefined
  }
}

function bySecret(form: ReadonlyMap<string, string>, basic: Credentials | undefined): TokenRequest {
  const clientId = form.get('client_id') ?? basic?.clientId
  const secret = form.get('client_secret') ?? basic?.secret
  if (basic && (basic.clientId !== clientId || basic.secret !== secret)) {
    throw invalid('Two different credentials were sent: use the header Authorization or the form')
  }
  if (clientId !== undefined && secret !== undefined) return { clientId, proof: { kind: 'secret', secret } }
  throw new OAuthError(
    'invalid_client',
    'No credentials were sent: use Basic, client_id with client_secret, or client_id with client_assertion',
  )
}

function byAssertion(form: ReadonlyMap<string, string>, hasHeader: boolean): TokenRequest {
  const assertion = form.get('client_assertion')
  if (form.get('client_assertion_type') !== ASSERTION_TYPE || assertion === undefined) {
    throw invalid(`An assertion needs both client_assertion and client_assertion_type=${ASSERTION_TYPE}`)
  }
  if (hasHeader || form.has('client_secret')) throw invalid('An assertion and a secret were sent: use one of them')
  const clientId = form.get('client_id') ?? subjectOf(assertion)
  if (clientId !== undefined) return { clientId, proof: { kind: 'assertion', assertion } }
  throw invalid('The client is not named: send client_id')
}

/** Who signs for himself need not say twice who he is (RFC 7523 §3): read, and believed only once it is verified. */
function subjectOf(assertion: string): string | undefined {
  const { sub, iss } = peek(assertion)
  return typeof sub === 'string' && sub === iss ? sub : undefined
}

const invalid = (description: string) => new OAuthError('invalid_request', description)
