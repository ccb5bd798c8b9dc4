import type { Api } from '../../cli/api.ts'

/** A deployment as whoever tries it knows it. */
export interface Service {
  /** The SCIM base URL, without a slash at its end. */
  url: string
  token: string
  /** Its routes for administrators, signed; nothing where they are not to be tried. */
  admin?: Api | undefined
  /** Requests that are sent at once so that some are refused; none where it is not to be tried. */
  burst?: number | undefined
  /** The kind of the token's integration: Entra is played to its own only, since others see attributes under other names. */
  client: 'OKTA' | 'AZURE' | 'GENERIC'
  /** Begins every name that is made. */
  prefix: string
}

export interface Answer {
  status: number
  headers: Headers
  /** Parsed JSON; undefined where there is none. */
  body: unknown
}

interface Sent {
  body?: string | object
  headers?: Record<string, string>
}

const TIMEOUT_MS = 30_000

/** Sends one request as a client would. */
export async function send({ url, token }: Service, method: string, path: string, sent: Sent = {}): Promise<Answer> {
  const { body, headers } = sent
  const answer = await fetch(url + path, {
    ...{ method, signal: AbortSignal.timeout(TIMEOUT_MS) },
    headers: {
      authorization: `Bearer ${token}`,
      ...(body !== undefined && { 'content-type': 'application/scim+json' }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  return { status: answer.status, headers: answer.headers, body: parse(await answer.text()) }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
