import { type AwsCredentials, signRequest } from '../../shared/auth/sigv4.ts'

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
  search: string
  body?: Buffer | undefined
  signal: AbortSignal
}

/** Sends a request to the service, signed. */
export async function askUpstream(upstream: Upstream, request: UpstreamRequest): Promise<Response> {
  const { method, path, search, body, signal } = request
  const url = `${upstream.url}${path}${search}`
  const content = body?.length ? { body, headers: { 'content-type': 'application/json' } } : {}
  const { region } = upstream
  const credentials = await upstream.credentials()
  const headers = await signRequest({ method, url, service: 'execute-api', region, credentials, ...content })
  return fetch(url, {
    method,
    headers,
    signal,
    redirect: 'error',
    ...(content.body && { body: new Uint8Array(content.body) }),
  })
}
