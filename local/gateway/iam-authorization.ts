import { timingSafeEqual } from 'node:crypto'
import { SignatureV4 } from '@smithy/signature-v4'
import type { APIGatewayEventIdentity } from 'aws-lambda'
import { type AwsCredentials, Sha256, toQueryBag } from '../../shared/auth/sigv4.ts'
import { LOCAL_ACCOUNT, LOCAL_AWS } from '../environment.ts'
import { GatewayError } from './gateway-error.ts'
import { headerValues, type RawRequest } from './http-message.ts'

const MAX_SKEW_MS = 5 * 60 * 1000
const ADMIN_USER = 'local-admin'

/** Holds the digest of the body; where it is there, the signature covers it and the body only through it. */
const DIGEST_HEADER = 'x-amz-content-sha256'

interface Claim {
  authorization: string
  accessKeyId: string
  /** `20260101/us-east-1/execute-api/aws4_request` */
  scope: string
  signedHeaders: string[]
}

export interface IamAuthorization {
  credentials: AwsCredentials
  service: 'execute-api' | 'lambda'
  /** Epoch milliseconds. */
  now: number
}

/** A request whose headers say who signed it; whether its body is the signed one is still to be asked. */
export interface SignedHead {
  /** @returns the identity that API Gateway would put into the event. @throws {GatewayError} INVALID_SIGNATURE. */
  checkBody(body: Buffer): Promise<Partial<APIGatewayEventIdentity>>
}

/**
 * Checks a request's Signature Version 4 by signing it again with the local key, before a byte of the body is taken:
 * the signature itself where the headers name the body's digest, else all but the signature. The body comes second.
 * @throws {GatewayError} ACCESS_DENIED, INVALID_SIGNATURE or EXPIRED_TOKEN, all of them 403. API Gateway has one error
 *   for "not signed" and "no such route", a 404 with us; here the first is told apart, so that nobody looks for a route.
 */
export async function checkSignedHead(request: RawRequest, setup: IamAuthorization): Promise<SignedHead> {
  const claim = requireClaim(request, setup)
  const signingDate = parseDate(headerValues(request, 'x-amz-date')[0])
  if (Math.abs(signingDate.getTime() - setup.now) > MAX_SKEW_MS) throw new GatewayError('EXPIRED_TOKEN')
  const check = async (body: Buffer | undefined) => {
    const expected = await signAgain(request, body, claim, signingDate, setup)
    if (!sameText(expected, claim.authorization)) throw new GatewayError('INVALID_SIGNATURE')
  }
  const digests = headerValues(request, DIGEST_HEADER)
  if (digests.length > 0) await check(undefined)
  return {
    checkBody: async (body) => {
      if (digests.length === 0) await check(body)
      else if (digests.join() !== (await sha256(body))) throw new GatewayError('INVALID_SIGNATURE')
      return adminIdentity(setup.credentials)
    },
  }
}

function requireClaim(request: RawRequest, { credentials, service }: IamAuthorization): Claim {
  const [authorization, second] = headerValues(request, 'authorization')
  if (!authorization) throw new GatewayError('ACCESS_DENIED')
  const claim = second === undefined ? parseClaim(authorization) : undefined
  const isOurs =
    claim?.accessKeyId === credentials.accessKeyId &&
    claim.scope.endsWith(`/${LOCAL_AWS.region}/${service}/aws4_request`) &&
    isComplete(claim, request)
  if (isOurs) return claim
  throw new GatewayError('INVALID_SIGNATURE')
}

function parseClaim(authorization: string): Claim | undefined {
  const form = /^AWS4-HMAC-SHA256 Credential=([^/\s]+)\/(\S+), ?SignedHeaders=([\w;-]+), ?Signature=[0-9a-f]{64}$/
  const found = form.exec(authorization)
  if (!found) return undefined
  const [, accessKeyId = '', scope = '', names = ''] = found
  return { authorization, accessKeyId, scope, signedHeaders: names.split(';') }
}

/** `Host` and every `X-Amz-` header have to be signed: what is not could be changed on the way. */
function isComplete({ signedHeaders }: Claim, request: RawRequest): boolean {
  const amazon = request.headers.map(([name]) => name.toLowerCase()).filter((name) => name.startsWith('x-amz-'))
  return ['host', ...amazon].every((name) => signedHeaders.includes(name))
}

/** `20260101T120000Z` */
function parseDate(text = ''): Date {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text)
  if (!parts) throw new GatewayError('INVALID_SIGNATURE')
  const [, year, month, day, hour, minute, second] = parts.map(Number)
  return new Date(Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second))
}

/** The `Authorization` header this request would have, had the local key signed just these headers of it. */
async function signAgain(
  request: RawRequest,
  body: Buffer | undefined,
  { signedHeaders }: Claim,
  signingDate: Date,
  { credentials, service }: IamAuthorization,
): Promise<string> {
  const headers = Object.fromEntries(signedHeaders.map((name) => [name, headerValues(request, name).join(',')]))
  const signer = new SignatureV4({
    service,
    region: LOCAL_AWS.region,
    credentials,
    sha256: Sha256,
    applyChecksum: DIGEST_HEADER in headers,
  })
  const message = { method: request.method, protocol: 'http:', hostname: 'localhost', path: request.path }
  const signed = await signer.sign(
    { ...message, query: toQueryBag(request.search), headers, body },
    { signingDate, signableHeaders: new Set(signedHeaders) },
  )
  return signed.headers.authorization ?? ''
}

async function sha256(body: Buffer): Promise<string> {
  const hash = new Sha256()
  hash.update(body)
  return Buffer.from(await hash.digest()).toString('hex')
}

/** Compares two Authorization headers part by part, blanks after commas aside. */
function sameText(expected: string, given: string): boolean {
  const [left, right] = [expected, given].map((text) => Buffer.from(text.replace(/,\s*/g, ',')))
  return left !== undefined && right !== undefined && left.length === right.length && timingSafeEqual(left, right)
}

function adminIdentity({ accessKeyId }: AwsCredentials): Partial<APIGatewayEventIdentity> {
  const user = 'AIDALOCALADMIN'
  const userArn = `arn:aws:iam::${LOCAL_ACCOUNT}:user/${ADMIN_USER}`
  return { accessKey: accessKeyId, accountId: LOCAL_ACCOUNT, caller: user, user, userArn }
}
