import { type AwsCredentials, signRequest } from '../../shared/auth/sigv4.ts'
import { ScimError } from '../../shared/scim/error.ts'

/** The service behind the page, and who asks it. */
export interface Upstream {
  /** Without a trailing slash. */
  url: string
  region: string
  /** Asked for at each call: long ones outlive the credentials they began with. */
  credentials(): Promise<AwsCredentials>
}

export interface UpstreamRequest {
  method: string
  /** Encoded, with its leading slash. */
  path: string
  /** Encoded as signatures want it, with its question mark; or empty. */
  search?: string
  body?: Buffer
  /** Ends the call early. */
  signal?: AbortSignal
}

/** API Gateway ends a request after 29 seconds; what comes later is no answer of the service. */
const ANSWER_WITHIN_MS = 32_000

/**
 * Sends a request to the service, signed; the answer's body may take as long as it takes.
 * @throws {ScimError} 502, 503 or 504 where there is no answer, saying what to do.
 */
export async function askUpstream(upstream: Upstream, request: UpstreamRequest): Promise<Response> {
  const { method, path, search = '', body } = request
  const url = `${upstream.url}${path}${search}`
  const content = body?.length ? { body: new Uint8Array(body), headers: { 'content-type': 'application/json' } } : {}
  const headers = await sign(upstream, { method, url, ...content })
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(), ANSWER_WITHIN_MS)
  const signal = AbortSignal.any([late.signal, ...(request.signal ? [request.signal] : [])])
  try {
    return await fetch(url, { method, headers, signal, redirect: 'error', ...(content.body && { body: content.body }) })
  } catch (cause) {
    throw late.signal.aborted ? tooLate(upstream, cause) : unreachable(upstream, cause)
  } finally {
    clearTimeout(timer)
  }
}

type Unsigned = Pick<Parameters<typeof signRequest>[0], 'method' | 'url' | 'body' | 'headers'>

async function sign({ region, credentials }: Upstream, request: Unsigned): Promise<Record<string, string>> {
  const found = await credentials().catch((cause: Error) => {
    throw new ScimError(503, undefined, `No AWS credentials: sign in again, then try again (${cause.message})`, {
      cause,
    })
  })
  return signRequest({ ...request, service: 'execute-api', region, credentials: found })
}

const tooLate = ({ url }: Upstream, cause: unknown) =>
  new ScimError(504, undefined, `No answer from ${url} within ${ANSWER_WITHIN_MS / 1000} s: try again`, { cause })

function unreachable({ url }: Upstream, cause: unknown): ScimError {
  const { message, cause: reason } = cause as Error
  const { code = message } = (reason ?? {}) as { code?: string }
  return new ScimError(
    502,
    undefined,
    `Cannot reach ${url}: see that it runs and that this machine is online (${code})`,
    {
      cause,
    },
  )
}
