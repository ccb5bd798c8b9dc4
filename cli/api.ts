import { signRequest } from '../shared/auth/sigv4.ts'
import { Failure } from './failure.ts'
import { plainText } from './plain-text.ts'
import type { Target } from './target.ts'

type Query = Readonly<Record<string, string | number | undefined>>

interface ApiCall {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Parts of the path, as they are: encoded here. */
  path: readonly string[]
  query?: Query
  body?: object
}

/** The IAM-authorized routes of one service and account. Answers are what the service said. */
export interface Api {
  url: string
  call<Answer = void>(call: ApiCall): Promise<Answer>
}

const TIMEOUT_MS = 30_000

/** Signs each call with SigV4. @throws {Failure} with the service's own words when it refuses. */
export function openApi(target: Target, account: string | undefined): Api {
  return {
    url: target.url,
    call: async <Answer>({ method = 'GET', path, query, body }: ApiCall) => {
      const url = toUrl(target.url, path, { account, ...query })
      const text = body && JSON.stringify(body)
      const response = await send(target, method, url, text)
      return (await receiveAnswer(response)) as Answer
    },
  }
}

/** Encoded as signatures want it: a space is %20. */
function toUrl(base: string, path: readonly string[], query: Query): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined)
  const search = pairs.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join('&')
  return `${base}/${path.map(encodeURIComponent).join('/')}${search && `?${search}`}`
}

async function send(target: Target, method: string, url: string, body: string | undefined): Promise<Response> {
  const { region, credentials } = target
  const content = body === undefined ? {} : { body, headers: { 'content-type': 'application/json' } }
  const headers = await signRequest({ method, url, service: 'execute-api', region, credentials, ...content })
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  try {
    return await fetch(url, { method, headers, signal, redirect: 'error', ...(body !== undefined && { body }) })
  } catch (cause) {
    throw unreachable(target, cause)
  }
}

function unreachable({ url, startCommand }: Target, cause: unknown): Failure {
  const { code } = ((cause as Error).cause ?? {}) as { code?: string }
  if (code === 'ECONNREFUSED') {
    const message = `Nothing answers at ${url}: "${startCommand}" must be running, or ROLECALL_URL name another`
    return new Failure(message, { cause })
  }
  if ((cause as Error).name === 'TimeoutError')
    return new Failure(`No answer from ${url} within 30 s: retry`, { cause })
  return new Failure(`Cannot reach ${url}: ${code ?? (cause as Error).message}`, { cause })
}

async function receiveAnswer(response: Response): Promise<unknown> {
  const text = await response.text()
  if (response.ok) return text === '' ? undefined : JSON.parse(text)
  throw new Failure(`${plainText(detailOf(text) ?? (response.statusText || 'Refused'))} (${response.status})`)
}

/** The detail of a SCIM error, or the message of a gateway. */
function detailOf(text: string): string | undefined {
  try {
    const { detail, message, Message } = JSON.parse(text) as Record<string, unknown>
    return [detail, message, Message].find((said): said is string => typeof said === 'string')
  } catch {
    return undefined
  }
}
